"""Rules about what all answers, or all prompts, begin and end with."""

from __future__ import annotations

from ftwidgets.data.affixes import affixes_of
from ftwidgets.data.rules.completions import completion_prefix, completion_stop_odd
from ftwidgets.data.rules.prompts import prompt_prefix, prompt_separator_odd
from ftwidgets.data.rules.rule import Fault, Spot, Spots, file_rule, shown, tells
from ftwidgets.data.rules.samples import CHAT, PAIR, asked, said
from ftwidgets.data.survey import Survey

FEWEST = 10

PARCELS = [said(f"{chr(65 + n)}{n} it is, sir.") for n in range(10)]
PROMPTS = [asked(f"Answer in short: {n * n}?") for n in range(10)]


@file_rule(
    "answers-alike",
    "note",
    fails=(
        PARCELS,
        [said(f"Label: {n * 7}") for n in range(10)],
        [PAIR | {"completion": f" {n} ###END"} for n in range(10)],
    ),
    passes=([CHAT] * 10, PARCELS[:9], PROMPTS, [said(f"{n} it") for n in range(10)]),
)
def answers_alike(survey: Survey) -> Spots:
    """All answers begin, or end, with the same words.

    Why: the model learns them first, and says them always; each answer pays for their tokens.

    Keep them where they are meant, such as a mark of the format.
    """
    return _spots(survey, 2)


@file_rule("prompts-alike", "note", fails=(PROMPTS,), passes=([CHAT] * 10, PARCELS, PROMPTS[:9]))
def prompts_alike(survey: Survey) -> Spots:
    """All prompts begin, or end, with the same words.

    Why: the model learns to answer prompts with these words: without them it may answer differently.

    What is said in every prompt is said better in a system message, which can be changed in one place. Only the last
    message before each answer is looked at.
    """
    return _spots(survey, 0)


def _spots(survey: Survey, start: int) -> Spots:
    if len(survey.places) < FEWEST or survey.kind == "preference":
        return Spots.of([])
    found = [n for n, text in enumerate(affixes_of(survey)[start : start + 2]) if text and not _told(survey, start + n)]
    return Spots.of([-1] * len(found), value=[float(n) for n in found])


def _told(survey: Survey, affix: int) -> bool:
    """Whether a rule about pairs tells of the same words already."""
    rule = (prompt_prefix, prompt_separator_odd, completion_prefix, completion_stop_odd)[affix]
    return bool(len(rule.find(survey).place))


@tells(answers_alike)
def _answers(survey: Survey, spot: Spot) -> Fault:
    return _fault("answer", affixes_of(survey)[2 + int(spot.value)], spot)


@tells(prompts_alike)
def _prompts(survey: Survey, spot: Spot) -> Fault:
    return _fault("prompt", affixes_of(survey)[int(spot.value)], spot)


def _fault(what: str, text: str, spot: Spot) -> Fault:
    at = "ends" if spot.value else "begins"
    quoted = shown(text[-40:] if spot.value else text)
    remedy = (
        "Keep it if it is meant, else remove it."
        if what == "answer"
        else "Say it in a system message, or keep it if it is meant."
    )
    return Fault(f"Every {what} {at} with {quoted}.", remedy)
