"""Files in memory for the tests of the readers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson

from ftwidgets.data.reading import Format, records


class Dripping(io.BytesIO):
    """A file that gives few bytes at a time, as a pipe may."""

    few = 3

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.few if size is None or size < 0 else min(size, self.few))


def lines(content: bytes | io.BytesIO, format_: Format, notes: list[str] | None = None) -> list[tuple[int, bytes]]:
    """What the reader of a format gives."""
    file = content if isinstance(content, io.BytesIO) else io.BytesIO(content)
    return list(records(file, format_, [] if notes is None else notes))


def said(content: bytes | io.BytesIO, format_: Format, notes: list[str] | None = None) -> list[Any]:
    """The values of the records, all of which are JSON."""
    return [orjson.loads(raw) for _, raw in lines(content, format_, notes)]


def table(rows: Sequence[Sequence[str]], encoding: str = "utf-8", **style: Any) -> bytes:
    """A table as the csv module writes it."""
    file = io.StringIO(newline="")
    csv.writer(file, **style).writerows(rows)
    return file.getvalue().encode(encoding)
