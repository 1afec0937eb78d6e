"""pip as a program: what it says, and what is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftwidgets.pip import Said, call


def test_what_it_says_is_heard_line_by_line_and_kept_without_its_progress(tmp_path: Path) -> None:
    heard: list[str] = []
    program = ("-c", "print('Collecting it'); print('Progress 1 of 2'); print('ERROR: no'); raise SystemExit(3)")
    said = call([], tmp_path, heard=heard.append, program=program)
    assert heard == ["Collecting it", "Progress 1 of 2", "ERROR: no"]
    assert said == Said(3, ("Collecting it", "ERROR: no"))


def test_what_it_keeps_while_it_works_is_where_it_is_told(tmp_path: Path) -> None:
    said = call([], tmp_path, program=("-c", "import tempfile; print(tempfile.gettempdir())"))
    assert said.lines == (str(tmp_path),)


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ((), "pip said nothing"),
        (("one", "two"), "two"),
        (("ERROR: first", "ERROR: second", "a hint"), "ERROR: second"),
    ],
)
def test_the_cause_is_the_last_error(lines: tuple[str, ...], cause: str) -> None:
    assert Said(1, lines).cause == cause


def test_a_full_disk_and_an_index_that_does_not_answer_are_known() -> None:
    assert Said(1, ("ERROR: [Errno 28] No space left on device",)).is_full_disk
    assert Said(1, ("WARNING: Retrying (Retry(total=4)) after connection broken",)).is_offline
    assert not Said(1, ("ERROR: ResolutionImpossible",)).is_offline
