"""A row while it is edited: its turns as fields to type in, and the example that they then make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from ftwidgets.data.changes.mending import put
from ftwidgets.data.kinds import Kind
from ftwidgets.data.row import Row
from ftwidgets.data.transcript import Path, transcript
from ftwidgets.errors import InputError

ROLES = ("system", "user", "assistant", "tool")

MOST_TYPED = 2**20
"""Characters of the longest row that is edited in the browser."""

PLAIN = {"role", "content", "weight", "name"}

Field = dict[str, Any]
"""`label` and `text`; `role` where it can be chosen; `json` where the text is JSON."""


def fields(row: Row) -> list[Field]:
    """The turns of a row to type in; a row that cannot be read is one field, the line as it is.

    Raises:
        InputError: the row is too long.
    """
    if len(row.raw) > MOST_TYPED:
        raise InputError(f"Line {row.number} has {len(row.raw):,} bytes, too many to type in. Use dataset.edited(…).")
    said = transcript(row)
    if row.fault is not None or not all(turn.path for turn in said):
        return [{"label": "the line as it is", "text": row.raw.decode("utf-8", "replace"), "json": False}]
    return [{"label": turn.speaker} | _field(at(row.value, turn.path)) for turn in said]


def edited(row: Row, typed: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]] | None = None) -> Any:
    """What the row says after its fields were typed in; bytes where the whole line was. `shown` is what stood in them.

    Raises:
        InputError: what was typed is not JSON where it must be, or the row has other fields by now.
    """
    before = fields(row)
    if len(typed) != len(before) or (shown is not None and list(shown) != before):
        raise InputError(f"Line {row.number} has changed meanwhile. Leave the form, and edit it again.")
    said = transcript(row)
    if row.fault is not None or not all(turn.path for turn in said):
        return str(typed[0]["text"]).replace("\n", " ").encode()
    value = row.value
    for turn, was, now in zip(said, before, typed, strict=True):
        if was["text"] != now["text"] or was.get("role") != now.get("role"):
            value = put(value, turn.path, _typed(at(value, turn.path), was, now))
    return value


def blank(system: str | None, kind: Kind) -> list[Field]:
    """The fields of a new row of this format; a chat begins with the system message that the others have."""
    if kind == "prompt/completion":
        return [{"label": label, "text": "", "json": False} for label in ("prompt", "completion")]
    if kind != "preference":
        begin = [] if system is None else [{"label": "system", "text": system, "json": False}]
        return [*begin, *({"label": label, "text": "", "json": False} for label in ("user", "assistant"))]
    return [{"label": "the example as JSON", "text": "", "json": True}]


def example(typed: Sequence[Mapping[str, Any]]) -> Any:
    """The example that the fields of a new row make; what is left empty is left out of a chat.

    Raises:
        InputError: nothing was typed, or no JSON where it must be.
    """
    texts = {str(one["label"]): str(one["text"]) for one in typed}
    if not any(text.strip() for label, text in texts.items() if label != "system"):
        raise InputError("Nothing was typed: a new row needs its texts.")
    if "prompt" in texts:
        return texts
    if "user" in texts:
        return {"messages": [{"role": role, "content": text} for role, text in texts.items() if text.strip()]}
    return _parsed(next(iter(texts.values())))


def at(value: Any, path: Path) -> Any:
    """What stands at a path within an example."""
    for step in path:
        value = value[step]
    return value


def _field(thing: Any) -> Field:
    """How a turn is typed: its text where it has one and nothing else that is read, else JSON."""
    if isinstance(thing, str):
        return {"text": thing, "json": False}
    if isinstance(thing, dict) and set(thing) <= PLAIN and isinstance(thing.get("content", ""), str):
        return {"text": thing.get("content", ""), "json": False, "role": str(thing.get("role", ""))}
    return {"text": orjson.dumps(thing, option=orjson.OPT_INDENT_2).decode(), "json": True}


def _typed(thing: Any, was: Field, now: Mapping[str, Any]) -> Any:
    text = str(now["text"])
    if was["json"]:
        return _parsed(text)
    if isinstance(thing, str):
        return text
    role = {} if was["role"] == now.get("role") else {"role": str(now.get("role"))}
    return {**role, **thing, **role, **({"content": text} if was["text"] != text else {})}


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"What was typed is not JSON: {error}.") from error
