"""What a job learns from, as the network reads it: a chat, or two answers to one of which one is preferred."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ftwidgets.bases.chat import ChatTemplate, Rendered

CHOSEN, REJECTED = "preferred_output", "non_preferred_output"


class Pair(NamedTuple):
    """A chat with the answer that is preferred, and the same with the other; only the answers are trained."""

    chosen: Rendered
    rejected: Rendered


Example = Rendered | Pair


def rows_of(example: Example) -> tuple[Rendered, ...]:
    """The rows of a batch that an example takes."""
    return example if isinstance(example, Pair) else (example,)


def pair(template: ChatTemplate, row: Mapping[str, Any]) -> Pair:
    """A preference row as the network reads it."""
    asked = [dict(message) | {"weight": 0} for message in row["input"]["messages"]]

    def answered(output: list[Mapping[str, Any]]) -> Rendered:
        said = [{"role": "assistant"} | dict(message) for message in output]
        return template.example({"messages": [*asked, *said]})

    return Pair(answered(row[CHOSEN]), answered(row[REJECTED]))


def shortened(example: Example, context: int) -> Example:
    """The example, cut at the end where it is longer than the context, as OpenAI does."""
    rows = [Rendered(row.ids[:context], row.mask[:context]) for row in rows_of(example)]
    return Pair(*rows) if isinstance(example, Pair) else rows[0]


def teaches(example: Example) -> bool:
    """Whether there is something to learn in it: in a pair, in both of its answers."""
    return all(any(row.mask) for row in rows_of(example))


def longest(example: Example) -> int:
    """The tokens of its longest row."""
    return max(len(row.ids) for row in rows_of(example))


def tokens(example: Example) -> int:
    """The tokens of all its rows."""
    return sum(len(row.ids) for row in rows_of(example))


def trained(example: Example) -> int:
    """Those of them that are trained."""
    return sum(sum(row.mask) for row in rows_of(example))
