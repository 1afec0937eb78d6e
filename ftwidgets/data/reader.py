"""Bytes to rows: every line is kept, good or bad, with its number, its place and, where it is bad, the reason."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

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
        return Row(number, offset, raw, orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        return Row(number, offset, raw, fault=_why(error, raw))


def _why(error: orjson.JSONDecodeError, raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"byte {wrong.start + 1} is not UTF-8 ({raw[wrong.start]:#04x})"
    what = error.msg.split(":")[0]
    return f"{what} at character {error.colno}"
