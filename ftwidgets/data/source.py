"""Where the bytes of a data set lie: in memory, or in a file that is read piece by piece."""

from __future__ import annotations

import io
import os
import threading
import weakref
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from ftwidgets.errors import InputError


class Source(Protocol):
    """Bytes that can be read at any place; its `size` is their number."""

    size: int

    def read(self, offset: int, length: int) -> bytes:
        """So many bytes from `offset`."""


class Memory:
    """Bytes in memory, to which more can be added: what is there already never changes."""

    def __init__(self, content: bytes = b"") -> None:
        self._parts = [content]
        self._starts = [0]
        self.size = len(content)

    def read(self, offset: int, length: int) -> bytes:
        """So many bytes from `offset`; they lie within what was added at once."""
        if len(self._parts) == 1:
            return self._parts[0][offset : offset + length]
        part = bisect_right(self._starts, offset) - 1
        start = offset - self._starts[part]
        return self._parts[part][start : start + length]

    def add(self, content: bytes) -> int:
        """Keep `content` too; returns where it begins."""
        offset = self.size
        if content:
            self._parts.append(content)
            self._starts.append(offset)
            self.size += len(content)
        return offset


class Stored:
    """A file that stays where it is, given open: it may be renamed or removed, but not be written to.

    `path` is where it is, if it has a name. It is closed when nothing reads it any more. Raises
    InputError where it cannot be read or has changed.
    """

    def __init__(self, file: IO[bytes], name: str, path: Path | None = None) -> None:
        self._name = name
        self.path = path
        self._file = file
        weakref.finalize(self, file.close)
        self._lock = threading.Lock()
        self._stamp = self._stamped()
        self.size = os.fstat(self._file.fileno()).st_size

    def read(self, offset: int, length: int) -> bytes:
        """So many bytes from `offset`."""
        try:
            with self._lock:
                self._file.seek(offset)
                parts = []
                while length > 0 and (part := self._file.read(length)):
                    parts.append(part)
                    length -= len(part)
        except OSError as error:
            raise InputError(f"{self._name} cannot be read any more: {error.strerror}. Load it again.") from error
        if length or self._stamped() != self._stamp:
            raise InputError(f"{self._name} was changed while it was in use. Load it again.")
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def identity(self) -> str:
        """What tells this file from any other, and from itself after a change."""
        known = os.fstat(self._file.fileno())
        return f"{known.st_dev} {known.st_ino} {known.st_size} {known.st_mtime_ns}"

    def _stamped(self) -> tuple[int, int]:
        known = os.fstat(self._file.fileno())
        return known.st_size, known.st_mtime_ns


def stream(source: Source, heard: Callable[[int, int], None] | None = None) -> io.BufferedReader:
    """A source as a file to read; `heard` hears how many of how many bytes have been read."""
    return io.BufferedReader(_Stream(source, heard), 2**17)


class _Stream(io.RawIOBase):
    def __init__(self, source: Source, heard: Callable[[int, int], None] | None) -> None:
        self._source, self._heard, self._at = source, heard, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._source.size}[whence] + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        content = self._source.read(self._at, max(0, min(len(buffer), self._source.size - self._at)))
        buffer[: len(content)] = content
        self._at += len(content)
        if self._heard:
            self._heard(self._at, self._source.size)
        return len(content)
