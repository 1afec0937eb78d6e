"""Strict notebooks: what nbval would pass over in silence is an error here.

A cell that was never run is not compared by nbval, and with `--nbval-lax` nothing is; widget state in the file makes
GitHub call it invalid, and a progress bar in a stored output is never the same twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

PROGRESS = re.compile(r"\r|[█▏▎▍▌▋▊▉━]|\bit/s|\bs/it|HBox\(|FloatProgress|IntProgress")
PLACE = re.compile(r"(?:/home/|/root/|/tmp/|/Users/|[A-Z]:\\)\w")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the option with which nothing is compared."""
    if config.getoption("nbval_lax", default=False):
        raise pytest.UsageError("--nbval-lax compares no output. Use --nbval alone.")


class Faulty(pytest.File):
    """A notebook that cannot be tested as it is stored."""

    def collect(self) -> list[pytest.Item]:
        """Say why."""
        raise self.CollectError("\n".join(faults(self.path)))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take a faulty notebook out of nbval's hands."""
    if file_path.suffix == ".ipynb" and faults(file_path):
        return Faulty.from_parent(parent, path=file_path)
    return None


def faults(path: Path) -> list[str]:
    """What is wrong with a notebook as it is stored, a sentence each."""
    notebook = nbformat.read(path, as_version=4)
    found = [f"{path.name}, cell {n}: {fault}" for n, cell in enumerate(notebook.cells, 1) for fault in _in(cell)]
    if "widgets" in notebook.metadata:
        found.append(
            f"{path.name}: widget state is stored in its metadata; clear it, the outputs have their own twins."
        )
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if None not in counts and counts != list(range(1, len(counts) + 1)):
        found.append(f"{path.name}: its cells were not run once each and in their order, in a new kernel: {counts}.")
    return found


def _in(cell: Any) -> Iterator[str]:
    if cell.cell_type != "code":
        return
    if cell.execution_count is None:
        yield "it was never run, so that its outputs would not be compared; run the whole notebook and store it."
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"it ended with {output.ename}."
        for text in _texts(output):
            if match := PROGRESS.search(text):
                yield f"a progress bar is stored ({match[0]!r}), which is never the same twice."
            if match := PLACE.search(text):
                yield f"a path of one machine is stored ({match[0]}…)."


def _texts(output: Any) -> list[str]:
    data = output.get("data", {})
    return [output.get("text", ""), *(str(data[kind]) for kind in ("text/plain", "text/html") if kind in data)]
