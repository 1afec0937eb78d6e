"""Faulty rows that can be mended, and rules about files whose fixes are known, for the tests of fixes."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from hypothesis import settings
from hypothesis import strategies as st

from ftwidgets.data import Dataset, load
from ftwidgets.data.rules import RULES, Fault, Mend, Rule
from ftwidgets.data.rules.rule import Spot, Spots
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, USER, chat
from ftwidgets.data.survey import Survey

few = settings(max_examples=25)
"""Of laws that need several checks of several data sets each."""

ROWS: list[Any] = [
    CHAT,
    chat(USER, ANSWER | {"content": "On Tuesday."}),
    CHAT | {"weight": 1},
    CHAT | {"a": 1, "b": 2},
    chat({"role": "usr", "content": "a"}, ANSWER | {"role": "bot"}),
    chat({"role": "usr", "content": "a"}, {"role": "nobody", "content": "b"}, extra=1),
    chat(USER, ANSWER | {"weight": "1"}),
    chat(USER | {"content": "a\x00b  "}, ANSWER | {"content": " caf\u00c3\u00a9 "}),
    PAIR,
    PAIR | {"id": 7},
    b"{'messages': []}",
    b"{",
    b"42",
    *(
        example
        for rule in RULES.values()
        if rule.mend and rule.scope not in ("file", "between")
        for example in rule.fails
    ),
]
ROWS = [row if isinstance(row, bytes) else orjson.dumps(row) for row in ROWS]

MANY = st.lists(st.sampled_from(ROWS), max_size=8).map(lambda rows: load(b"\n".join(rows)))
"""Some of these rows, so that some come more than once."""

ENOUGH = MANY.map(lambda data: load(b"\n".join([*data.raws(), *[orjson.dumps(asked(n)) for n in range(10)]])))
"""The same, and ten sound ones."""


def asked(n: int) -> dict[str, Any]:
    """A sound example of its own."""
    return chat(USER | {"content": f"Where is parcel {n}?"}, ANSWER)


def texts(data: Dataset) -> list[str]:
    return [example["messages"][-1]["content"] for example in data]


# Rules of these tests' own: real rules, of which the package need not know


def _again(survey: Survey) -> Spots:
    _, first, group = np.unique(survey.whole, return_index=True, return_inverse=True)
    other = first[group]
    at = np.flatnonzero(survey.facts.sound & (other != np.arange(len(survey))))
    return Spots.of(at, other[at])


def _said(survey: Survey, spot: Spot, *others: Survey) -> Fault:
    return Fault(f"It is said in line {survey.line(spot.other)} too.", "Remove it.")


def file_rule(find: Any, mend: Any, **more: Any) -> Rule:
    """A rule about files with a fix."""
    return Rule(
        more.pop("id", "own"), more.pop("level", "warning"), "file", find, (), (), tell=_said, mend=mend, **more
    )


def _disagree(survey: Survey) -> Spots:
    """Each row of a question with several answers, against another of them."""
    at, other = [], []
    for prompt in np.unique(survey.facts.prompt[survey.facts.sound]):
        same = np.flatnonzero(survey.facts.sound & (survey.facts.prompt == prompt))
        if len(np.unique(survey.facts.answer[same])) > 1:
            at += same.tolist()
            other += np.roll(same, 1).tolist()
    return Spots.of(at, other)


AGAIN = file_rule(_again, lambda survey, spot: Mend("remove the row", None, spot.place))

CONTRADICTION = file_rule(
    _disagree,
    lambda survey, spot: [
        Mend(f"keep line {survey.line(spot.place)}", None, spot.other),
        Mend(f"keep line {survey.line(spot.other)}", None, spot.place),
    ],
)

SHOUTED = file_rule(
    lambda survey: Spots.of_file(any(text.isupper() for text in texts(survey.data.take(survey.places)))),
    lambda survey, spot: Mend("write in small letters", _lowered),
)


def _lowered(example: dict[str, Any]) -> dict[str, Any]:
    question, answer = example["messages"]
    return {"messages": [question, answer | {"content": answer["content"].lower()}]}
