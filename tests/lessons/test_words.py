"""The data set of the first lesson."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ftwidgets import lessons
from ftwidgets.data import Dataset, check, load
from ftwidgets.lessons import data_set, data_sets

WORDNET = Path("/usr/share/wordnet")
SIZES = {"train": 200, "validation": 100, "test": 200}
CATEGORIES = {"animal", "plant", "food", "artifact", "person"}


@pytest.fixture(scope="module")
def parts() -> dict[str, Dataset]:
    return {part: load(path) for part, path in data_set("words").items()}


def said(data: Dataset, place: int) -> list[str]:
    return [example["messages"][place]["content"] for example in data]


def test_the_package_brings_the_words() -> None:
    assert "words" in data_sets()


def test_all_rows_of_a_set_come_as_one(parts: dict[str, Dataset]) -> None:
    words = lessons.load("words")
    assert (words.name, len(words)) == ("words", sum(SIZES.values()))
    assert words.examples == [example for part in parts.values() for example in part]
    assert len({example["messages"][1]["content"] for example in words}) == len(words)
    assert not check(words)
    with pytest.raises(KeyError, match="wordz"):
        lessons.load("wordz")


def test_a_data_set_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="wordz"):
        data_set("wordz")


@pytest.mark.parametrize("part", SIZES)
def test_each_file_has_its_rows_and_the_same_share_of_each_category(parts: dict[str, Dataset], part: str) -> None:
    data = parts[part]
    assert len(data) == SIZES[part]
    assert Counter(said(data, -1)) == dict.fromkeys(CATEGORIES, SIZES[part] // 5)


@pytest.mark.parametrize("part", SIZES)
def test_the_check_finds_nothing(parts: dict[str, Dataset], part: str) -> None:
    assert list(check(parts[part])) == []


def test_no_word_comes_twice_in_any_of_the_files(parts: dict[str, Dataset]) -> None:
    words = [word for data in parts.values() for word in said(data, 1)]
    assert len(set(words)) == len(words) == 500


def test_every_row_has_the_same_instruction(parts: dict[str, Dataset]) -> None:
    instructions = {text for data in parts.values() for text in said(data, 0)}
    assert len(instructions) == 1
    assert all(category in next(iter(instructions)) for category in CATEGORIES)


def test_the_categories_are_not_in_the_order_of_the_rows(parts: dict[str, Dataset]) -> None:
    for data in parts.values():
        answers = said(data, -1)
        assert len(set(answers[:20])) == 5


def test_the_licence_of_wordnet_lies_beside_the_data() -> None:
    folder = data_set("words")["train"].parent
    assert "WordNet" in (folder / "LICENSE").read_text("utf-8")
    assert "Princeton" in (folder / "LICENSE").read_text("utf-8")
    assert "LICENSE" in (folder / "README.md").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(not (WORDNET / "data.noun").is_file(), reason="WordNet is not installed in /usr/share/wordnet")
def test_the_program_remakes_the_same_bytes(tmp_path: Path) -> None:
    files = data_set("words")
    program = shutil.copy(files["train"].parent / "make.py", tmp_path)
    subprocess.run([sys.executable, program], check=True, capture_output=True)
    assert {name: (tmp_path / path.name).read_bytes() for name, path in files.items()} == {
        name: path.read_bytes() for name, path in files.items()
    }
