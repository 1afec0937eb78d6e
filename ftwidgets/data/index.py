"""Where each row of a data set lies: some numbers a row, and never the rows themselves."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ftwidgets.data.source import Source
from ftwidgets.errors import FileFormatError

BLOCK = 4 * 2**20
"""Bytes that are read at once."""

LONGEST_LINE = 2**29
"""Bytes of the longest line that is kept, as one that cannot be read: OpenAI takes no larger file."""

BLANK = np.frombuffer(b" \t\r\x0b\x0c", np.uint8)

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Index:
    """Of N rows: in which `source` each lies, at which `offset` and of what `length` in bytes, and its `number`.

    24 bytes a row. All arrays are of shape (N,) and are never changed.
    """

    offset: npt.NDArray[np.int64]
    length: npt.NDArray[np.uint32]
    number: npt.NDArray[np.uint32]
    source: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.offset)

    def take(self, places: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice) -> Index:
        """The rows at these places."""
        return Index(self.offset[places], self.length[places], self.number[places], self.source[places])


def index_of(
    offset: npt.ArrayLike, length: npt.ArrayLike, number: npt.ArrayLike, source: int | npt.ArrayLike = 0
) -> Index:
    """An index of these numbers; `source` may be one for all."""
    offsets = np.asarray(offset, np.int64)
    return Index(
        offsets,
        np.asarray(length, np.uint32),
        np.asarray(number, np.uint32),
        np.broadcast_to(np.asarray(source, np.uint8), offsets.shape),
    )


def joined(parts: list[Index]) -> Index:
    """The rows of several indexes, one after another."""
    if not parts:
        return index_of([], [], [])
    fields = ("offset", "length", "number", "source")
    return Index(*(np.concatenate([getattr(part, field) for part in parts]) for field in fields))


def run_end(offsets: Places, lengths: npt.NDArray[np.uint32], sources: npt.NDArray[np.uint8], at: int) -> int:
    """Where the rows end that can be read with the one at `at`: of one source, ascending, within one block."""
    ahead = 16  # runs are short where many rows were changed, and long elsewhere
    while True:
        end = _fitting(offsets[at : at + ahead], lengths[at : at + ahead], sources[at : at + ahead])
        if end < ahead or ahead >= 65_536:
            return at + end
        ahead *= 16


def _fitting(offsets: Places, lengths: npt.NDArray[np.uint32], sources: npt.NDArray[np.uint8]) -> int:
    begin = offsets[0]
    near = offsets + lengths <= begin + BLOCK
    onward = np.diff(offsets, prepend=begin - 1) > 0
    fits = near & onward & (sources == sources[0]) & ((sources == 0) | (offsets == begin))
    return max(1, int(np.argmin(fits)) if not fits.all() else len(fits))


def lines(source: Source, heard: Callable[[int, int], None] | None = None) -> Index:
    """The lines of a JSONL file. Blank ones hold no example and are passed over; a byte-order mark is dropped."""
    parts = []
    for part, done in _parts(source):
        parts.append(part)
        if heard:
            heard(done, source.size)
    return joined(parts)


def _parts(source: Source) -> Iterator[tuple[Index, int]]:
    at = len(codecs.BOM_UTF8) if source.read(0, min(3, source.size)) == codecs.BOM_UTF8 else 0
    begun, number = at, 1  # where the line that is being read began, and which it is
    while at < source.size:
        block = source.read(at, min(BLOCK, source.size - at))
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 10) + at
        if at + len(block) == source.size and not block.endswith(b"\n"):
            ends = np.append(ends, source.size)
        if (int(ends[0]) if len(ends) else at + len(block)) - begun > LONGEST_LINE:
            size = f"is longer than {LONGEST_LINE // 2**20} MB"
            raise FileFormatError(f"Line {number:,} {size}: this is no JSONL. Write one example on each line.")
        if len(ends):
            yield _kept(source, block, at, ends, (begun, number)), at + len(block)
            begun, number = int(ends[-1]) + 1, number + len(ends)
        at += len(block)


def _kept(source: Source, block: bytes, start: int, ends: Places, line: tuple[int, int]) -> Index:
    """The lines that end in a block, those that are blank left out. `line` is where the first began, and its number."""
    begun, number = line
    starts = np.concatenate([[begun], ends[:-1] + 1])
    content = np.frombuffer(block + b"\n", np.uint8)
    returns = (content[np.maximum(ends - 1 - start, 0)] == 13) & (ends > starts) & (ends > start)
    if ends[0] == start and begun < start:  # the line's last byte is in the block before
        returns[0] = source.read(start - 1, 1) == b"\r"
    lengths = ends - starts - returns
    first = content[np.clip(starts - start, 0, len(block))]
    if lengths[0] > 0:
        first[0] = source.read(begun, 1)[0]
    keep = lengths > 0
    for n in np.flatnonzero(keep & np.isin(first, BLANK)):
        keep[n] = bool(source.read(int(starts[n]), int(lengths[n])).strip())
    numbers = np.arange(number, number + len(ends))
    return index_of(starts[keep], lengths[keep], numbers[keep])
