"""A person's own prompts: out of a file, a table or a list."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias, TypeGuard

import orjson

from ftwidgets.data import load
from ftwidgets.data.opening import opened
from ftwidgets.data.row import written
from ftwidgets.errors import InputError

Source: TypeAlias = "str | os.PathLike[str] | Sequence[Any] | Any"
"""A file (JSONL of chats, a prompt a line in .txt, CSV and whatever else `load` reads), a list, a data set, a table."""

BESIDE = ("tools", "parallel_tool_calls", "functions")
"""What may stand beside the messages of a chat, and changes what a model answers."""


@dataclass(frozen=True)
class Prompt:
    """The messages that are asked, and what stands `beside` them: tools. `number` is its line in what it came from."""

    number: int
    messages: tuple[Mapping[str, Any], ...]
    beside: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """What is the same for the same prompt, in whatever file it stands."""
        content = written([self.messages, self.beside], option=orjson.OPT_SORT_KEYS)
        return sha256(content).hexdigest()[:32]

    @property
    def has_system(self) -> bool:
        """Whether the host's model is told by a message how to answer."""
        return any(message.get("role") in ("system", "developer") for message in self.messages)


def prompts_of(source: Source, column: str | None = None, system: str | None = None) -> list[Prompt]:
    """The prompts of a source, each once. Of a chat that ends with an answer, what was said before it.

    `column` names the column or key that holds the prompts, else it is "prompt", or the only one; `system` is said
    before each prompt that is a text alone.

    Raises:
        InputError: the source cannot be read, or holds no prompt, or a row without one.
    """
    prompts = [_prompt(number, value, column, system) for number, value in _values(source)]
    if not prompts:
        raise InputError("There is no prompt. Give a file with a prompt on each line, or a list of texts.")
    once: dict[str, Prompt] = {}
    try:
        for prompt in prompts:
            once.setdefault(prompt.key, prompt)
    except TypeError as error:
        raise InputError(f"A prompt cannot be written as JSON: {error}.") from error
    return list(once.values())


def _values(source: Source) -> Iterator[tuple[int, Any]]:
    """What each row holds, and its number."""
    if isinstance(source, str | os.PathLike) and Path(source).suffix.lower() in (".txt", ".csv"):
        lines = _lines(source)
        if Path(source).suffix.lower() == ".txt":
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
            return
        rows = list(csv.reader(io.StringIO("\n".join(lines)))) if lines else []
        if rows and max(map(len, rows)) == 1:  # a table of one column, which `load` takes for lines of JSON
            yield from ((number, row[0]) for number, row in enumerate(rows[1:], 2) if row and row[0].strip())
            return
    if isinstance(source, Sequence) and not isinstance(source, str | bytes):
        yield from enumerate(source, 1)
        return
    data = load(source)
    for row in data.rows:
        if row.fault is not None:
            raise InputError(f"Line {row.number} of {data.name} cannot be read: {row.fault}.")
        yield row.number, row.value


def _lines(path: str | os.PathLike[str]) -> list[str]:
    file = opened(path)
    content = file.read(0, file.size)
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} cannot be read: byte {error.start + 1} is not UTF-8. Save it as UTF-8.") from error


def _prompt(number: int, value: Any, column: str | None, system: str | None) -> Prompt:
    if isinstance(value, Prompt):
        return value
    row = value if isinstance(value, dict) else {}
    messages = value if isinstance(value, list) else row.get("messages")
    if messages is None and isinstance(row.get("input"), dict):  # a pair of answers, of which one is preferred
        row = row["input"]
        messages = row.get("messages")
    if column is None and _is_chat(messages):
        asked = messages[:-1] if messages[-1].get("role") == "assistant" else messages
        plain = tuple({key: part for key, part in one.items() if key != "weight"} for one in asked)
        if plain:
            return Prompt(number, plain, {key: row[key] for key in BESIDE if row.get(key)})
    text = value if isinstance(value, str) else _text(row, column)
    if text is None or not text.strip():
        raise InputError(_missing(number, value, column))
    before = ({"role": "system", "content": system},) if system else ()
    return Prompt(number, (*before, {"role": "user", "content": text}))


def _is_chat(messages: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(messages, list) and bool(messages) and all(isinstance(one, dict) for one in messages)


def _text(row: Mapping[str, Any], column: str | None) -> str | None:
    """The text in the column, in "prompt", or in the only one there is."""
    name = column or ("prompt" if "prompt" in row or len(row) != 1 else next(iter(row)))
    text = row.get(name)
    return text if isinstance(text, str) else None


def _missing(number: int, value: Any, column: str | None) -> str:
    names = ", ".join(map(str, value)) if isinstance(value, dict) and value else None
    held = f"has {names}" if names else f"is {value!r:.60}"
    wanted = f"the text '{column}'" if column else "a prompt"
    return (
        f"Row {number} has not {wanted}: it {held}. Name the column of the prompts with --column, or in Python give "
        'its texts: prompts=list(table["question"])'
    )
