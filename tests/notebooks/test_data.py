"""The data notebook, run whole and held against its stored outputs; it needs neither model nor service."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.conftest import Nbval, code_cells

pytestmark = pytest.mark.slow

NAME = "02-data.ipynb"


def test_the_notebook_gives_its_stored_outputs_on_the_pretrained_base(
    copied: Path, pretrained_home: Path, nbval: Nbval
) -> None:
    done = nbval(copied, NAME, FTWIDGETS_HOME=str(pretrained_home))
    assert done.returncode == 0, done.stdout[-8000:]
    assert f"{code_cells(NAME)} passed" in done.stdout


def test_a_changed_output_is_found(copied: Path, pretrained_home: Path, nbval: Nbval) -> None:
    path = copied / NAME
    text = path.read_text("utf-8")
    assert "35 of 45 planted faults are mended" in text
    path.write_text(text.replace("35 of 45 planted faults are mended", "36 of 45 planted faults are mended"), "utf-8")
    done = nbval(copied, NAME, "-x", "-rA", FTWIDGETS_HOME=str(pretrained_home))
    assert done.returncode == 1
    assert f"FAILED {NAME}::Cell" in done.stdout
