"""The first notebook, run whole and held against its stored outputs, on the pretrained base."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.conftest import Nbval, code_cells

pytestmark = pytest.mark.slow

NAME = "00-start.ipynb"


def test_the_notebook_gives_its_stored_outputs(copied: Path, pretrained_home: Path, nbval: Nbval) -> None:
    done = nbval(copied, NAME, FTWIDGETS_HOME=str(pretrained_home))
    assert done.returncode == 0, done.stdout[-8000:]
    assert f"{code_cells(NAME)} passed" in done.stdout


@pytest.mark.soak
@pytest.mark.parametrize("time", ["the first time", "and again"])
def test_it_gives_them_as_often_as_it_is_run(copied: Path, pretrained_home: Path, nbval: Nbval, time: str) -> None:
    done = nbval(copied, NAME, FTWIDGETS_HOME=str(pretrained_home))
    assert done.returncode == 0, done.stdout[-8000:]


def test_a_changed_output_is_found(copied: Path, pretrained_home: Path, nbval: Nbval) -> None:
    path = copied / NAME
    text = path.read_text("utf-8")
    assert "250 rows to learn from" in text
    path.write_text(text.replace("250 rows to learn from", "251 rows to learn from"), "utf-8")
    done = nbval(copied, NAME, "-x", "-rA", FTWIDGETS_HOME=str(pretrained_home))
    assert done.returncode == 1
    assert f"FAILED {NAME}::Cell 1" in done.stdout
    assert "+ 251 rows to" in done.stdout
