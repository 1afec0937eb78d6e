"""A record of what was done to a data set, to be kept, read by a person, and done again to the same or like data."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from ftwidgets.data.changes.entry import Entry, call, kept, known
from ftwidgets.data.index import Index
from ftwidgets.data.opening import opened
from ftwidgets.data.terms import Terms
from ftwidgets.data.writing import write_new
from ftwidgets.errors import FileFormatError

if TYPE_CHECKING:
    from ftwidgets.data.changes.steps import Step
    from ftwidgets.data.dataset import Dataset
    from ftwidgets.data.loading import Loadable

VERSION = 1


@dataclass(frozen=True)
class Record:
    """What was done to the data called `name`, in order.

    A fix is kept by its rule, and by the lines for which it was asked. What was done by hand is kept by the sha256 of
    what the row said before, so that it is found again in data in which rows were added or moved.
    """

    name: str
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, data: Dataset) -> Record:
        """What was done to the data since they were loaded."""
        return cls(data.name, tuple(entry for step in data.steps for entry in _entries(data, step)))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Record:
        """The record that was written to a file.

        Raises:
            FileFormatError: the file is no record.
            InputError: it cannot be read.
        """
        content = _json(path)
        if not isinstance(content, dict) or "version" not in content:
            raise FileFormatError(f"{path} {_NONE} It names no version.")
        if content["version"] != VERSION:
            raise FileFormatError(f"{path} is a record of version {content['version']!r:.40}; this reads {VERSION}.")
        if not isinstance(content.get("name"), str) or not isinstance(content.get("done"), list):
            raise FileFormatError(f"{path} {_NONE} It lacks the name of the data, or the list of what was done.")
        return cls(content["name"], tuple(_entries_of(content["done"], path)))

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the record as JSON to a new file.

        Raises:
            InputError: the file is there already, or cannot be written.
        """
        content = {"version": VERSION, "name": self.name, "done": self.entries}
        return write_new(path, [orjson.dumps(content, option=orjson.OPT_INDENT_2), b"\n"])

    def replay(self, data: Loadable) -> tuple[Dataset, list[str]]:
        """The data after the same was done to them, and what could not be done: see `ftwidgets.replay`."""
        from ftwidgets.data.changes.replaying import replay

        return replay(self, data)

    @property
    def code(self) -> str:
        """The Python that does the same to the `data` that were loaded, with `import ftwidgets as ft` before it."""
        return "\n".join(f"data = {call(entry)}" for entry in self.entries)


def digest(raw: bytes) -> str:
    """By what a row is found again."""
    return hashlib.sha256(raw).hexdigest()


def _entries(data: Dataset, step: Step) -> Iterator[Entry]:
    if step.terms is not None:
        lines = {} if step.asked is None else {"lines": list(step.asked)}
        yield {"do": "fix", "rule": step.rule, **lines, **_unusual(step.terms)}
        return
    if step.recipe is not None:
        yield {"do": "convert", **step.recipe}
        return
    if len(step.added):
        yield {"do": "add", "rows": [kept(raw) for raw in _raws(data, step.added)]}
    numbers, before = step.before.number.tolist(), [digest(raw) for raw in _raws(data, step.before)]
    after = list(_raws(data, step.after))
    found = {kind: np.flatnonzero(mask).tolist() for kind, mask in (("delete", step.gone), ("edit", ~step.gone))}
    if step.doing == "reviewed":
        found = {"reviewed": found["edit"], "edit": []}
    for n in found["edit"]:
        yield {"do": "edit", "line": numbers[n], "before": before[n], "after": kept(after[n])}
    for kind in ("delete", "reviewed"):
        if places := found.get(kind):
            yield {"do": kind, "lines": [numbers[n] for n in places], "before": [before[n] for n in places]}


def _raws(data: Dataset, rows: Index) -> Iterator[bytes]:
    """The bytes of rows that are or were among the data: what was kept once is kept."""
    return data.remade(rows, ()).raws()


def _unusual(terms: Terms) -> dict[str, Any]:
    """The terms that `fix` would not take by itself."""
    usual = Terms(terms.kind, "dpo" if terms.kind == "preference" else "supervised")
    said = {"fewest": terms.fewest, "method": terms.method, "n_epochs": terms.n_epochs}
    return {name: value for name, value in said.items() if value != getattr(usual, name)}


_NONE = "is no record of changes, as Record.of(data).write(path) writes it."


def _json(path: str | os.PathLike[str]) -> Any:
    source = opened(path)
    try:
        return orjson.loads(source.read(0, source.size))
    except orjson.JSONDecodeError as error:
        raise FileFormatError(f"{path} {_NONE} It cannot be read as JSON: {error}.") from error


def _entries_of(done: list[Any], path: str | os.PathLike[str]) -> Iterator[Entry]:
    for number, entry in enumerate(done, 1):
        try:
            yield known(entry)
        except ValueError as error:
            raise FileFormatError(f"{path} is no record that can be read. Of entry {number}: {error}.") from error
