"""CSV and its kin: texts with commas, semicolons or tabs between them, and the line on which each record begins."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

import orjson

from ftwidgets.data.reading.columns import flat_record, named, told_apart
from ftwidgets.data.reading.delimiter import HEAD, WINDOWS, delimiter_of
from ftwidgets.data.reading.notes import LARGEST, SHOWN, TOO_LARGE, Tally, shortened
from ftwidgets.errors import FileFormatError

_TABS = bytes.maketrans(b"\r\n", b"\t\t")

PATIENCE = 2 * LARGEST
"""So many signs may be read a second time, in all: after a quotation mark that is never closed, say."""

_NEVER = "\rx"
"""What no record can hold outside of quotation marks: it ends a line of which not all was read."""

_WAS_WINDOWS = "{of} not UTF-8, the first {first}: read as Windows-1252."
_MISQUOTED = (
    "{of} wrongly quoted, the first {first}: a text in quotation marks goes on after the second, or never ends. "
    "Within it, write each mark twice."
)


class _TooLongError(Exception):
    """A record that goes on for more than LARGEST signs."""


def records(file: BinaryIO, notes: list[str]) -> Iterator[tuple[int, bytes]]:
    """Each record as a JSON object of texts, with the line on which it begins.

    Raises:
        FileFormatError: the file is no table.
    """
    head = file.read(HEAD)
    if (delimiter := delimiter_of(head)) is None:
        raise FileFormatError("This is no table: its first line does not name two columns. Give CSV with a header.")
    # The module's only limit, of 131,072 signs a field, is the whole process's: it is raised, and never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * LARGEST))
    tally = Tally(notes, "record", "line")
    lines = _Lines(head, file, tally)
    names: list[str] = []
    before, reader = 0, csv.reader(iter(lines), delimiter=delimiter, strict=True)
    while True:
        lines.begun = number = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except (csv.Error, _TooLongError):
            raw = lines.give_back(before + reader.line_num).encode()
            is_cut = len(raw) > SHOWN and (len(raw) > LARGEST or raw.endswith(_NEVER.encode()))
            tally.add(TOO_LARGE if is_cut else _MISQUOTED, number)
            yield number, shortened(raw) if is_cut else raw.rstrip(b"\r\n").translate(_TABS)
            before, reader = lines.begun - 1, csv.reader(iter(lines), delimiter=delimiter, strict=True)
            continue
        if len(cells) == len(names) != 0:
            yield number, orjson.dumps(dict(zip(names, cells, strict=False)))
        elif cells and names:
            yield number, flat_record(names, cells, number, tally)
        elif cells:
            names = named(cells)
            notes += told_apart(cells, names)
    tally.tell()


class _Lines:
    """The lines of a file, a block at a time; those from the one on which a record has begun can be read again."""

    def __init__(self, head: bytes, file: BinaryIO, tally: Tally) -> None:
        self._head, self._file, self._tally = head.removeprefix(codecs.BOM_UTF8), file, tally
        self._kept: list[str] = []
        self._first, self._size, self._cut = 1, 0, 0
        self._patience = PATIENCE
        self.begun = 1

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[str]]:
        self._let_go()
        lines, more = list(self._kept), True
        while more:
            yield lines
            if self.begun <= self._cut:  # the record goes on after a line of which not all was read
                raise _TooLongError
            self._let_go()
            if self._size > LARGEST:
                raise _TooLongError
            lines = self._lines(self._block())
            self._kept += lines
            self._size += _weight(lines)
            more = bool(lines)

    def _let_go(self) -> None:
        """Forget the lines before the record that is being read."""
        if self.begun > self._first:
            self._kept, self._first = self._kept[self.begun - self._first :], self.begun
            self._size = _weight(self._kept)

    def give_back(self, last: int) -> str:
        """The first line of a record that could not be read; while there is patience, those to `last` come again."""
        record = self._kept[self.begun - self._first : last + 1 - self._first]
        cost = _weight(record[1:])
        if cost <= self._patience:
            self._patience -= cost
            del record[1:]
        self.begun += len(record)
        return "".join(record)

    def _block(self) -> bytes:
        """Some whole lines."""
        raw = (self._head or self._file.read(HEAD)) + self._file.readline(LARGEST + 1)
        self._head = b""
        return raw

    def _lines(self, raw: bytes) -> list[str]:
        cut = len(raw) > LARGEST and not raw.endswith(b"\n")
        if cut:
            self._pass_over()
            raw = raw[: raw.rfind(b"\n") + 1 + SHOWN]
        number = self._first + len(self._kept)
        try:
            lines = io.StringIO(codecs.utf_8_decode(raw, "strict", not cut)[0], newline="\n").readlines()
        except UnicodeDecodeError:
            lines = [self._decoded(line, number + place) for place, line in enumerate(io.BytesIO(raw).readlines())]
        if cut:
            lines[-1] += _NEVER
            self._cut = number + len(lines) - 1
        return lines

    def _pass_over(self) -> None:
        """Read the rest of a line that is too long."""
        while (rest := self._file.readline(LARGEST)) and not rest.endswith(b"\n"):
            pass

    def _decoded(self, line: bytes, number: int) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self._tally.add(_WAS_WINDOWS, number)
            return codecs.charmap_decode(line, "strict", WINDOWS)[0]


def _weight(lines: list[str]) -> int:
    """About how many bytes lines take in memory: the short ones mostly for being lines."""
    return sum(map(len, lines)) + 50 * len(lines)
