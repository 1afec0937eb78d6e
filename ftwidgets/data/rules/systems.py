"""The rule about system messages that differ from row to row."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ftwidgets.bases.chat import text_of
from ftwidgets.data.rules.quotations import shown_apart
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, tells
from ftwidgets.data.rules.samples import ANSWER, CHAT, SYSTEM, USER, chat
from ftwidgets.data.survey import Survey

MAJORITY, FEWEST = 0.9, 5
"""A system message that so large a part of the rows shares, so many at least, is the file's."""


class Usual(NamedTuple):
    """What nearly all rows begin with: the hash of a system message, 0 for none; the first such row; their share."""

    system: int
    first: int
    share: float


def usual_system(systems: npt.NDArray[np.uint32]) -> Usual | None:
    """What nearly all of some rows, of which these are the system messages' hashes, begin with; None where none is."""
    hashes, first, rows = np.unique(systems, return_index=True, return_counts=True)
    most = int(rows.argmax()) if len(rows) else 0
    if not len(rows) or rows[most] < MAJORITY * len(systems):
        return None
    return Usual(int(hashes[most]), int(first[most]), rows[most] / len(systems))


WITH = chat(SYSTEM, USER, ANSWER)
OTHER = chat(SYSTEM | {"content": "You are a pirate."}, USER, ANSWER)


@file_rule(
    "system-inconsistent",
    "warning",
    fails=([WITH] * 9 + [CHAT], [WITH] * 9 + [OTHER], [CHAT] * 9 + [WITH]),
    passes=([WITH] * 9, [WITH] * 8 + [OTHER] * 2, [CHAT] * 9),
)
def system_inconsistent(survey: Survey) -> Spots:
    """A row has another system message than nearly all others, or none.

    Why: the model learns to answer under the system message that it sees: these rows teach it to answer under another
    than the one that you will use.

    Reported where nine tenths of the rows share one, or have none.
    """
    places = survey.places[survey.facts.kind[survey.places] == 1]
    if len(places) < FEWEST:
        return Spots.of([])
    systems = survey.facts.system[places]
    if (found := usual_system(systems)) is None:
        return Spots.of([])
    return Spots.of(places[systems != found.system], places[found.first], found.share)


@tells(system_inconsistent)
def _other(survey: Survey, spot: Spot) -> Fault:
    here, there = (_system(survey.data.rows[place].value) for place in (spot.place, spot.other))
    part = f"{min(99, round(100 * spot.value))} % of the rows"
    own, most = shown_apart(*(text_of(one) if one else "" for one in (here, there)))
    usual = f"have {most}" if there else "have none"
    what = f"The system message is {own}" if here else "The row has no system message"
    return Fault(f"{what}; {part} {usual}.", "Use one system message throughout, the one that you will use.", "content")


@mends(system_inconsistent)
def _usual(survey: Survey, spot: Spot) -> Mend:
    example, there = survey.data.rows[spot.place].value, _system(survey.data.rows[spot.other].value)
    messages = example["messages"][1:] if _system(example) else example["messages"]
    words = f"use that of line {survey.line(spot.other)}" if there else "remove the system message"
    return Mend(words, example | {"messages": [there, *messages] if there else messages}, spot.place)


def _system(example: dict[str, Any]) -> dict[str, Any] | None:
    first = example["messages"][0]
    return first if first["role"] in ("system", "developer") else None
