"""A row as one reads it: who says what, and what of it is trained. Any row can be read, the faulty ones too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from ftwidgets.bases.chat import text_of
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row

Path = tuple[str | int, ...]


class Turn(NamedTuple):
    """What one speaker says; `message` is the number of the message within its example, from 1, where it is one.

    `path` leads to it within the example: keys and places; it is empty where the turn is the whole line.
    """

    speaker: str
    text: str
    trained: bool = False
    message: int | None = None
    path: Path = ()

    @property
    def label(self) -> str:
        """The speaker, and whether a job trains on what it says."""
        return f"{self.speaker} · trained" if self.trained else self.speaker


def transcript(row: Row) -> list[Turn]:
    """What `row` says. A line that is not JSON is shown as it came; an example of no known format key by key."""
    if row.fault is not None:
        return [Turn("the line as it is", row.raw.decode("utf-8", "replace"))]
    if not isinstance(row.value, dict):
        return [Turn("not an object", _written(row.value))]
    readers = {"chat": _chat, "prompt/completion": _pair, "preference": _preference}
    return list(readers.get(kind_of(row.value), _others)(row.value))


def _chat(example: dict[str, Any]) -> Iterator[Turn]:
    yield from _messages(example["messages"], ("messages",))
    yield from _others({key: value for key, value in example.items() if key != "messages"})


def _pair(example: dict[str, Any]) -> Iterator[Turn]:
    for key, trained in (("prompt", False), ("completion", True)):
        if key in example:
            yield Turn(key, _written(example[key]), trained, path=(key,))
    yield from _others({key: value for key, value in example.items() if key not in ("prompt", "completion")})


def _preference(example: dict[str, Any]) -> Iterator[Turn]:
    asked = example.get("input")
    if isinstance(asked, dict) and "messages" in asked:
        yield from _messages(asked["messages"], ("input", "messages"))
    elif "input" in example:
        yield Turn("input", _written(asked), path=("input",))
    for key, words in (("preferred_output", "preferred"), ("non_preferred_output", "not preferred")):
        if key in example:
            for turn in _messages(example[key], (key,)):
                yield turn._replace(speaker=f"{turn.speaker} · {words}", message=None)


def _others(example: dict[str, Any]) -> Iterator[Turn]:
    return (Turn(str(key), _written(value), path=(key,)) for key, value in example.items())


def _messages(messages: Any, path: Path) -> Iterator[Turn]:
    if not isinstance(messages, list):
        yield Turn(str(path[0]), _written(messages), path=path)
        return
    for number, message in enumerate(messages, 1):
        if isinstance(message, dict):
            trained = message.get("role") == "assistant" and message.get("weight", 1) != 0
            learned = trained and path[0] == "messages"
            yield Turn(_speaker(message), _said(message), learned, number, (*path, number - 1))
        else:
            yield Turn("not an object", _written(message), False, number, (*path, number - 1))


def _speaker(message: dict[str, Any]) -> str:
    role = _written(message["role"]) if "role" in message else "no role"
    named = f"{role} ({_written(message['name'])})" if message.get("name") else role
    return f"{named} · not trained" if role == "assistant" and message.get("weight", 1) == 0 else named


def _said(message: dict[str, Any]) -> str:
    """The text as the model reads it; what the model could not read is written as JSON."""
    content = message.get("content")
    if isinstance(content, str) and len(message) == 2:  # nearly every message, and a search reads them all
        return content
    if _is_readable(message):
        return text_of(message)
    return _written({key: value for key, value in message.items() if key != "role"})


def _is_readable(message: dict[str, Any]) -> bool:
    content, calls = message.get("content"), message.get("tool_calls") or []
    parts = content if isinstance(content, list) else []
    return (
        isinstance(content, str | list | None)
        and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in parts)
        and isinstance(calls, list)
        and all(isinstance(call, dict) for call in calls)
        and isinstance(message.get("function_call") or {}, dict)
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
