"""What all answers of a data set, or all prompts, begin and end with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ftwidgets.bases.chat import text_of
from ftwidgets.data.answers import answer_of, asked_of
from ftwidgets.data.survey import Survey

SHORTEST = 5
"""So many characters at least."""


class Affixes(NamedTuple):
    """The texts that all share, empty where there is none: at the beginning and the end, of prompts and answers."""

    prompt_start: str
    prompt_end: str
    answer_start: str
    answer_end: str


def affixes_of(survey: Survey) -> Affixes:
    """What all rows of a survey share; looked at once."""
    return survey.once(_affixes_of)


def _affixes_of(survey: Survey) -> Affixes:
    """What all rows of a survey share; their texts are read only as long as there may be something.

    Where all are the same there is nothing between a beginning and an end: none is told.
    """
    shared: list[str] | None = None
    varied = [False, False]
    first: tuple[str, str] | None = None
    for prompt, answer in _texts(survey):
        texts = prompt, answer
        if first is None or shared is None:
            first, shared = texts, [prompt, prompt, answer, answer]
            continue
        varied = [varied[n] or texts[n] != first[n] for n in range(2)]
        for n, text in enumerate((prompt, prompt, answer, answer)):
            shared[n] = _end(shared[n], text) if n % 2 else _start(shared[n], text)
        if not any(len(one.strip()) >= SHORTEST for one in shared):
            break
    long = [one if varied[n // 2] and len(one.strip()) >= SHORTEST else "" for n, one in enumerate(shared or [""] * 4)]
    return Affixes(*long)


def _start(one: str, other: str) -> str:
    if other.startswith(one):  # nearly always: what all share is soon found
        return one
    return one[: next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(other))]


def _end(one: str, other: str) -> str:
    return one if other.endswith(one) else _start(one[::-1], other[::-1])[::-1]


def _texts(survey: Survey) -> Iterator[tuple[str, str]]:
    for example in survey.examples():
        answer = answer_of(example)
        before = asked_of(example)
        yield text_of(before[-1]) if before else "", answer or ""
