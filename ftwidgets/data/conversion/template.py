"""Rows of a table as chats, by texts with the names of columns in braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ftwidgets.data.conversion.outcome import Example, said, written
from ftwidgets.errors import InputError

_MARK = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Template:
    """What the user asks and the assistant answers, with `{column}` where a row's value goes; `{{` is a brace.

    What stands in braces is the name of a column and nothing else: no attribute, no index, no format. A value is put
    in as it is, whatever braces it holds.

        Template(user="What was sold in {city} on {date}?", assistant="{quantity}").apply(row)

    Raises:
        InputError: a brace has no partner, or the user's or the assistant's text is blank.
    """

    user: str
    assistant: str
    system: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("user", self.user), ("assistant", self.assistant)):
            if not text.strip():
                raise InputError(f"The template's text for the {name} is blank. Name a column in it, such as {{text}}.")
        _ = self.columns  # every brace has its partner

    @property
    def columns(self) -> list[str]:
        """The columns that are named, in order, each once."""
        found: list[str] = []
        for text in self._texts().values():
            _filled(text, lambda name: found.append(name) or "")  # type: ignore[func-returns-value]
        return list(dict.fromkeys(found))

    def apply(self, row: Mapping[str, Any]) -> Example:
        """The row as a chat; an empty cell puts in nothing.

        Raises:
            InputError: the template names a column that the row has not.
        """
        self.require(row)
        filled = {role: _filled(text, lambda name: written(row[name])) for role, text in self._texts().items()}
        return {"messages": [said(role, text) for role, text in filled.items()]}

    def require(self, columns: Iterable[str]) -> None:
        """See to it that all the columns are there.

        Raises:
            InputError: one is not; the sentence names those there are.
        """
        there = list(columns)
        for name in self.columns:
            if name not in there:
                known = ", ".join(f"{{{one}}}" for one in there[:20]) + (", …" if len(there) > 20 else "")
                raise InputError(f"There is no column {name!r:.60}. Those there are: {known or 'none'}.")

    def _texts(self) -> dict[str, str]:
        before = {"system": self.system} if self.system else {}
        return before | {"user": self.user, "assistant": self.assistant}


def _filled(text: str, value_of: Callable[[str], str]) -> str:
    """The text with each `{name}` replaced, in one pass."""

    def put(mark: re.Match[str]) -> str:
        if mark[1] is not None:
            return value_of(mark[1])
        if len(mark[0]) == 2:
            return mark[0][0]
        raise InputError(
            f"In the template {text!r:.60} the '{mark[0]}' at character {mark.start() + 1} has no partner. "
            f"Write {mark[0] * 2} for the sign itself."
        )

    return _MARK.sub(put, text)
