"""The rule about system messages that differ from row to row."""

from __future__ import annotations

from typing import Any

import numpy as np

from ftwidgets.bases.chat import text_of
from ftwidgets.data.rules.quotations import shown_apart
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, tells
from ftwidgets.data.rules.samples import ANSWER, CHAT, SYSTEM, USER, chat
from ftwidgets.data.survey import Survey

MAJORITY, FEWEST = 0.9, 5
"""A system message that so large a part of the rows shares, so many at least, is the file's."""

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
    systems, first, rows = np.unique(survey.facts.system[places], return_index=True, return_counts=True)
    usual = int(rows.argmax())
    if len(systems) == 1 or rows[usual] < MAJORITY * len(places):
        return Spots.of([])
    odd = places[survey.facts.system[places] != systems[usual]]
    return Spots.of(odd, places[first[usual]], rows[usual] / len(places))


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
