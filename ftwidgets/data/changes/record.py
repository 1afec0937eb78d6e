"""A record of what was done to a data set, to be kept, read by a person, and done again to the same or like data."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from ftwidgets.data.index import Index
from ftwidgets.data.terms import Terms
from ftwidgets.errors import FileFormatError, InputError

if TYPE_CHECKING:
    from ftwidgets.data.changes.steps import Step
    from ftwidgets.data.dataset import Dataset
    from ftwidgets.data.loading import Loadable

VERSION = 1

Entry = dict[str, Any]
"""One thing that was done: the key "do" says what: fix, edit, delete, reviewed, add or convert."""


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
        try:
            content = orjson.loads(Path(path).read_bytes())
            if content["version"] != VERSION:
                raise FileFormatError(f"{path} is a record of version {content['version']}; this reads {VERSION}.")
            return cls(str(content["name"]), tuple(_known(entry) for entry in content["done"]))
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from error
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise FileFormatError(
                f"{path} is no record of changes, as Record.of(data).write(path) writes it."
            ) from error

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the record as JSON to a new file.

        Raises:
            InputError: the file is there already, or cannot be written.
        """
        content = {"version": VERSION, "name": self.name, "done": self.entries}
        try:
            with open(path, "xb") as file:
                file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}. Name a new file.") from error
        return Path(path)

    def replay(self, data: Loadable) -> tuple[Dataset, list[str]]:
        """The data after the same was done to them, and what could not be done: see `ftwidgets.replay`."""
        from ftwidgets.data.changes.replaying import replay

        return replay(self, data)

    @property
    def code(self) -> str:
        """The Python that does the same to the `data` that were loaded, with `import ftwidgets as ft` before it."""
        return "\n".join(f"data = {_call(entry)}" for entry in self.entries)


def digest(raw: bytes) -> str:
    """By what a row is found again."""
    return hashlib.sha256(raw).hexdigest()


def raw_of(kept: Any) -> bytes:
    """The bytes of a row that was kept as text, or in base64 where it is none."""
    return base64.b64decode(kept["base64"]) if isinstance(kept, dict) else kept.encode()


def _entries(data: Dataset, step: Step) -> Iterator[Entry]:
    if step.terms is not None:
        lines = {} if step.asked is None else {"lines": list(step.asked)}
        yield {"do": "fix", "rule": step.rule, **lines, **_unusual(step.terms)}
        return
    if step.recipe is not None:
        yield {"do": "convert", **step.recipe}
        return
    if len(step.added):
        yield {"do": "add", "rows": [_kept(raw) for raw in _raws(data, step.added)]}
    numbers, before = step.before.number.tolist(), [digest(raw) for raw in _raws(data, step.before)]
    after = list(_raws(data, step.after))
    found = {kind: np.flatnonzero(mask).tolist() for kind, mask in (("delete", step.gone), ("edit", ~step.gone))}
    if step.doing == "reviewed":
        found = {"reviewed": found["edit"], "edit": []}
    for n in found["edit"]:
        yield {"do": "edit", "line": numbers[n], "before": before[n], "after": _kept(after[n])}
    for kind in ("delete", "reviewed"):
        if places := found.get(kind):
            yield {"do": kind, "lines": [numbers[n] for n in places], "before": [before[n] for n in places]}


def _raws(data: Dataset, rows: Index) -> Iterator[bytes]:
    """The bytes of rows that are or were among the data: what was kept once is kept."""
    return data.remade(rows, ()).raws()


def _kept(raw: bytes) -> Any:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _unusual(terms: Terms) -> dict[str, Any]:
    """The terms that `fix` would not take by itself."""
    usual = Terms(terms.kind, "dpo" if terms.kind == "preference" else "supervised")
    said = {"fewest": terms.fewest, "method": terms.method, "n_epochs": terms.n_epochs}
    return {name: value for name, value in said.items() if value != getattr(usual, name)}


KEYS: dict[str, dict[str, Any]] = {
    "fix": {"rule": str},
    "edit": {"line": int, "before": str, "after": str | dict},
    "delete": {"lines": list, "before": list},
    "reviewed": {"lines": list, "before": list},
    "add": {"rows": list},
    "convert": {"to": str | dict},
}
"""What each entry has, and of which type."""


def _known(entry: Entry) -> Entry:
    for key, kind in KEYS[entry["do"]].items():
        if not isinstance(entry[key], kind):
            raise TypeError(key)
    return entry


METHODS = {"delete": "without", "reviewed": "reviewed"}


def _call(entry: Entry) -> str:
    match entry["do"]:
        case "fix":
            options = "".join(f", {key}={value!r}" for key, value in entry.items() if key not in ("do", "rule"))
            call = f'ft.fix(data, "{entry["rule"]}"{options})'
        case "edit":
            call = f"data.edited({entry['line']}, {_literal(entry['after'])})"
        case "add":
            call = f"data.added([{', '.join(map(_literal, entry['rows']))}])"
        case "convert" if isinstance(entry["to"], dict):
            words = ", ".join(f"{key}={text!r}" for key, text in entry["to"].items())
            call = f"ft.convert(data, ft.Template({words}))"
        case "convert":
            call = f'ft.convert(data, "{entry["to"]}")'
        case done:
            call = f"data.{METHODS[done]}({entry['lines']})"
    return call


def _literal(kept: Any) -> str:
    """An example as Python, where it is written again as it was; else its bytes."""
    raw = raw_of(kept)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return repr(raw)
    return repr(value) if orjson.dumps(value) == raw else repr(raw)
