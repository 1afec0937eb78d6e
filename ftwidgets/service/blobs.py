"""Bytes on the disk, under the ids of their records: neither is there without the other, at whatever moment it ends.

What comes lies beside its place until its record is kept, and what goes until its record is away; `tidy` brings to an
end what a kill has left in between. Other bytes are never touched: the records may have been put back from a copy, or
moved away because they were damaged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

COMING, GOING = "part", "gone"


class Blobs:
    """The bytes of one kind of records, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, identity: str) -> Path:
        """Where the bytes of a record lie that is kept."""
        path, coming = self.folder / identity, self._beside(identity, COMING)
        if not path.exists():
            with suppress(FileNotFoundError):  # another thread was faster, or there are none
                os.replace(coming, path)
        return path

    @contextmanager
    def arrival(self, identity: str) -> Iterator[Path]:
        """Where bytes may be written whose record is kept within the block; where that fails, they go again.

        After the block, `path` brings them to their place.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._beside(identity, COMING)
        try:
            yield path
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def remove(self, identity: str, forget: Callable[[], object]) -> None:
        """Let `forget` take the record away, and then the bytes; where it fails, both stay."""
        path, going = self.path(identity), self._beside(identity, GOING)
        with suppress(FileNotFoundError):
            os.replace(path, going)
        try:
            forget()
        except BaseException:
            with suppress(FileNotFoundError):
                os.replace(going, path)
            raise
        going.unlink(missing_ok=True)

    def discard(self, identity: str) -> None:
        """Remove bytes whose record is away."""
        self.path(identity).unlink(missing_ok=True)

    def tidy(self, kept: Collection[str], *, strangers: bool = False) -> None:
        """After a kill: bring what belongs to a kept record to its place, and remove what was about to come or go.

        With `strangers`, all bytes without a record are removed.
        """
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            identity, _, state = path.name.removeprefix(".").rpartition(".")
            between = path.name.startswith(".") and state in (COMING, GOING)
            if between and identity in kept and not (self.folder / identity).exists():
                os.replace(path, self.folder / identity)
            elif between or (strangers and path.name not in kept):
                path.unlink(missing_ok=True)

    def _beside(self, identity: str, state: str) -> Path:
        return self.folder / f".{identity}.{state}"


def flush(path: Path) -> None:
    """Return when the bytes of the file are on the disk itself."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
