"""The lessons' content: today, the small data sets that they use."""

from __future__ import annotations

from pathlib import Path

from ftwidgets import data
from ftwidgets.errors import InputError

FOLDER = Path(__file__).parent / "data"

SUFFIXES = (".jsonl", ".csv", ".json")
"""What a lesson reads; beside it lie the licence, a description and the program that makes the files."""


def data_sets() -> list[str]:
    """The names of the data sets of the package that a model can be trained on."""
    return sorted(path.parent.name for path in FOLDER.glob("*/train.jsonl"))


def data_set(name: str) -> dict[str, Path]:
    """The files of a data set: `train`, `validation` and `test`.

    Raises:
        KeyError: there is no such set.
    """
    if name not in data_sets():
        raise KeyError(name)
    return {part: FOLDER / name / f"{part}.jsonl" for part in ("train", "validation", "test")}


def load(name: str) -> data.Dataset:
    """All rows of a data set, the parts one after another: for a lesson that splits them itself.

    Raises:
        KeyError: there is no such set.
    """
    return data.load(b"".join(path.read_bytes() for path in data_set(name).values()), name)


def path(name: str, part: str | None = None) -> Path:
    """One file of a set, such as `path("support", "raw")`; of a set that is a single file, such as `path("avocado")`.

    Raises:
        InputError: there is no such set, or it has no such part.
    """
    sets = sorted({file.parent.name for file in FOLDER.glob("*/*") if file.suffix in SUFFIXES})
    if name not in sets:
        raise InputError(f"There is no data set {name!r:.40}. Use one of {', '.join(sets)}.")
    parts = {file.stem: file for file in sorted((FOLDER / name).iterdir()) if file.suffix in SUFFIXES}
    if part is None and len(parts) == 1:
        return next(iter(parts.values()))
    if part not in parts:
        asked = "is not one file" if part is None else f"has no part {part!r:.40}"
        raise InputError(f"The data set {name!r} {asked}. Name one of its parts: {', '.join(parts)}.")
    return parts[part]
