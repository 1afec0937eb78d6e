"""What a stored notebook must be, and that the rules see where it is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.notebooks.conftest import NOTEBOOKS, Nbval

STORED = sorted(NOTEBOOKS.glob("*.ipynb"))


def rules() -> Any:
    spec = importlib.util.spec_from_file_location("notebook_rules", NOTEBOOKS / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cell(source: str, count: int | None, text: str = "", **data: str) -> Any:
    outputs = [new_output("stream", name="stdout", text=text)] if text else []
    outputs += [new_output("execute_result", data=data, execution_count=count)] if data else []
    return new_code_cell(source, execution_count=count, outputs=outputs)


def write(path: Path, *cells: Any, **metadata: Any) -> Path:
    nbformat.write(new_notebook(cells=[*cells], metadata=metadata), path)
    return path


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_every_notebook_is_stored_as_it_was_run(path: Path) -> None:
    assert rules().faults(path) == []


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_every_notebook_is_small_and_names_the_kernel_of_its_environment(path: Path) -> None:
    assert path.stat().st_size < 500_000
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        ([cell("1", 1), cell("2", None)], "cell 2: it was never run"),
        ([cell("1", 2), cell("2", 1)], r"not run once each and in their order, in a new kernel: \[2, 1\]"),
        ([cell("x", 1, "10%|█         | 1/10 [00:00<00:01, 9.4it/s]")], "cell 1: a progress bar is stored"),
        ([cell("x", 1, "1 of 2\r2 of 2\n")], "cell 1: a progress bar is stored"),
        ([cell("x", 1, **{"text/plain": "HBox(children=(FloatProgress(value=0.0)))"})], "a progress bar is stored"),
        ([cell("x", 1, "kept in /home/ann/.local/x")], "cell 1: a path of one machine is stored"),
    ],
)
def test_what_nbval_would_pass_over_is_a_fault(tmp_path: Path, made: list[Any], fault: str) -> None:
    import re

    found = rules().faults(write(tmp_path / "n.ipynb", *made))
    assert any(re.search(fault, one) for one in found), found


def test_stored_widget_state_and_a_stored_error_are_faults(tmp_path: Path) -> None:
    failed = new_code_cell("1/0", execution_count=1, outputs=[new_output("error", ename="ZeroDivisionError")])
    found = rules().faults(
        write(tmp_path / "n.ipynb", failed, widgets={"application/vnd.jupyter.widget-state+json": {}})
    )
    assert [one.split(": ", 1)[1][:30] for one in found] == [
        "it ended with ZeroDivisionErro",
        "widget state is stored in its ",
    ]


@pytest.mark.slow
def test_nbval_fails_on_a_changed_output_and_on_a_cell_that_was_never_run(copied: Path, nbval: Nbval) -> None:
    for path in copied.glob("*.ipynb"):
        path.unlink()
    write(copied / "same.ipynb", cell("print(6 * 7)", 1, "42\n"), cell("0.25", 2, **{"text/plain": "0.75"}))
    write(copied / "changed.ipynb", cell("print(6 * 7)", 1, "43\n"))
    write(copied / "never.ipynb", cell("print(1)", 1, "1\n"), cell("print(2)", None))
    done = nbval(copied, "-rA", "same.ipynb", "changed.ipynb")
    assert "2 passed" in done.stdout, done.stdout
    assert "1 failed" in done.stdout
    assert "FAILED changed.ipynb::Cell 0" in done.stdout
    never = nbval(copied, "never.ipynb")
    assert never.returncode != 0
    assert "never.ipynb, cell 2: it was never run" in never.stdout


@pytest.mark.slow
def test_the_option_that_compares_nothing_is_refused(copied: Path, nbval: Nbval) -> None:
    done = nbval(copied, "--nbval-lax")
    assert done.returncode != 0
    assert "--nbval-lax compares no output" in done.stdout + done.stderr
