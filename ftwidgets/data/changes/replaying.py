"""Doing again, to the same or like data, what a record says."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from ftwidgets.data.changes.entry import Entry, raw_of
from ftwidgets.data.changes.fixing import fix
from ftwidgets.data.changes.record import Record, digest
from ftwidgets.data.changes.steps import named
from ftwidgets.data.conversion import Template
from ftwidgets.data.converting import convert
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.loading import Loadable, load
from ftwidgets.errors import InputError

WORDS = {"delete": "deleted", "reviewed": "marked as reviewed"}


def replay(record: Record, data: Loadable) -> tuple[Dataset, list[str]]:
    """Do to `data` what the record says; also what of it could not be done, a sentence each.

    To the data that the record was made of, exactly the same is done. In others, what was done by hand is done to the
    rows that say the same, wherever they are: of several to the one in the same line, else to the first.

    Raises:
        InputError: there is no such file, or it cannot be read; or `record` is no record.
    """
    if not isinstance(record, Record):
        raise InputError(f"{record!r:.60} is no record. Give data.record, or Record.read(path).")
    data = load(data)
    known = Known(record, data)
    missing: list[str] = []
    for entry in record.entries:
        try:
            after = known.after(data, entry, missing)
        except InputError as error:  # a rule that there is no more, a fix that would leave too few
            missing.append(str(error))
            continue
        for step in after.steps[len(data.steps) :]:
            known.changed(after, step.lines)
        data = after
    return data, missing


class Known:
    """Where the rows are that a record speaks of, by the digests of what they say."""

    def __init__(self, record: Record, data: Dataset) -> None:
        self._wanted = {one for entry in record.entries for one in _befores(entry)}
        self._digests: dict[int, str] = {}
        self._lines: dict[str, set[int]] = defaultdict(set)
        if self._wanted:
            self._note(data)

    def _note(self, data: Dataset) -> None:
        for line, raw in zip(data.index.number.tolist(), data.raws(), strict=True):
            if (said := digest(raw)) in self._wanted:
                self._digests[line] = said
                self._lines[said].add(line)

    def changed(self, data: Dataset, lines: list[int]) -> None:
        """Hear that these lines of `data` say something else now, or are gone, or new."""
        for line in lines:
            if line in self._digests:
                self._lines[self._digests.pop(line)].discard(line)
        if self._wanted:
            self._note(data.take(np.isin(data.index.number, lines)))

    def after(self, data: Dataset, entry: Entry, missing: list[str]) -> Dataset:
        """The data after one entry; what of it cannot be done is added to `missing`."""
        match entry["do"]:
            case "fix":
                return _fixed(data, entry, missing)
            case "add":
                return data.added([raw_of(row) for row in entry["rows"]])
            case "convert":
                to = entry["to"]
                return convert(data, Template(**to) if isinstance(to, dict) else to)
            case "edit":
                found = self._found([entry["line"]], [entry["before"]], "edited", missing)
                return data.edited(found[0], raw_of(entry["after"])) if found else data
        found = self._found(entry["lines"], entry["before"], WORDS[entry["do"]], missing)
        if not found:
            return data
        return data.without(found) if entry["do"] == "delete" else data.reviewed(found)

    def _found(self, lines: list[int], digests: list[str], what: str, missing: list[str]) -> list[int]:
        """Where the rows are now that said this in these lines."""
        found: list[int] = []
        for line, said in zip(lines, digests, strict=True):
            where = self._lines[said] - set(found)
            if where:
                found.append(line if line in where else min(where))
            else:
                missing.append(f"Line {line} was {what}, and no row says what it said then.")
        return found


def _fixed(data: Dataset, entry: Entry, missing: list[str]) -> Dataset:
    terms: dict[str, Any] = {key: entry[key] for key in ("fewest", "method", "n_epochs") if key in entry}
    if "lines" not in entry:
        return fix(data, entry["rule"], **terms)
    there = set(data.index.number.tolist())
    lines = [line for line in entry["lines"] if line in there]
    if gone := [line for line in entry["lines"] if line not in there]:
        missing.append(f"The fix of '{entry['rule']}' was asked for in {named(gone)}, which there is not.")
    return fix(data, entry["rule"], lines=lines, **terms)


def _befores(entry: Entry) -> list[str]:
    before = entry.get("before", [])
    return [before] if isinstance(before, str) else before
