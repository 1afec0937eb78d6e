"""Rules about rows that are the same, or ask the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data.answers import answer_of
from ftwidgets.data.copies import copies
from ftwidgets.data.doubles import differences, doubles_of
from ftwidgets.data.labels import labels_of, meaning
from ftwidgets.data.rules.calls import functions_of
from ftwidgets.data.rules.quotations import listed, shown_apart
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, shown, tells
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, SYSTEM, TOOL, USER, chat, said
from ftwidgets.data.survey import Survey
from ftwidgets.quantities import count

TOOLED = chat(USER, ANSWER, tools=[TOOL])

SHARE = 0.2
"""Of all answers, so large a part that is one text is told."""


@file_rule(
    "duplicate",
    "warning",
    fails=([CHAT, CHAT], [PAIR, PAIR], [CHAT, TOOLED, TOOLED]),
    passes=([CHAT, said("It is lost.")], [CHAT, TOOLED]),
)
def duplicate(survey: Survey) -> Spots:
    """A row is the same as an earlier one.

    Why: what is there twice is learned twice as much; a copy that falls into the validation file makes the model look
    better than it is.
    """
    found = doubles_of(survey)
    return Spots.of(found.copies, found.of_copies)


@tells(duplicate)
def _same(survey: Survey, spot: Spot) -> Fault:
    return Fault(f"The row says the same as line {survey.line(spot.other)}.", "Drop it.")


@mends(duplicate, safe=True)
def _dropped(survey: Survey, spot: Spot) -> Mend:
    return Mend("drop it", None, spot.place)


@file_rule(
    "duplicate-text",
    "note",
    fails=([CHAT, TOOLED], [CHAT, chat(USER, ANSWER | {"weight": 1})]),
    passes=([CHAT, CHAT], [CHAT, said("It is lost.")]),
)
def duplicate_text(survey: Survey) -> Spots:
    """A row says the same as an earlier one, but is not quite the same.

    Why: what is said twice is learned twice as much. It may be meant: with other tools, or other weights.
    """
    found = doubles_of(survey)
    return Spots.of(found.variants, found.of_variants)


@tells(duplicate_text)
def _said_again(survey: Survey, spot: Spot) -> Fault:
    rows = survey.data.rows
    keys = differences(rows[spot.other].value, rows[spot.place].value)
    what = f"The row says the same as line {survey.line(spot.other)}, and differs in {listed(keys)}."
    return Fault(what, "Keep both if that is meant, else drop one.")


@file_rule(
    "contradiction",
    "warning",
    fails=([CHAT, said("It is lost.")], [CHAT, said("It is lost."), CHAT]),
    passes=(
        [CHAT, CHAT],
        [CHAT, chat(SYSTEM, USER, ANSWER | {"content": "It is lost."})],
        [chat(ANSWER), chat(USER)],
        [said("Yes."), said("yes")],
        [{"prompt": "", "completion": x} for x in (" One.", " Two.")],
    ),
)
def contradiction(survey: Survey) -> Spots:
    """Two rows ask the same and answer differently.

    Why: the model cannot learn both; it learns to waver between them, and is judged wrong half of the time.

    All that comes before the last answer is compared. Answers that differ only by case, white space or the full stop at
    the end are no contradiction. Keep both where several answers are right and the model should vary.
    """
    return survey.once(_contradicting)


def _contradicting(survey: Survey) -> Spots:
    places = _asked(survey)
    places = np.delete(places, copies(survey.whole[places])[0])
    prompts = survey.facts.prompt[places]
    if survey.kind == "prompt/completion" and (prompts == prompts[:1]).all():
        return Spots.of([])  # all prompts are the same, which another rule tells, or empty, which is no question
    again, first = (places[found] for found in copies(prompts))
    pairs = zip(survey.examples(again), survey.examples(first), strict=True)
    keep = np.fromiter((not _agree(one, other) for one, other in pairs), np.bool_, len(again))
    return Spots.of(again[keep], first[keep])


def _agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two answers are the same words but for case, white space and the full stop; a tool call is no words."""
    here, there = (answer_of(example) for example in (one, other))
    calls = any(functions_of(example["messages"][-1]) for example in (one, other) if "messages" in example)
    return bool(here and there and not calls and meaning(here) == meaning(there))


@tells(contradiction)
def _otherwise(survey: Survey, spot: Spot) -> Fault:
    here, there = shown_apart(_answer(survey, spot.place), _answer(survey, spot.other))
    line = survey.line(spot.other)
    return Fault(f"The row asks the same as line {line} and answers {here}, there {there}.", "Keep one of them.")


@mends(contradiction)
@mends(duplicate_text)
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

    Reported from a fifth of all answers on; labels are left out.
    """
    places = survey.places
    if len(places) < 10 or survey.kind == "preference" or labels_of(survey):
        return Spots.of([])
    _, first = copies(survey.facts.answer[places])
    origin, times = np.unique(first, return_counts=True)
    many = times + 1 >= SHARE * len(places)
    if survey.kind == "prompt/completion":
        many &= times + 1 < len(places)  # that all completions are the same, another rule tells
    return Spots.of(places[origin[many]], value=times[many] + 1)


@tells(same_answer)
def _many(survey: Survey, spot: Spot) -> Fault:
    answer = shown(_answer(survey, spot.place))
    rows = count(int(spot.value), "row")
    return Fault(
        f"{rows} of {len(survey.places):,} have the answer {answer}.",
        "Keep it if it is meant, else write answers that fit each question.",
    )


def _asked(survey: Survey) -> npt.NDArray[np.int64]:
    """The places of the rows in which something is asked before the answer; a system message asks nothing."""
    facts = survey.facts
    before = facts.messages.astype(np.int64) - 1 - (facts.system != 0)
    return np.flatnonzero(facts.sound & (before > 0) & (facts.kind != 3))


def _answer(survey: Survey, place: int) -> str:
    return answer_of(survey.data.rows[place].value) or ""
