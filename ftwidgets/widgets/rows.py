"""The rows on the desk as a browser is given them: whole ones with their turns, and lines of the table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import orjson

from ftwidgets.data.rules.rule import LEVELS
from ftwidgets.quantities import count
from ftwidgets.widgets.desk import Desk, Places
from ftwidgets.widgets.turns import MOST_NOTES, Note, Wire, turns, words

MOST_ROWS, MOST_BYTES = 400, 150_000
"""A browser has all rows where they are not more, and have no more bytes; else it is given those in view."""

NEAR = 10
"""So many rows on either side of the one that is looked at are sent with it, as far as `NEAR_BYTES` allow."""

NEAR_BYTES = 40_000

MOST_LINES = 200
"""So many lines of the table are sent at once."""

NOUNS = {"chat": "conversation", "prompt/completion": "pair", "preference": "preference pair"}
FORMATS = {"mixed": " · mixed formats", "unknown": ""}


class Rows:
    """The rows that are on a desk now, by their places from 0; made anew when something changes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._data = desk.dataset
        self._columns = desk.columns

    @cached_property
    def size(self) -> str:
        """How much there is, in words."""
        bad = self._data.unreadable
        size = count(len(self._data) - bad, NOUNS.get(self._data.kind, "row"))
        return f"{size} and {count(bad, 'unreadable line')}" if bad else size

    @cached_property
    def about(self) -> str:
        """How much there is, its tokens and its format, in words."""
        tokens = int(self._columns.facts.tokens.sum(dtype=np.int64))
        counted = f" · {count(tokens, 'token')}" if tokens else ""
        return self.size + counted + FORMATS.get(self._data.kind, f" · {self._data.kind}")

    @cached_property
    def whole(self) -> bool:
        """Whether all rows are few and short enough for the browser to have them, and to search them by itself."""
        lengths = self._data.index.length
        return len(lengths) <= MOST_ROWS and int(lengths.sum(dtype=np.int64)) <= MOST_BYTES

    def row(self, place: int) -> Wire:
        """A row with its turns, what was found in it, and what the table shows of it."""
        if place not in self._made:
            self._made[place] = self._row(place)
        return self._made[place]

    @cached_property
    def _made(self) -> dict[int, Wire]:
        return {}

    def near(self, place: int, found: Places) -> list[Wire]:
        """The row at a place and those around it among the `found`, as many as may be sent."""
        middle = int(np.searchsorted(found, place)) if len(found) else 0
        rows, size = [self.row(place)], 0
        for step in (by for n in range(1, NEAR + 1) for by in (n, -n)):
            if 0 <= middle + step < len(found) and size < NEAR_BYTES:
                rows.append(self.row(int(found[middle + step])))
                size += len(orjson.dumps(rows[-1]))
        return rows

    def line(self, place: int) -> list[Any]:
        """One line of the table: its number, the first words, tokens, the worst level, and its marks."""
        columns = self._columns
        level = int(columns.level[place])
        marks = ("r" if columns.reviewed[place] else "") + ("c" if columns.changed[place] else "")
        row = self._data.rows[place]
        worst = LEVELS[level] if level < len(LEVELS) else ""
        return [row.number, words(row), int(columns.facts.tokens[place]), worst, marks]

    def lines(self, places: Iterable[int]) -> list[list[Any]]:
        """Some lines of the table."""
        return [self.line(int(place)) for place in places][:MOST_LINES]

    def _row(self, place: int) -> Wire:
        facts, row = self._columns.facts, self._data.rows[place]
        notes: list[Note] = []
        seen: dict[str, int] = {}
        for number, finding in self._desk.findings_at(place):
            seen[finding.rule] = nth = seen.get(finding.rule, -1) + 1
            if len(notes) < MOST_NOTES:
                notes.append(Note(finding, nth, tuple(self._desk.mends(number))))
        fixed = {
            "line": row.number,
            "table": self.line(place),
            "rules": sorted(seen),
            "found": sum(seen.values()) + len(seen),
        }
        counts = {
            "trained": int(facts.trained[place]),
            "length": int(facts.length[place]),
            "sound": bool(facts.sound[place]),
        }
        return fixed | counts | {"label": self._desk.labels.of(place)} | turns(row, notes, uncut=self.whole)
