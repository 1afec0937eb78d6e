"""What the package brings, and the one file of it that is asked for."""

from __future__ import annotations

import pytest

from ftwidgets import lessons
from ftwidgets.errors import InputError


def test_a_model_can_be_trained_on_the_sets_that_have_three_files() -> None:
    assert lessons.data_sets() == ["support", "words"]
    for name in lessons.data_sets():
        assert all(file.is_file() for file in lessons.data_set(name).values())


def test_a_part_of_a_set_is_a_file() -> None:
    assert lessons.path("support", "raw").name == "raw.jsonl"
    assert lessons.path("support", "truth").name == "truth.json"
    assert lessons.path("words", "test") == lessons.data_set("words")["test"]


def test_a_set_of_one_file_needs_no_part() -> None:
    assert lessons.path("avocado") == lessons.path("avocado", "avocado")
    with pytest.raises(InputError, match=r"'words' is not one file\. Name one of its parts: test, train, validation\."):
        lessons.path("words")


def test_what_is_not_there_is_told_with_what_is() -> None:
    with pytest.raises(InputError, match=r"no data set 'suport'\. Use one of avocado, support, words\."):
        lessons.path("suport", "raw")
    with pytest.raises(InputError, match=r"no part 'row'\. .*: raw, test, train, truth, validation\."):
        lessons.path("support", "row")
    with pytest.raises(InputError, match="no part 'README'"):
        lessons.path("support", "README")


@pytest.mark.parametrize("name", ["avocado", "support"])
def test_the_licence_and_the_program_lie_beside_the_data(name: str) -> None:
    folder = lessons.path(name, "avocado" if name == "avocado" else "raw").parent
    assert "MIT" in (folder / "LICENSE").read_text("utf-8")
    assert "make.py" in (folder / "README.md").read_text("utf-8")
