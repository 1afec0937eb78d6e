"""The command line, called as a program and in this process; and a walk that was made once, with its service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ftwidgets import connection
from ftwidgets.cli import main

ROWS = [
    {
        "messages": [
            {"role": "user", "content": f"Is {n} even?"},
            {"role": "assistant", "content": "no" if n % 2 else "yes"},
        ]
    }
    for n in range(15)
]


class Done(NamedTuple):
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What went wrong: one line, and no traceback."""
        assert self.status == 1, self
        line = self.err.strip()
        assert line and "\n" not in line and "Traceback" not in line, self
        return line


def write(path: Path, rows: list[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def environment(home: Path) -> dict[str, str]:
    """This process's variables, with a home of the test's own and none that would change what a command says."""
    unwanted = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "FORCE_COLOR", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | {"FTWIDGETS_HOME": str(home)}


def program(*arguments: str | Path, home: Path, cwd: Path | None = None) -> Done:
    """Run `python -m ftwidgets` as a person does."""
    command = [sys.executable, "-m", "ftwidgets", *map(str, arguments)]
    done = subprocess.run(command, env=environment(home), cwd=cwd, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


Call = Callable[..., Done]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """The same in this process, in an empty folder and with an empty home: an exception that escapes fails the test."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, value in environment(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)

    def called(*arguments: str | Path, home: Path | None = None) -> Done:
        monkeypatch.setattr(sys, "argv", ["ftwidgets", *map(str, arguments)])
        if home is not None:
            monkeypatch.setenv("FTWIDGETS_HOME", str(home))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    yield called
    if (tmp_path / "home").is_dir():
        connection.stop(tmp_path / "home")


class Walk(NamedTuple):
    """A `run` that has ended, its report, and the home whose service is still there."""

    home: Path
    folder: Path
    done: Done


@pytest.fixture(scope="session")
def walk(new_home: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The whole walk on 15 rows with the tiny base, without a test file."""
    home, folder = new_home(), tmp_path_factory.mktemp("walk")
    write(folder / "rows.jsonl", ROWS)
    options = ("--model", "random-tiny", "--epochs", "1", "--out", "report")
    try:
        yield Walk(home, folder / "report", program("run", "rows.jsonl", *options, home=home, cwd=folder))
    finally:
        connection.stop(home)
