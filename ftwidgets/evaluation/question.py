"""A row of a data set as a question: what is asked, and the answer that is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ftwidgets.bases.chat import text_of
from ftwidgets.data import Dataset
from ftwidgets.errors import InputError


@dataclass(frozen=True)
class Question:
    """The messages up to the last answer, and that answer, stripped."""

    line: int
    messages: tuple[Mapping[str, Any], ...]
    reference: str

    @property
    def asked(self) -> str:
        """The last thing that was said before the answer, for a table."""
        return text_of(self.messages[-1])


def questions(data: Dataset) -> list[Question]:
    """The rows of `data` that end with an answer in words.

    Raises:
        InputError: there is none.
    """
    found = list(_found(data))
    if not found:
        raise InputError(
            f"{data.name} has no row that ends with an assistant's answer: there is nothing to hold answers against."
        )
    return found


def _found(data: Dataset) -> Iterator[Question]:
    for row in data.rows:
        value = row.value
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("prompt"), str) and isinstance(value.get("completion"), str):
            yield Question(row.number, ({"role": "user", "content": value["prompt"]},), value["completion"].strip())
            continue
        messages = value.get("messages")
        if (
            not isinstance(messages, list)
            or len(messages) < 2
            or not all(isinstance(message, dict) for message in messages)
        ):
            continue
        last = messages[-1]
        if last.get("role") == "assistant" and isinstance(last.get("content"), str):
            before = tuple(
                {key: value for key, value in message.items() if key != "weight"} for message in messages[:-1]
            )
            yield Question(row.number, before, last["content"].strip())
