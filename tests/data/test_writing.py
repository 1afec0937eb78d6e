"""A new file is whole, or it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ftwidgets.data.writing import write_new
from ftwidgets.errors import InputError


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file may be larger than a megabyte."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_for_which_there_is_no_room_is_not_there_after(tmp_path: Path, little_room: None) -> None:
    path = tmp_path / "rows.jsonl"
    with pytest.raises(InputError, match=r"rows\.jsonl cannot be written: .*\. Name a new file"):
        write_new(path, [b"x" * 2**19] * 4)
    assert not path.exists()


def test_a_file_of_which_the_parts_end_in_a_fault_is_not_there_after(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"x"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_new(tmp_path / "rows.jsonl", parts())
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="File exists"):
        write_new(path, [b"yours"])
    assert path.read_bytes() == b"mine"
