"""A data set: the rows of a file as they came, nothing thrown away."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ftwidgets.data.changes import change
from ftwidgets.data.changes.diff import Diff
from ftwidgets.data.changes.record import Record
from ftwidgets.data.changes.steps import Step, marked
from ftwidgets.data.fingerprint import fingerprint
from ftwidgets.data.index import Index, index_of, run_end
from ftwidgets.data.kinds import KINDS, Kind, kind_of
from ftwidgets.data.overview import overview
from ftwidgets.data.row import read
from ftwidgets.data.rows import Rows
from ftwidgets.data.source import Memory, Source
from ftwidgets.data.split import Groups, split
from ftwidgets.data.writing import write_new
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
        steps: tuple[Step, ...] = (),
        *,
        origin: Origin | None = None,
    ) -> None:
        self.sources = tuple(sources) or (Memory(),)
        self.index = index_of([], [], []) if index is None else index
        self.name = name
        self.steps = steps
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

    def line(self, number: int) -> Any:
        """What the row of this line says.

        Raises:
            InputError: there is no such line, or it cannot be read.
        """
        row = self.rows[int(change.places_of(self, [number])[0])]
        if row.fault is not None:
            raise InputError(f"Line {number} of {self.name} cannot be read: {row.fault}.")
        return row.value

    def take(self, places: Chosen) -> Dataset:
        """The rows at these places, from 0, or where a mask is true; in the order that is given."""
        chosen = np.asarray(places) if isinstance(places, Sequence) else places
        chosen = chosen.astype(np.int64) if isinstance(chosen, np.ndarray) and not len(chosen) else chosen
        taken = Dataset(self.sources, self.index.take(chosen), self.name, origin=self.origin)
        if "kinds" in self.__dict__:
            taken.__dict__["kinds"] = self.kinds[chosen]
        return taken

    def sample(self, rows: int, seed: int = 0, *, most_bytes: int | None = None) -> Dataset:
        """So many of the rows, drawn by `seed`, in the file's order; all of them where there are no more.

        With `most_bytes` fewer are taken where they would be more bytes together; one at least.
        """
        drawn = np.random.default_rng(seed).permutation(len(self))[: max(0, rows)]
        if most_bytes is not None:
            ends = np.cumsum(self.index.length[drawn].astype(np.int64))
            drawn = drawn[: max(1, int(np.searchsorted(ends, most_bytes, side="right")))]
        return self.take(np.sort(drawn))

    def split(
        self,
        validation: float = 0.2,
        test: float = 0.0,
        seed: int = 0,
        *,
        stratify: bool = False,
        groups: Groups | None = None,
        frozen: bool = False,
        expect: str | None = None,
    ) -> tuple[Dataset, ...]:
        """Share the rows out: (train, validation), or (train, validation, test) where `test` is above 0: see `split`.

        Raises:
            InputError: a share is not between 0 and 1, nothing is left to train on, or the split is not as expected.
        """
        return split(self, validation, test, seed, stratify=stratify, groups=groups, frozen=frozen, expect=expect)

    def named(self, name: str) -> Dataset:
        """The same rows under another name."""
        same = self.remade(self.index, self.steps)
        same.name = name
        if "kinds" in self.__dict__:
            same.__dict__["kinds"] = self.kinds
        return same

    def remade(self, index: Index, steps: tuple[Step, ...], sources: tuple[Source, ...] = ()) -> Dataset:
        """A data set of these rows and steps, with the name of this one."""
        return Dataset(sources or self.sources, index, self.name, steps, origin=self.origin)

    def edited(self, line: int, value: Any) -> Dataset:
        """The data with another example, or another line as bytes, in this line. Unknown lines are an InputError."""
        return change.edited(self, line, value)

    def without(self, lines: int | Collection[int]) -> Dataset:
        """The data without these lines; unknown ones are an InputError."""
        return change.without(self, lines)

    def added(self, examples: Iterable[Any]) -> Dataset:
        """The data with these examples at its end, numbered on from the last line that there ever was."""
        return change.added(self, examples)

    def reviewed(self, lines: int | Collection[int]) -> Dataset:
        """The data with these lines marked as looked at by a person; unknown ones are an InputError."""
        return change.reviewed(self, lines)

    def undone(self) -> Dataset:
        """The data before their last step, exactly; the data themselves where there was none."""
        return change.undone_last(self)

    @property
    def reviewed_lines(self) -> list[int]:
        """The lines that were marked as looked at."""
        return [int(line) for line in self.index.number[marked(self.steps, len(self))]]

    @property
    def fingerprint(self) -> str:
        """The sha256, in hex, of what the rows say, in whatever order: equal for equal data."""
        return fingerprint(self)

    @property
    def record(self) -> Record:
        """What was done to the data since they were loaded, to be kept and done again."""
        return Record.of(self)

    def diff(self) -> Diff:
        """How these data differ from those that were loaded."""
        return Diff(change.as_loaded(self), self)

    def raws(self) -> Iterator[bytes]:
        """The JSON of each row, in order; what lies together is read together."""
        index = self.index
        offsets, lengths, sources = index.offset, index.length, index.source
        at = 0
        while at < len(index):
            end = run_end(offsets, lengths, sources, at)
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
        return write_new(path, (raw + b"\n" for raw in self.raws()))

    def _repr_html_(self) -> str:
        return overview(self)

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
