"""A data set: the rows of a file as they came, nothing thrown away."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ftwidgets.data.index import BLOCK, Index, index_of
from ftwidgets.data.kinds import KINDS, Kind, kind_of
from ftwidgets.data.row import Row, parse, read
from ftwidgets.data.source import Memory, Source
from ftwidgets.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Chosen = npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice | Sequence[int]


@dataclass(frozen=True)
class Origin:
    """What a data set was read from: the `format`, and what the reader noticed, in sentences.

    `place` is what the numbers of its rows are numbers of: "line", "row" or "example".
    """

    format: str = "jsonl"
    notes: tuple[str, ...] = ()
    place: str = "line"


class Dataset:
    """The rows of a file, good and bad; sliceable, sized, iterable over the examples that can be read.

    The text stays where it is, in the file or in memory; kept are 24 bytes a row. Written again, a row that was not
    changed is the same byte for byte. A data set never changes: what changes it gives another one. `Dataset()` is
    empty, to be written from nothing with `added`.
    """

    def __init__(
        self,
        sources: Sequence[Source] = (),
        index: Index | None = None,
        name: str = "data",
        *,
        origin: Origin | None = None,
    ) -> None:
        self.sources = tuple(sources) or (Memory(),)
        self.index = index_of([], [], []) if index is None else index
        self.name = name
        self.origin = origin or Origin()

    @property
    def rows(self) -> Rows:
        """All rows, the unreadable ones too; each is read when it is looked at."""
        return Rows(self)

    @property
    def examples(self) -> list[Any]:
        """What the readable rows say, in order."""
        return list(self)

    @cached_property
    def kinds(self) -> npt.NDArray[np.int8]:
        """Of each row which of OpenAI's formats it has, as its place in `KINDS`; -1 where it cannot be read."""
        read_ = (read(raw) for raw in self.raws())
        codes = (KINDS.index(kind_of(value)) if fault is None else -1 for value, fault in read_)
        return np.fromiter(codes, np.int8, len(self))

    @property
    def kind(self) -> Kind:
        """Which of OpenAI's formats the examples have; "mixed" where they differ."""
        codes = np.unique(self.kinds[self.kinds >= 0])
        return KINDS[codes[0]] if len(codes) == 1 else ("mixed" if len(codes) else "unknown")

    @property
    def unreadable(self) -> int:
        """How many rows cannot be read."""
        return int((self.kinds < 0).sum())

    @cached_property
    def system_message(self) -> str | None:
        """The system message with which every conversation begins; None where they differ or have none."""
        found: str | None = None
        for n, example in enumerate(self):
            system = _system_of(example)
            if system is None or (n and system != found):
                return None
            found = system
        return found

    @property
    def frame(self) -> pd.DataFrame:
        """The readable rows as a table: the line, and a column for each key."""
        import pandas as pd  # half a second: not for the engine, which needs no table

        records = [
            {"line": 0} | (row.value if isinstance(row.value, dict) else {}) | {"line": row.number}  # first, and ours
            for row in self.rows
            if not row.fault
        ]
        return pd.DataFrame(records)

    def take(self, places: Chosen) -> Dataset:
        """The rows at these places, from 0, or where a mask is true; in the order that is given."""
        chosen = np.asarray(places, np.int64) if isinstance(places, Sequence) else places
        taken = Dataset(self.sources, self.index.take(chosen), self.name, origin=self.origin)
        if "kinds" in self.__dict__:
            taken.__dict__["kinds"] = self.kinds[chosen]
        return taken

    def sample(self, rows: int, seed: int = 0) -> Dataset:
        """So many of the rows, drawn by `seed`, in the file's order; all of them where there are no more."""
        return self.take(np.sort(np.random.default_rng(seed).permutation(len(self))[: max(0, rows)]))

    def split(self, validation: float = 0.2, test: float = 0.0, seed: int = 0) -> tuple[Dataset, ...]:
        """Share the rows out: (train, validation), or (train, validation, test) where `test` is above 0.

        Shares are parts of 1; every row lands in exactly one part, which one is decided by `seed`.

        Raises:
            InputError: a share is not between 0 and 1, or nothing is left to train on.
        """
        if not (0 <= validation < 1 and 0 <= test < 1 and validation + test < 1):
            raise InputError(
                f"Shares of {validation} and {test} leave nothing to train on. Use parts of 1, such as 0.2 and 0.2."
            )
        if seed < 0:
            raise InputError(f"The seed {seed} is below 0. Use a whole number from 0.")
        order = np.random.default_rng(seed).permutation(len(self))
        ends = np.cumsum([round(len(order) * share) for share in (validation, test)]).tolist()
        if ends[1] == len(order):
            raise InputError(
                f"Shares of {validation} and {test} of {len(order)} rows leave nothing to train on. Use smaller ones."
            )
        places = {"train": order[ends[1] :], "validation": order[: ends[0]], "test": order[ends[0] : ends[1]]}
        parts = tuple(self.take(np.sort(rows)).named(f"{self.name} ({part})") for part, rows in places.items())
        return parts if test else parts[:2]

    def named(self, name: str) -> Dataset:
        """The same rows under another name."""
        same = self.take(slice(None))
        same.name = name
        return same

    def raws(self) -> Iterator[bytes]:
        """The JSON of each row, in order; what lies together is read together."""
        index = self.index
        offsets, lengths, sources = index.offset, index.length, index.source
        at = 0
        while at < len(index):
            end = _run(offsets, lengths, sources, at)
            begin, source = int(offsets[at]), self.sources[sources[at]]
            block = source.read(begin, int(offsets[end - 1]) + int(lengths[end - 1]) - begin)
            for start, length in zip((offsets[at:end] - begin).tolist(), lengths[at:end].tolist(), strict=True):
                yield block[start : start + length]
            at = end

    def to_bytes(self) -> bytes:
        """The rows as JSONL."""
        return b"".join(raw + b"\n" for raw in self.raws())

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the rows as JSONL to a new file.

        Raises:
            InputError: the file is there already: nothing is overwritten.
        """
        try:
            with open(path, "xb") as file:
                try:
                    file.writelines(raw + b"\n" for raw in self.raws())
                    file.flush()
                except (OSError, InputError):
                    Path(path).unlink()
                    raise
        except OSError as error:
            raise InputError(
                f"{path} cannot be written: {error.strerror}. Name a new file in a folder that is there."
            ) from error
        return Path(path)

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[Any]:
        return (value for value, fault in map(read, self.raws()) if fault is None)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Dataset: ...
    def __getitem__(self, place: int | slice) -> Any:
        return self.take(place) if isinstance(place, slice) else self.rows[place].value

    def __repr__(self) -> str:
        note = f", {self.unreadable} of them unreadable" if self.unreadable else ""
        return f"Dataset '{self.name}': {len(self)} row{'' if len(self) == 1 else 's'}{note}, {self.kind}"


class Rows(Sequence[Row]):
    """The rows of a data set, each read when it is looked at."""

    def __init__(self, data: Dataset) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(place, slice):
            return tuple(self._data.take(place).rows)
        index = self._data.index
        source = self._data.sources[index.source[place]]
        offset = int(index.offset[place])
        return parse(int(index.number[place]), offset, source.read(offset, int(index.length[place])))

    def __iter__(self) -> Iterator[Row]:
        index = self._data.index
        places = zip(_values(index.number), _values(index.offset), self._data.raws(), strict=True)
        return (parse(number, offset, raw) for number, offset, raw in places)


def _values(array: npt.NDArray[Any]) -> Iterator[int]:
    """The numbers of a long array as Python's own, a part of them at a time."""
    return (value for at in range(0, len(array), 65_536) for value in array[at : at + 65_536].tolist())


