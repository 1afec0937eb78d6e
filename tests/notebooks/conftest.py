"""nbval as a person runs it on the notebooks, in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

Nbval = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def nbval() -> Nbval:
    """Run nbval strictly in `folder`, which holds the notebooks and their rules; more arguments and variables after."""

    def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider"]
        command += ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "sanitize.cfg", *arguments]
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"} | variables
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        done.stdout = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)  # nbval paints whatever it is told
        return done

    return run


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with the rules of the notebooks, and the notebooks."""
    for path in [*NOTEBOOKS.glob("*.ipynb"), NOTEBOOKS / "conftest.py", NOTEBOOKS / "sanitize.cfg"]:
        shutil.copy(path, tmp_path)
    return tmp_path


def code_cells(name: str) -> int:
    """How many cells of a notebook are code."""
    cells = nbformat.read(NOTEBOOKS / name, as_version=4).cells
    return sum(cell.cell_type == "code" for cell in cells)
