"""One row of a data set: a line with its number, its place and, where it cannot be read, the reason."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

DEEPEST = 200
"""Levels of lists and objects within one another: Python's own `repr` and `json` fail at about 1,000."""

LONGEST = 32 * 2**20
"""Bytes of the longest line that is read as one example; what it holds would take ten times as much memory."""


@dataclass(frozen=True)
class Row:
    """One row: `number` is its line, from 1; `raw` its JSON, without the line's end, `offset` bytes from the start.

    `value` is what the JSON says; where it says nothing, `fault` tells why, as the end of a sentence.
    """

    number: int
    offset: int
    raw: bytes
    value: Any = None
    fault: str | None = None


def parse(number: int, offset: int, raw: bytes) -> Row:
    """The row of one line."""
    value, fault = read(raw)
    return Row(number, offset, raw, value, fault)


def read(raw: bytes) -> tuple[Any, str | None]:
    """What a line's JSON says, or None and why it says nothing."""
    if raw.startswith(UTF16):
        return None, "the file is encoded as UTF-16; save it as UTF-8"
    if len(raw) > LONGEST:
        return None, f"it is {len(raw) / 2**20:,.0f} MB long; up to {LONGEST // 2**20} MB are read as one example"
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return None, _why(error, raw)
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_deep(value):
        return None, f"it is nested more than {DEEPEST} levels deep"
    return value, None


def written(value: Any, plain: Callable[[Any], Any] | None = None, option: int = 0) -> bytes:
    """The JSON of a value on one line; NaN and Infinity, which JSON has not, stand there as in Python: `check` tells.

    `plain` gives what stands for what JSON has no word for; `option` is orjson's.

    Raises:
        TypeError: JSON cannot hold it.
    """
    try:
        raw = orjson.dumps(value, plain, option)
    except TypeError:
        if (exact := _exactly(value)) is None:
            raise
        return exact
    if b"null" not in raw:
        return raw
    plain = plain or _as_written
    try:  # orjson writes null for NaN, and tells nothing of it
        json.dumps(value, default=plain, allow_nan=False)
    except ValueError:
        return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, RecursionError):
        pass  # a key that orjson alone knows how to write
    return raw


def _exactly(value: Any) -> bytes | None:
    """The JSON of what orjson does not write, numbers above 64 bits and lone surrogates; None of what is not JSON's."""
    try:
        raw = json.dumps(value, separators=(",", ":"))
        return raw.encode() if json.loads(raw) == value else None
    except (TypeError, ValueError, RecursionError):
        return None


def _as_written(value: Any) -> Any:
    """What Python's own `json` cannot write, a date for one, as orjson does."""
    return orjson.loads(orjson.dumps(value))


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]
    return bool(level)


def _inside(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _why(error: orjson.JSONDecodeError, raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"byte {wrong.start + 1} is not UTF-8 ({raw[wrong.start]:#04x})"
    what = error.msg.split(":")[0]
    return f"{what} at character {error.colno}"