def _run(offsets: npt.NDArray[np.int64], lengths: npt.NDArray[np.uint32], sources: npt.ArrayLike, at: int) -> int:
    """Where the rows end that can be read with the one at `at`: of one source, ascending, within one block."""
    ahead = slice(at, at + 65_536)
    begin = offsets[at]
    near = offsets[ahead] + lengths[ahead] <= begin + BLOCK
    onward = np.diff(offsets[ahead], prepend=begin - 1) > 0
    alike = np.asarray(sources)[ahead] == np.asarray(sources)[at]
    fits = near & onward & alike & ((np.asarray(sources)[ahead] == 0) | (offsets[ahead] == begin))
    return at + max(1, int(np.argmin(fits)) if not fits.all() else len(fits))


def _system_of(example: Any) -> str | None:
    messages = example.get("messages") if isinstance(example, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(first, dict) or first.get("role") != "system":
        return None
    return first["content"] if isinstance(first.get("content"), str) else None


def rows_of(raws: Iterable[bytes], name: str = "data") -> Dataset:
    """A data set of these rows, each one line of JSON, numbered from 1."""
    lines = list(raws)
    lengths = np.array([len(line) for line in lines], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]]) if lines else lengths
    return Dataset([Memory(b"\n".join(lines))], index_of(starts, lengths, np.arange(1, len(lines) + 1)), name)
