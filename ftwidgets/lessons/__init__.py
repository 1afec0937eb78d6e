"""The lessons' content: today, the small data sets that they use."""

from __future__ import annotations

from pathlib import Path

from ftwidgets import data

FOLDER = Path(__file__).parent / "data"


def data_sets() -> list[str]:
    """The names of the data sets that come with the package."""
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
