"""One row as it is sent: its turns, what was found marked in them, cut where they are long, and what can be done."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ftwidgets.data import Finding
from ftwidgets.data.row import Row
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.rule import LEVELS
from ftwidgets.data.transcript import Turn, transcript
from ftwidgets.quantities import count

MOST_TURNS, MOST_CHARACTERS, FEWEST_CHARACTERS = 40, 12_000, 300
"""What is shown of one row: so many turns, so many characters in all, and of each turn at least so many."""

MOST_NOTES = 10

Wire = dict[str, Any]


@dataclass(frozen=True)
class Note:
    """A finding in a row: `nth` of its rule there, and the words of what can be done about it."""

    finding: Finding
    nth: int = 0
    mends: tuple[str, ...] = ()

    def wire(self, more: int = 0) -> Wire:
        """As it is sent, with how many `more` like it stand in the same place."""
        one = self.finding
        text = f"{one.message} {one.remedy}" + (f" And {more} more like it." if more else "")
        return {"level": one.level, "text": text, "rule": one.rule, "nth": self.nth, "mends": list(self.mends)}


def wires(notes: Sequence[Note]) -> list[Wire]:
    """Notes of one place as they are sent: of those of one rule with the same remedies the first."""
    alike: dict[tuple[str, tuple[str, ...]], list[Note]] = {}
    for note in notes:
        alike.setdefault((note.finding.rule, note.mends), []).append(note)
    return [group[0].wire(len(group) - 1) for group in alike.values()]


def turns(row: Row, notes: Sequence[Note], *, uncut: bool = False) -> Wire:
    """A row's turns with the notes at each, the notes about the whole row, and how much is left out."""
    said = transcript(row)
    shown = said if uncut else said[:MOST_TURNS]
    whole = uncut or sum(len(turn.text) for turn in said) <= MOST_CHARACTERS
    most = len(row.raw) + 1 if whole else max(FEWEST_CHARACTERS, MOST_CHARACTERS // len(said))
    own = [[note for note in notes if is_in(note.finding, turn)] for turn in shown]
    placed = {id(note) for group in own for note in group}
    return {
        "turns": [_turn(turn, most, group) for turn, group in zip(shown, own, strict=True)],
        "notes": wires([note for note in notes if id(note) not in placed]),
        "more": count(len(said) - len(shown), "more message") if len(said) > len(shown) else "",
    }


def is_in(finding: Finding, turn: Turn) -> bool:
    """Whether a finding is about what is said in a turn."""
    if finding.message_index is not None:
        return finding.message_index == turn.message
    if finding.span is None:
        return False
    if not turn.path:
        return True
    rule = RULES[finding.rule]
    if rule.scope != "text":
        return False
    here = (finding.message, finding.span)  # a pair's texts have no numbers: the rule itself says which one it means
    return any((fault.message, fault.span) == here for fault in rule.find(turn.text, turn.path[0]))


def words(row: Row, most: int = 90) -> str:
    """The first words of a row, for a table: what is asked, not what the system says."""
    said = transcript(row)
    asked = next((turn for turn in said if not turn.speaker.startswith(("system", "developer"))), None)
    text = (asked or said[0]).text if said else ""
    return " ".join(text[: 4 * most].split())[:most]


def pieces(text: str, marks: Iterable[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """A text in pieces, each with the worst level of the marks (from, to, level) that lie on it, "" where none does.

    Cut here and not in the browser, which counts characters in another way.
    """
    inside = [(max(0, begin), min(end, len(text)), level) for begin, end, level in marks]
    kept = [mark for mark in inside if mark[0] < mark[1]]
    cuts = sorted({0, len(text), *(place for begin, end, _ in kept for place in (begin, end))})
    found: list[tuple[str, str]] = []
    for begin, end in itertools.pairwise(cuts):
        levels = {level for first, last, level in kept if first <= begin and end <= last}
        worst = next((level for level in LEVELS if level in levels), "")
        if found and found[-1][1] == worst:
            found[-1] = (found[-1][0] + text[begin:end], worst)
        else:
            found.append((text[begin:end], worst))
    return found


def _turn(turn: Turn, most: int, notes: Sequence[Note]) -> Wire:
    left = len(turn.text) - most
    marks = [(*note.finding.span, note.finding.level) for note in notes if note.finding.span]
    return {
        "label": turn.label,
        "pieces": pieces(turn.text[:most], marks),
        "trained": turn.trained,
        "more": count(left, "more character") if left > 0 else "",
        "notes": wires(notes),
    }
