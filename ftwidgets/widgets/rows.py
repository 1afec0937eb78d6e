"""The rows of a data set as a browser is given them: found by their text, cut where they are long, some at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import orjson

from ftwidgets.data import Dataset, Finding
from ftwidgets.data.row import Row
from ftwidgets.data.transcript import Turn, transcript
from ftwidgets.quantities import count

MOST_ROWS, MOST_BYTES = 200, 150_000
"""A window has at most so many rows, and takes no more of them from so many bytes on."""

MOST_TURNS, MOST_CHARACTERS, FEWEST_CHARACTERS = 40, 12_000, 300
"""What is shown of one row: so many turns, so many characters in all, and of each turn at least so many."""

MOST_NOTES = 10

NOUNS = {"chat": "conversation", "prompt/completion": "pair", "preference": "preference pair"}
FORMATS = {"mixed": " · mixed formats", "unknown": ""}

Wire = dict[str, Any]


class Rows:
    """The rows of `data` by their places, from 0, and by their lines; `findings` are those of each line."""

    def __init__(self, data: Dataset) -> None:
        self._rows = data.rows
        self._kind = data.kind
        self._places = {row.number: place for place, row in enumerate(data.rows)}
        self.findings: dict[int, list[Finding]] = {}

    @cached_property
    def size(self) -> str:
        """How much there is, in words."""
        readable = sum(row.fault is None for row in self._rows)
        size, bad = count(readable, NOUNS.get(self._kind, "row")), len(self._rows) - readable
        return f"{size} and {count(bad, 'unreadable line')}" if bad else size

    @property
    def format(self) -> str:
        """What to write after the size, to tell the format."""
        return FORMATS.get(self._kind, f" · {self._kind}")

    def __getitem__(self, place: int) -> Row:
        return self._rows[place]

    def place(self, line: int) -> int | None:
        """Where the row of `line` is; None where there is none."""
        return self._places.get(line)

    def found(self, search: str, lines: Iterable[int] | None = None) -> Sequence[int]:
        """The places of the rows whose text holds `search`, in any case; of those of `lines` alone where given."""
        places: Sequence[int] = range(len(self._rows))
        if lines is not None:
            places = sorted(self._places[line] for line in lines)
        if search:
            wanted = search.lower()
            places = [place for place in places if wanted in self._texts[place]]
        return places

    @cached_property
    def whole(self) -> bool:
        """Whether all rows are few and short enough for the browser to have them, and to search them by itself."""
        _, rows = window(range(len(self._rows)), 0, self._wire)
        return len(rows) == len(self._rows) and not any(map(is_cut, rows))

    def around(self, line: int, found: Sequence[int]) -> Wire:
        """What a browser is given: of the `found` rows those around `line`; all rows where they are few and short."""
        found = range(len(self._rows)) if self.whole else found
        place = bisect_left(found, self._places.get(line, 0))
        first, rows = window(found, min(place, len(found) - 1), self._wire)
        return {"line": line, "first": first, "count": len(found), "whole": self.whole, "rows": rows}

    def _wire(self, place: int) -> Wire:
        row = self._rows[place]
        return wire(row, self.findings.get(row.number, ()))

    @cached_property
    def _texts(self) -> list[str]:
        return ["\n".join(turn.text for turn in transcript(row)).lower() for row in self._rows]


def window(found: Sequence[int], middle: int, sent: Callable[[int], Wire]) -> tuple[int, list[Wire]]:
    """The found rows around the one at `middle`, the nearest first, and the number of the first of them."""
    if not found:
        return 0, []
    first = last = middle
    rows = [sent(found[middle])]
    size = len(orjson.dumps(rows))
    while len(rows) < min(MOST_ROWS, len(found)) and size < MOST_BYTES:
        after = last + 1 < len(found) and (last - middle <= middle - first or first == 0)
        first, last = (first, last + 1) if after else (first - 1, last)
        row = sent(found[last if after else first])
        rows.insert(len(rows) if after else 0, row)
        size += len(orjson.dumps(row))
    return first, rows


def wire(row: Row, findings: Sequence[Finding]) -> Wire:
    """A row as it is sent: its turns with the findings in each, and how much of it is left out."""
    turns = transcript(row)
    shown, findings = turns[:MOST_TURNS], findings[:MOST_NOTES]
    whole = sum(len(turn.text) for turn in turns) <= MOST_CHARACTERS
    most = MOST_CHARACTERS if whole else max(FEWEST_CHARACTERS, MOST_CHARACTERS // len(turns))
    numbers = {turn.message for turn in shown}
    return {
        "line": row.number,
        "turns": [
            _turn(turn, most, [f for f in findings if f.message_index and f.message_index == turn.message])
            for turn in shown
        ],
        "notes": [_note(f) for f in findings if f.message_index is None or f.message_index not in numbers],
        "more": f"{count(len(turns) - MOST_TURNS, 'more message')}" if len(turns) > MOST_TURNS else "",
    }


def is_cut(row: Wire) -> bool:
    """Whether something of a row was left out."""
    return bool(row["more"] or any(turn["more"] for turn in row["turns"]))


def _turn(turn: Turn, most: int, findings: Sequence[Finding]) -> Wire:
    left = len(turn.text) - most
    return {
        "label": turn.label,
        "text": turn.text[:most],
        "trained": turn.trained,
        "more": count(left, "more character") if left > 0 else "",
        "notes": [_note(finding) for finding in findings],
    }


def _note(finding: Finding) -> Wire:
    return {"level": finding.level, "text": f"{finding.message} {finding.remedy}"}
