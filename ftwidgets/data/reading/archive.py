"""What is packed, unpacked as a stream: gzip, zip and zst; and UTF-16 written as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from ftwidgets.errors import FileFormatError, require

MOST = 8 * 2**30
"""Bytes that one file may hold unpacked: what OpenAI takes as an upload."""

UNSUSPICIOUS, RATIO = 100 * 10**6, 250
"""Above so many bytes unpacked, so many times the packed size at most: no text is packed that small."""

_PIECE = 2048
"""Bytes of zst that are unpacked at once: at its densest, 64 MiB."""


@contextmanager
def unpacked(file: BinaryIO, format_: str) -> Iterator[BinaryIO]:
    """A stream of what `file` holds, once: gzip, zip with one file in it, zst, or UTF-16 as UTF-8.

    Raises:
        FileFormatError: on opening or on any read: it is broken, locked, a bomb, or holds several files.
        MissingExtraError: zst, and the package zstandard is not installed.
    """
    opened = {"gzip": _gzip, "zip": _zip, "zst": _Zst, "utf-16": _Utf16}[format_](file)
    with io.BufferedReader(_Bounded(opened, _size(file), format_), 2**17) as stream:
        yield stream


def too_much(unpacked: int, packed: int) -> str | None:
    """Why nobody's data are so small packed and so large unpacked; None where they may be."""
    if unpacked > MOST:
        return f"Unpacked it is larger than {MOST >> 30} GiB. Split it into several files."
    if unpacked > UNSUSPICIOUS and unpacked > RATIO * packed:
        return (
            f"It unpacks to more than {RATIO} times its size, which no data do that one can learn from. "
            "Unpack it yourself, look at it, and load what is in it."
        )
    return None


def _size(file: BinaryIO) -> int:
    if not file.seekable():
        return MOST
    here = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(here)
    return size


_BREAKS = (EOFError, OSError, RuntimeError, NotImplementedError, ValueError, zlib.error, zipfile.BadZipFile)
"""What the libraries raise when a file is broken."""


class _Bounded(io.RawIOBase):
    """A stream that tells in a sentence when it is broken, and ends before it fills the machine."""

    def __init__(self, stream: Any, packed: int, kind: str) -> None:
        self._stream, self._packed, self._kind = stream, packed, kind
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        filled = 0
        while filled < len(buffer) and (piece := self._read(len(buffer) - filled)):
            buffer[filled : filled + len(piece)] = piece
            filled += len(piece)
        self._unpacked += filled
        if why := too_much(self._unpacked, self._packed):
            raise FileFormatError(why)
        return filled

    def _read(self, size: int) -> Any:
        try:
            return self._stream.read(size)
        except _BREAKS as error:
            raise _broken(self._kind, error) from error


def _broken(kind: str, error: Exception) -> FileFormatError:
    return FileFormatError(f"The {kind} file is broken: {error}. Copy or download it again, or unpack it yourself.")


def _gzip(file: BinaryIO) -> Any:
    return gzip.GzipFile(fileobj=file, mode="rb")


def _zip(file: BinaryIO) -> Any:
    try:
        archive = zipfile.ZipFile(file)
        member = _only(archive.infolist())
        if member.flag_bits & 1:
            raise FileFormatError("The zip file is locked with a password. Unpack it yourself, and load what is in it.")
        return archive.open(member)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        raise _broken("zip", error) from error


def _only(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The one file with data; folders, hidden files and what macOS adds are none."""
    data = [member for member in members if not (member.is_dir() or _is_hidden(member.filename))]
    if len(data) == 1:
        return data[0]
    if not data:
        raise FileFormatError("The zip file holds no file with data.")
    named = ", ".join(_shown(member.filename) for member in data[:5]) + (", …" if len(data) > 5 else "")
    raise FileFormatError(f"The zip file holds {len(data):,} files: {named}. Unpack it, and load one of them.")


def _shown(name: str) -> str:
    """A name as a person may see it: short, and without signs that do something to a terminal."""
    return repr(name if len(name) <= 80 else f"{name[:79]}…")


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in PurePosixPath(name).parts)


class _Zst:
    """A reader of zst: its own library's ends without a word where the file was cut off."""

    def __init__(self, file: BinaryIO) -> None:
        self._library = require("zstandard", "formats")
        self._file, self._rest, self._ready = file, b"", memoryview(b"")
        self._frame: Any = None

    def read(self, size: int) -> memoryview:
        while not self._ready:
            self._rest = self._rest or self._file.read(_PIECE)
            if not self._rest:
                if self._frame is not None:
                    raise EOFError("it ends too early")
                return self._ready
            self._unpack()
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _unpack(self) -> None:
        if self._frame is None:
            self._frame = self._library.ZstdDecompressor().decompressobj()
        try:
            self._ready = memoryview(self._frame.decompress(self._rest))
        except self._library.ZstdError as error:
            raise ValueError(str(error)) from error
        self._rest = b""
        if self._frame.eof:
            self._rest, self._frame = self._frame.unused_data, None


class _Utf16:
    """A reader of UTF-16, or UTF-32, as UTF-8; half a sign becomes what is no UTF-8, and so is found in its row."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder: codecs.IncrementalDecoder | None = None
        self._ready = memoryview(b"")

    def read(self, size: int) -> memoryview:
        while not self._ready and (raw := self._file.read(2**16)):
            if self._decoder is None:
                wide = raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))
                self._decoder = codecs.getincrementaldecoder("utf-32" if wide else "utf-16")("surrogatepass")
            self._ready = memoryview(self._decoder.decode(raw).encode("utf-8", "surrogatepass"))
        if not self._ready and self._decoder and self._decoder.getstate()[0]:
            self._decoder, self._ready = None, memoryview(b"\xff")
        given, self._ready = self._ready[:size], self._ready[size:]
        return given
