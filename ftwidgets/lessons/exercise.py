"""The exercise of the data lesson: which of the planted faults of the support chats are still there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ftwidgets.data import Dataset, check, jsonl
from ftwidgets.lessons import path
from ftwidgets.quantities import count

PAIRED = ("exact-duplicate", "near-duplicate")
"""Faults of two rows, of which either may go, and one has to stay."""

ASIDE = ("answers-alike", "few-examples", "other-language")
"""Rules of which a finding in a mended row is no fault of that row."""


@dataclass(frozen=True)
class Fault:
    """A planted fault that is still there, in words; `line` is where."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.what}."


@dataclass(frozen=True)
class Remaining:
    """How many of the `planted` faults are `left`, and what was lost on the way."""

    planted: int
    left: tuple[Fault, ...]
    lost: tuple[int, ...]

    def __repr__(self) -> str:
        lines = [f"{self.planted - len(self.left)} of {count(self.planted, 'planted fault')} are mended."]
        if self.left:
            lines.append(f"The next: {self.left[0]}")
        if self.lost:
            where = ", ".join(map(str, self.lost[:5]))
            lines.append(f"Good rows that were dropped: {len(self.lost)} (lines {where}). Undo brings them back.")
        return "\n".join(lines)


def remaining(data: Dataset) -> Remaining:
    """Hold `data`, mended from `path("support", "raw")`, against what was planted there.

    A row that was to be mended is, when it is another than it was and the check finds nothing in it any more.
    """
    truth: list[dict[str, Any]] = orjson.loads(path("support", "truth").read_bytes())
    raw = {row.number: row.raw for row in jsonl(path("support", "raw")).rows}
    now = {row.number: row.raw for row in data.rows}
    wrong = {finding.line for finding in check(data) if finding.rule not in ASIDE}
    left = tuple(Fault(one["line"], one["what"]) for one in truth if _is_there(one, raw, now, wrong))
    free = {one["line"] for one in truth} | {one["with_line"] for one in truth if one["fault"] in PAIRED}
    both = {one["with_line"] for one in truth if one["fault"] in PAIRED and one["line"] not in now}
    lost = tuple(line for line in raw if line not in now and (line not in free or line in both))
    return Remaining(len(truth), left, lost)


def _is_there(one: dict[str, Any], raw: dict[int, bytes], now: dict[int, bytes], wrong: set[int | None]) -> bool:
    line = one["line"]
    if line not in now or (one["fault"] in PAIRED and one["with_line"] not in now):
        return False
    return now[line] == raw[line] or line in wrong
