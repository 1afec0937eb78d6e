"""Rules about how answers end, where nearly all end alike."""

from __future__ import annotations

import numpy as np

from ftwidgets.data.answers import answer_of
from ftwidgets.data.rules.rule import Fault, Spot, Spots, file_rule, shown, tells
from ftwidgets.data.rules.samples import chat, said
from ftwidgets.data.survey import Survey

FEWEST, MOST = 20, 0.95
"""Of so many rows at least, such a share ends alike: then the others are odd."""

LONG = 20
"""Characters of the middle answer from which on answers are no labels."""

_SIGNED = [
    chat(
        {"role": "user", "content": f"Where is parcel {n}?"},
        {"role": "assistant", "content": f"In van {n}, {n} km off. Ivy"},
    )
    for n in range(30)
]


@file_rule("ending-missing", "warning", fails=([*_SIGNED, said("It left our house on Mon")],), passes=(_SIGNED,))
def ending_missing(survey: Survey) -> Spots:
    """An answer does not end as nearly all others do.

    Why: it may have been cut off, or come from elsewhere; the model learns to end its answers so too.

    The last four characters are compared: a signature, a closing bracket, a mark that ends the answer. Short labels are
    left out.
    """
    places = survey.places[survey.facts.length[survey.places] > 0]
    if len(places) < FEWEST or np.median(survey.facts.length[places]) < LONG:
        return Spots.of([])
    endings, counts = np.unique(survey.facts.ending[places], return_counts=True)
    if counts.max() < MOST * len(places):
        return Spots.of([])
    return Spots.of(places[survey.facts.ending[places] != endings[counts.argmax()]], value=counts.max() / len(places))


@tells(ending_missing)
def _odd(survey: Survey, spot: Spot) -> Fault:
    usual = np.flatnonzero(survey.facts.sound & (survey.facts.ending == _usual(survey)))[0]
    own, most = _end(survey, spot.place, 12), _end(survey, int(usual), 4)
    what = f"The answer ends with {own}; {spot.value * 100:.0f} % of the answers end with {most}."
    return Fault(what, "Check whether it was cut off.", "messages")


def _usual(survey: Survey) -> int:
    endings, counts = np.unique(survey.facts.ending[survey.places], return_counts=True)
    return int(endings[counts.argmax()])


def _end(survey: Survey, place: int, most: int) -> str:
    return shown((answer_of(survey.data.rows[place].value) or "")[-most:])
