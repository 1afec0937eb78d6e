"""Bytes to rows: every line is kept, good or bad, with its number, its place and, where it is bad, the reason."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

DEEPEST = 200
"""Levels of lists and objects within one another: Python's own `repr` and `json` fail at about 1,000."""

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Row:
    """One line of a file: `number` counts from 1, `offset` is in bytes, `raw` is the line without its end.

    `value` is what its JSON says; where it says nothing, `fault` tells why, as the end of a sentence.
    """

    number: int
    offset: int
    raw: bytes
    value: Any = None
    fault: str | None = None


def read(content: bytes) -> Iterator[Row]:
    """The rows of a JSONL file. Blank lines hold no example and are passed over; a byte-order mark is dropped."""
    offset = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    if content.startswith(UTF16):
        yield Row(1, 0, content, fault="the file is encoded as UTF-16; save it as UTF-8")
        return
    for number, line in enumerate(content[offset:].split(b"\n"), 1):
        raw = line.removesuffix(b"\r")
        if raw.strip():
            yield parse(number, offset, raw)
        offset += len(line) + 1


def parse(number: int, offset: int, raw: bytes) -> Row:
    """The row of one line."""
    try:
        value = orjson.loads(raw)
        if raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_deep(value):
            return Row(number, offset, raw, fault=f"it is nested more than {DEEPEST} levels deep")
        return Row(number, offset, raw, value)
    except orjson.JSONDecodeError as error:
        return Row(number, offset, raw, fault=_why(error, raw))


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
