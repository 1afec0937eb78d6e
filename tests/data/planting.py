"""Planted files for tests: the generator lives with the benchmarks, which are no package."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.append(str(BENCHMARKS))

planted = importlib.import_module("planted")
soil = importlib.import_module("planted_soil")


def plant(folder: Path, rows: int = 2_000, **wishes: Any) -> tuple[Path, list[Any]]:
    """A file of so many rows with a fault of every kind, and what was planted in it, in the order of the lines."""
    path = folder / "planted.jsonl"
    return path, planted.write(path, rows, **wishes)


def lines_of(path: Path) -> dict[int, bytes]:
    """The lines of a planted file as an editor counts them, without their ends and the byte-order mark."""
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    return {number: line.rstrip(b"\r") for number, line in enumerate(content.split(b"\n"), 1)}
