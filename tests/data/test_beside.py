"""The second process: it finds what the first would, and where it cannot, the first looks."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from ftwidgets.data import beside, load, opening
from ftwidgets.data.aside import aside
from ftwidgets.data.beside import Beside

ROWS = [
    b'{"prompt": "Where is my parcel that I ordered on Monday %d", "completion": "In the van."}' % (n // 2)
    for n in range(40)
]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as large."""
    monkeypatch.setattr(opening, "SMALL", 10)
    monkeypatch.setattr(beside, "LARGE", 10)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(ROWS))
    return path


def same(one: object, other: object) -> bool:
    names = ("first", "second", "similarity")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_a_second_process_finds_what_the_first_would(file: Path) -> None:
    data = load(file)
    work = Beside(data)
    assert work._process is not None
    found = work.result()
    assert len(found.first) and same(found, aside(data))
    assert work._process.returncode == 0


def test_another_file_of_that_name_is_not_looked_at(file: Path, tmp_path: Path) -> None:
    data = load(file)
    other = tmp_path / "other.jsonl"
    other.write_bytes(file.read_bytes().replace(b"parcel", b"letter"))
    other.replace(file)
    assert same(Beside(data).result(), aside(data))


@pytest.mark.parametrize("program", ["/bin/false", "/no/such/program"])
def test_where_it_cannot_be_started_the_first_looks(file: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    data = load(file)
    monkeypatch.setattr(sys, "executable", program)
    assert same(Beside(data).result(), aside(data))


def test_where_it_ends_while_it_is_told_the_first_looks(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(b'{"prompt": "a", "completion": "b"}\n' * 20_000)  # more places than a pipe holds
    data = load(file)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert same(Beside(data).result(), aside(data))
