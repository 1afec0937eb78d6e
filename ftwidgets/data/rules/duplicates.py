"""Rules about rows that are the same, or ask the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ftwidgets.data.answers import answer_of
from ftwidgets.data.copies import copies
from ftwidgets.data.labels import labels_of
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, shown, tells
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, SYSTEM, USER, chat, said
from ftwidgets.data.survey import Survey
from ftwidgets.quantities import count

SHARE = 0.2
"""Of all answers, so large a part that is one text is told."""


@file_rule("duplicate", "warning", fails=([CHAT, CHAT], [PAIR, PAIR]), passes=([CHAT, said("It is lost.")],))
def duplicate(survey: Survey) -> Spots:
    """A row says the same as an earlier one.

    Why: what is there twice is learned twice as much; a copy that falls into the validation file makes the model look
    better than it is.
    """
    places = survey.places
    again, first = copies(survey.whole[places])
    return Spots.of(places[again], places[first])


@tells(duplicate)
def _same(survey: Survey, spot: Spot) -> Fault:
    return Fault(f"The row says the same as line {survey.line(spot.other)}.", "Drop it.")


@mends(duplicate, safe=True)
def _dropped(survey: Survey, spot: Spot) -> Mend | None:
    rows = survey.data.rows
    same = rows[spot.place].value == rows[spot.other].value  # and not only in what is said
    return Mend("drop it", None, spot.place) if same else None


@file_rule(
    "contradiction",
    "warning",
    fails=([CHAT, said("It is lost.")], [CHAT, said("It is lost."), CHAT]),
    passes=([CHAT, CHAT], [CHAT, chat(SYSTEM, USER, ANSWER | {"content": "It is lost."})], [chat(ANSWER), chat(USER)]),
)
def contradiction(survey: Survey) -> Spots:
    """Two rows ask the same and answer otherwise.

    Why: the model cannot learn both; it learns to waver between them, and is judged wrong half of the time.

    Held against each other is all that comes before the last answer. Keep both where several answers are right and the
    model should vary.
    """
    places = _asked(survey)
    places = np.delete(places, copies(survey.whole[places])[0])
    other, first = copies(survey.facts.prompt[places])
    return Spots.of(places[other], places[first])


@tells(contradiction)
def _otherwise(survey: Survey, spot: Spot) -> Fault:
    here, there = (shown(_answer(survey, place)) for place in (spot.place, spot.other))
    line = survey.line(spot.other)
    return Fault(f"The row asks the same as line {line} and answers {here}, there {there}.", "Keep one of them.")


@mends(contradiction)
def _one_of_two(survey: Survey, spot: Spot) -> list[Mend]:
    pairs = ((spot.other, spot.place), (spot.place, spot.other))
    return [Mend(f"keep line {survey.line(kept)}, drop line {survey.line(gone)}", None, gone) for kept, gone in pairs]


@file_rule(
    "same-answer",
    "note",
    fails=([*[said(f"Answer {n}, which is long enough to be none of a few labels.") for n in range(10)], *[CHAT] * 5],),
    passes=([said(f"{n}") for n in range(20)], [said("yes"), said("no")] * 5),
)
def same_answer(survey: Survey) -> Spots:
    """Many rows have one and the same answer.

    Why: the model learns to give it where it does not know what to say.

    Told from a fifth of all answers on, and not of labels.
    """
    places = survey.places
    if len(places) < 10 or survey.kind == "preference" or labels_of(survey):
        return Spots.of([])
    _, first = copies(survey.facts.answer[places])
    origin, times = np.unique(first, return_counts=True)
    many = times + 1 >= SHARE * len(places)
    return Spots.of(places[origin[many]], value=times[many] + 1)


@tells(same_answer)
def _many(survey: Survey, spot: Spot) -> Fault:
    answer = shown(_answer(survey, spot.place))
    rows = count(int(spot.value), "row")
    return Fault(f"{rows} of {len(survey.places):,} have the answer {answer}.", "Keep it if it is meant.")


def _asked(survey: Survey) -> npt.NDArray[np.int64]:
    """The places of the rows in which something is asked before the answer; a system message asks nothing."""
    facts = survey.facts
    before = facts.messages.astype(np.int64) - 1 - (facts.system != 0)
    return np.flatnonzero(facts.sound & (before > 0) & (facts.kind != 3))


def _answer(survey: Survey, place: int) -> str:
    return answer_of(survey.data.rows[place].value) or ""
