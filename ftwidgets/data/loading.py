"""`load`: whatever holds examples becomes a data set."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ftwidgets.data.dataset import Dataset, rows_of
from ftwidgets.data.index import index_of, lines
from ftwidgets.data.row import UTF16
from ftwidgets.data.source import Memory, Source, Stored
from ftwidgets.errors import InputError

if TYPE_CHECKING:
    pass

SMALL = 32 * 2**20
"""Bytes up to which a file is kept in memory, so that it may change while its rows are looked at."""

Heard = Callable[[int, int], None]
"""Hears how much is done, and of how much."""


Loadable = str | os.PathLike[str] | bytes | Sequence[Mapping[str, Any]] | Dataset
"""What `load` takes."""


def load(source: Loadable, name: str | None = None) -> Dataset:
    """Read a JSONL file, its bytes, or a list of examples. Bad lines are kept, and `check` tells of them.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    if isinstance(source, Dataset):
        return source if name is None else source.named(name)
    if isinstance(source, bytes):
        return jsonl(source, name or "data")
    if isinstance(source, str | os.PathLike):
        return jsonl(source, name or Path(source).name)
    if isinstance(source, Mapping) or not isinstance(source, Iterable):
        raise InputError(f"{source!r:.60} is not a data set. Give a path, a file's bytes or a list of examples.")
    return rows_of(_written(source), name or "data")


def jsonl(source: str | os.PathLike[str] | bytes, name: str = "data", heard: Heard | None = None) -> Dataset:
    """The lines of a file or of its bytes, whatever they hold: what an upload is to the service.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    return of_lines(Memory(source) if isinstance(source, bytes) else opened(source), name, heard)


def of_lines(source: Source, name: str, heard: Heard | None = None) -> Dataset:
    """A data set of the lines of a source."""
    if source.read(0, min(2, source.size)) in UTF16:  # its lines are not lines of UTF-8: all of it is one bad row
        return Dataset([source], index_of([0], [source.size], [1]), name)
    return Dataset([source], lines(source, heard), name)


def _written(examples: Iterable[Any]) -> Iterator[bytes]:
    """Each example as it will be written."""
    for number, example in enumerate(examples, 1):
        try:
            yield orjson.dumps(example)
        except TypeError as error:
            raise InputError(f"Example {number} cannot be written as JSON: {error}.") from error


def opened(source: str | os.PathLike[str]) -> Source:
    """A file, in memory where it is small."""
    try:
        path = Path(source).expanduser()
        if path.is_dir():
            raise InputError(f"{path} cannot be read: it is a folder; name a file in it.")
        if not path.exists():
            raise InputError(f"{path} cannot be read: there is no such file.{_near(path)}")
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path} cannot be read: it is not a file but a socket, a pipe or a device.")
        stored = Stored(path)
        return Memory(stored.read(0, stored.size)) if stored.size <= SMALL else stored
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}.") from error
    except (RuntimeError, ValueError) as error:  # no such user, or a NUL in the name
        raise InputError(f"{source} cannot be read: {error}.") from error


def _near(path: Path) -> str:
    if not path.stem or not path.parent.is_dir():
        return ""
    names = sorted(other.name for other in path.parent.iterdir() if other.name.startswith(path.stem[:4]))
    return f" Near it: {', '.join(names[:3])}." if names else ""
