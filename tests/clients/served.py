"""A service on a port, and environments of their own for the clients that are tried on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ftwidgets import connection
from ftwidgets.connection import Address
from ftwidgets.run.extension import demand

OURS = ("OPENAI_", "PYTHONPATH", "FTWIDGETS_")
"""How the names begin of variables that no client may inherit."""

PATIENCE = 900.0
"""Seconds that a client's script may take, and the making of its environment."""


@dataclass(frozen=True)
class Served:
    """Where a service answers, and the id of a key that it gave to someone else: a project, as OpenAI says."""

    address: Address
    project: str

    def variables(self, folder: Path) -> dict[str, str]:
        """The variables of a client that knows no more than this; what it leaves behind goes to `folder`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        own = {"PROJECT_ID": self.project, "HOME": str(folder), "WANDB_MODE": "offline", "NO_PROXY": "127.0.0.1"}
        return kept | self.address.environment | own


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The service of `home` as a process of its own, which ends with the block."""
    address = connection.start(home)
    try:
        with address.client() as client:
            given = demand(client, "keys", {"name": "a learner"})
        assert given is not None
        yield Served(address, given["id"])
    finally:
        connection.stop(home)


def finished(
    command: list[str], folder: Path, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A program that has ended, and what it said."""
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def python_with(requirements: tuple[str, ...], folder: Path) -> Path:
    """The Python of an environment in `folder` with what is required, and nothing else; made where it is not yet."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=False, clear=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", *requirements]
        done = finished(pip, folder)
        assert done.returncode == 0, done.stderr
        (folder / "complete").touch()
    return python


def node_with(requirements: tuple[str, ...], folder: Path) -> Path:
    """Node, after npm has installed what is required in `folder`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    assert node and npm
    done = finished([npm, "install", "--silent", *requirements], folder)
    assert done.returncode == 0, done.stderr
    return Path(node)
