"""A real service on a port, and environments of their own for the clients that are tried on it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

KEY = "sk-clients"
SETTINGS = ("OPENAI_", "PYTHONPATH", "FTWIDGETS_HOME")
"""How the names begin of variables that no client may inherit."""


def clean() -> dict[str, str]:
    """This process's variables, without those that would tell a client or a service something."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}


@dataclass(frozen=True)
class Served:
    """A running service: its address, which ends in `/v1`, and its key."""

    address: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which clients find it: those of openai 1 and later, and those of the versions before."""
        return clean() | {
            "OPENAI_API_KEY": self.key,
            "OPENAI_BASE_URL": self.address,
            "OPENAI_API_BASE": self.address,
        }


@pytest.fixture(scope="module")
def served(pretrained_home: Path) -> Iterator[Served]:
    """The service of a home that has the pretrained base, in a process of its own, on any free port."""
    command = [sys.executable, "-m", "ftwidgets", "serve", "--port", "0", "--key", KEY]
    root = str(Path(__file__).parents[2])
    variables = clean() | {"FTWIDGETS_HOME": str(pretrained_home), "PYTHONPATH": root}
    log = (pretrained_home / "said.log").open("w+")
    with log, subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            assert "http://" in said, (pretrained_home / "said.log").read_text()
            yield Served(said.split()[-1], KEY)
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture(scope="session")
def python_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that makes a virtual environment with some packages, from the index that pip is set to."""

    def make(*requirements: str) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        venv.create(folder, with_pip=True)
        python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
        done = subprocess.run(install, env=clean(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return python

    return make
