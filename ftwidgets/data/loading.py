"""`load`: whatever holds examples becomes a data set."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from ftwidgets.data.dataset import Dataset, Origin, rows_of
from ftwidgets.data.index import index_of, lines
from ftwidgets.data.opening import SMALL, opened
from ftwidgets.data.progress import bar
from ftwidgets.data.reading import HEAD, PLACES, frame_records, recognised, records
from ftwidgets.data.reading import opened as unpacked
from ftwidgets.data.row import UTF16, written
from ftwidgets.data.source import Memory, Source, Stored, stream
from ftwidgets.errors import FileFormatError, InputError

if TYPE_CHECKING:
    import pandas as pd

Heard = Callable[[int, int], None]
"""Hears how much is done, and of how much."""

Loadable: TypeAlias = "str | os.PathLike[str] | bytes | Sequence[Mapping[str, Any]] | pd.DataFrame | Dataset"
"""What `load` takes."""


def load(source: Loadable, name: str | None = None, heard: Heard | None = None) -> Dataset:
    """Read a file, its bytes, a list of examples or a DataFrame. Bad lines are kept, and `check` tells of them.

    A file may be JSONL, a JSON list, CSV, TSV, XLSX or Parquet, and packed as gzip, zip or zst; which it is shows in
    its content, not in its name. NaN in a table's cell is a missing value; elsewhere it is kept, and told as an error.
    `heard` hears how many bytes have been read, of how many; without it a bar tells.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    if isinstance(source, Dataset):
        return source if name is None else source.named(name)
    if isinstance(source, bytes | bytearray | memoryview):
        return _any(Memory(bytes(source)), name or "data", heard)
    if isinstance(source, str | os.PathLike):
        found, called = opened(source), name or Path(source).name
        try:
            if heard is not None:
                return _any(found, called, heard)
            with bar(f"Reading {called}", found.size, "B") as shown:
                return _any(found, called, lambda done, _: shown(done))
        except FileFormatError as error:
            raise FileFormatError(f"{source} cannot be read. {error}") from error
    if hasattr(source, "iloc"):
        return _numbered(frame_records(cast("pd.DataFrame", source)), name or "data", Origin("DataFrame", place="row"))
    if isinstance(source, Mapping) or not isinstance(source, Iterable) or hasattr(source, "readline"):
        raise InputError(f"{source!r:.60} is not a data set. Give a path, a file's bytes or a list of examples.")
    return rows_of(_written(source), name or "data")


def jsonl(source: str | os.PathLike[str] | bytes, name: str = "data", heard: Heard | None = None) -> Dataset:
    """The lines of a file or of its bytes, whatever they hold: what an upload is to the service.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    return lines_of(Memory(source) if isinstance(source, bytes) else opened(source), name, heard)


def lines_of(source: Source, name: str, heard: Heard | None = None, origin: Origin | None = None) -> Dataset:
    """A data set of the lines of a source."""
    if source.read(0, min(2, source.size)) in UTF16:  # its lines are not lines of UTF-8: all of it is one bad row
        return Dataset([source], index_of([0], [source.size], [1]), name)
    return Dataset([source], lines(source, heard), name, origin=origin)


def _any(source: Source, name: str, heard: Heard | None) -> Dataset:
    outer = recognised(source.read(0, min(HEAD, source.size)), source.size)
    if outer == "jsonl":
        return lines_of(source, name, heard)
    with unpacked(stream(source, heard)) as (content, format_):
        kind = format_ if format_ == outer else f"{format_} in {outer}"
        if format_ == "jsonl":
            return lines_of(_kept(iter(lambda: content.read(2**20), b""), name), name, origin=Origin(kind))
        notes: list[str] = []
        return _numbered(records(content, format_, notes), name, Origin(kind, place=PLACES[format_]), notes)


def _numbered(rows: Iterable[tuple[int, bytes]], name: str, origin: Origin, notes: Sequence[str] = ()) -> Dataset:
    """A data set of rows with their numbers."""
    numbers, lengths = array("I"), array("I")

    def written() -> Iterator[bytes]:
        for number, raw in rows:
            numbers.append(number)
            lengths.append(len(raw))
            yield raw + b"\n"

    source = _kept(written(), name)
    length = np.frombuffer(lengths, np.uint32) if lengths else np.zeros(0, np.uint32)
    ends = np.cumsum(length.astype(np.int64) + 1)
    index = index_of(ends - length - 1, length, np.array(numbers, np.uint32))
    return Dataset([source], index, name, origin=replace(origin, notes=tuple(notes)))


def _kept(parts: Iterable[bytes], name: str) -> Source:
    """What was unpacked or converted: in memory while it is small, else in a file that has no name."""
    begun = bytearray()
    parts = iter(parts)
    for part in parts:
        begun += part
        if len(begun) > SMALL:
            break
    else:
        return Memory(bytes(begun))
    try:
        file = tempfile.TemporaryFile(buffering=2**20)  # noqa: SIM115 closed when nothing reads it any more
        _fill(file, begun, parts)
    except OSError as error:
        raise InputError(
            f"{name} cannot be unpacked into {tempfile.gettempdir()}: {error.strerror}. Make room there, or "
            "name another folder in the environment variable TMPDIR."
        ) from error
    return Stored(file, name)


def _fill(file: IO[bytes], begun: bytearray, parts: Iterable[bytes]) -> None:
    """Write all of it, or close the file."""
    try:
        file.write(begun)
        file.writelines(parts)
        file.flush()
    except BaseException:
        with suppress(OSError):  # what could not be written cannot be written now
            file.close()
        raise


def _written(examples: Iterable[Any]) -> Iterator[bytes]:
    """Each example as it will be written."""
    for number, example in enumerate(examples, 1):
        try:
            yield written(example)
        except TypeError as error:
            raise InputError(f"Example {number} cannot be written as JSON: {error}.") from error
