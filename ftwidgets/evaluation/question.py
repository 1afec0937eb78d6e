"""A row of a data set as a question: what is asked, and the answer that is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ftwidgets.bases.chat import text_of
from ftwidgets.data import Dataset
from ftwidgets.data.answers import answer_of, asked_of
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
        answer = answer_of(row.value)
        before = () if answer is None else asked_of(row.value)
        if answer is not None and before:
            yield Question(row.number, before, answer)
