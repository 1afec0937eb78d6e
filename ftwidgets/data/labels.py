"""The labels of a classification set: where the last answers are few and short, each of them is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from ftwidgets.data.answers import answer_of

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset
    from ftwidgets.data.survey import Survey

MOST, LONGEST = 12, 40
"""So many labels at most, of so many characters at most."""

SOME = 10_000
"""So many rows tell whether there may be few different answers."""

SPELLINGS = 8
"""So many ways at most to write one label."""
MOST_PADDED = 200
"""So many different answers, of so many characters, are looked at more closely: spaces around a label do not count."""


def labels(data: Dataset) -> list[str]:
    """The labels of `data`, the most frequent first; none where the answers are long, many, or hardly ever the same."""
    counted: Counter[str] = Counter()
    for answer in map(answer_of, data):
        if answer is None:
            continue
        counted[answer] += 1
        if len(answer) > LONGEST or len(counted) > MOST:
            return []
    return [label for label, _ in counted.most_common()] if counted.total() >= 2 * len(counted) else []


def labelled(survey: Survey) -> dict[str, int]:
    """How many sound rows have each label, the most frequent first; none where `labels` would find none.

    The answers' hashes tell: one row of each answer is read again, however many there are.
    """
    answers = survey.facts.answer[survey.places]
    if not len(answers) or int(survey.facts.length.max()) > MOST_PADDED:
        return {}
    _, first, times = np.unique(answers, return_index=True, return_counts=True)
    if len(first) > MOST_PADDED:
        return {}
    counted: Counter[str] = Counter()
    for example, number in zip(survey.examples(survey.places[first]), times.tolist(), strict=True):
        if (answer := answer_of(example)) is not None:
            counted[answer] += number
    few = len(counted) <= MOST and all(len(answer) <= LONGEST for answer in counted)
    return dict(counted.most_common()) if few and counted.total() >= 2 * len(counted) else {}


def counts(data: Dataset, of: Sequence[str]) -> list[int]:
    """How many answers of `data` are each label of `of`."""
    counted = Counter(map(answer_of, data))
    return [counted[label] for label in of]


class Spelling(NamedTuple):
    """One way in which a label is written: as it stands, its first place, how often, and what it means."""

    text: str
    place: int
    rows: int
    meaning: str


class Labels(NamedTuple):
    """The labels of a survey: their `spellings`, and of each row the number of its spelling, -1 for none."""

    spellings: tuple[Spelling, ...]
    of_row: npt.NDArray[np.int64]

    @property
    def meanings(self) -> Counter[str]:
        """How many rows have each label, however it is written."""
        counted: Counter[str] = Counter()
        for one in self.spellings:
            counted[one.meaning] += one.rows
        return counted

    def usual(self, meaning: str) -> Spelling:
        """The most frequent way to write a label, the first of them where two are as frequent."""
        ways = [one for one in self.spellings if one.meaning == meaning]
        return max(ways, key=lambda one: (one.rows, -one.place))


def meaning(text: str) -> str:
    """What a label means: its words, whatever their case, the space between them, and the stop at the end."""
    return " ".join(text.casefold().split()).rstrip(" .,;:!")


def labels_of(survey: Survey) -> Labels | None:
    """The labels of the rows of a survey, None where the answers are no labels; looked at once."""
    return survey.once(_labels_of)


def _labels_of(survey: Survey) -> Labels | None:
    """The labels of the rows of a survey, one row of each read again; None where the answers are no labels.

    Labels that differ by case, blank space or the stop at the end count as one.
    """
    facts, places = survey.facts, survey.places
    if not len(places) or survey.kind == "preference" or facts.length[places].max() > LONGEST + 2:
        return None
    if len(np.unique(facts.answer[places[:SOME]])) > MOST * SPELLINGS:  # of many rows, a look at some takes no memory
        return None
    hashes, first, which, rows = np.unique(
        facts.answer[places], return_index=True, return_inverse=True, return_counts=True
    )
    if len(hashes) > MOST * SPELLINGS:
        return None
    texts = [_written(example) for example in survey.examples(places[first])]
    told = zip(texts, places[first].tolist(), rows.tolist(), strict=True)
    spellings = tuple(Spelling(text, place, number, meaning(text)) for text, place, number in told)
    of_row = np.full(len(survey), -1)
    of_row[places] = which
    found = Labels(spellings, of_row)
    kinds = len(found.meanings)
    fits = "" not in found.meanings and kinds <= MOST and max(map(len, found.meanings)) <= LONGEST
    return found if fits and len(places) >= 2 * kinds else None


def _written(example: dict[str, object]) -> str:
    """The answer as it stands, but for the one space with which a completion begins by custom."""
    messages = example.get("messages")
    if isinstance(messages, list):
        content = messages[-1].get("content")
        return content if messages[-1]["role"] == "assistant" and isinstance(content, str) else ""
    completion = example["completion"]
    return completion.removeprefix(" ") if isinstance(completion, str) else ""
