"""The home folder, and files that are there whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ftwidgets.errors import InputError
from ftwidgets.home import home, write_atomically


def test_the_folder_that_is_asked_for_is_made(tmp_path: Path) -> None:
    assert home(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_without_one_it_is_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTWIDGETS_HOME", str(tmp_path / "env"))
    assert home() == tmp_path / "env"
    assert home(tmp_path / "asked") == tmp_path / "asked"


@pytest.mark.parametrize("value", [None, ""])
def test_else_it_is_the_platforms_folder_for_this_users_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("FTWIDGETS_HOME", raising=False)
    if value is not None:
        monkeypatch.setenv("FTWIDGETS_HOME", value)
    assert home().name == "ftwidgets"
    assert home().is_relative_to(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    assert stat.S_IMODE(home(tmp_path / "mine").stat().st_mode) == 0o700


def test_a_tilde_and_a_relative_path_are_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert home("~/a") == home("a") == tmp_path / "a"


@pytest.mark.parametrize("name", ["file", "file/inside", "a" * 300, "~no-such-user/home", "no\0such"])
def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("a file")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"cannot be made.*FTWIDGETS_HOME"):
        home(name)


def test_what_was_written_has_its_name_and_nothing_else_is_there(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "new" / "file", lambda part: part.write_text("content"))
    assert path.read_text() == "content"
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_a_file_that_was_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    write_atomically(tmp_path / "file", lambda part: part.write_text("new"))
    assert (tmp_path / "file").read_text() == "new"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    def half(part: Path) -> None:
        part.write_text("half")
        assert (tmp_path / "file").read_text() == "old"
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_atomically(tmp_path / "file", half)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"
