"""A multipart form as it arrives: its one file goes straight to the disk, a block at a time; its fields are texts.

Starlette's own reader would lay the file into the system's folder for temporary files first, which may be in memory or
on a smaller disk, and knows no limit for it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from ftwidgets.service.disk import require_room
from ftwidgets.service.wire import WireError

MOST_FIELDS = 32
LARGEST_FIELD = 16 * 2**10
"""Bytes of a field that is not the file."""

SLACK = 2**20
"""Bytes that a form may have besides its file."""

BLOCK = 2**20
"""Bytes that are held in memory and written at once."""

PATIENCE = 300.0
"""Seconds without a byte after which an upload is given up."""

LONGEST_NAME = 1024

_QUOTED = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""What browsers, and clients that do as they do, write in a file's name for signs that the header cannot carry."""


class Form:
    """What a form has brought: the texts of its fields, and of its file the name and the size."""

    def __init__(self, boundary: bytes, place: str, target: IO[bytes], largest: int) -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self.size = 0
        self._place, self._target, self._largest = place, target, largest
        self._name, self._header, self._value = "", b"", b""
        self._disposition, self._text = b"", bytearray()
        self._in_file = self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def feed(self, block: bytes) -> None:
        """Take in the next bytes of the body."""
        self._parser.write(block)

    def close(self) -> None:
        """The body is over: the file is on the disk now.

        Raises:
            WireError: the form is not whole, or there was no file in it.
        """
        if not self._ended:
            raise WireError(400, "The form breaks off before its end. Send it again.", param=self._place)
        if self.filename is None:
            raise missing(self._place)
        self._target.flush()
        os.fsync(self._target.fileno())

    def _begin(self) -> None:
        self._disposition, self._text = b"", bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise WireError(400, "A part of the form has no name in its Content-Disposition.")
        self._name, self._in_file = _decoded(options[b"name"]), b"filename" in options
        if self._in_file:
            self._take_name(_decoded(options[b"filename"]))
        elif len(self.fields) >= MOST_FIELDS:
            raise WireError(400, f"The form has more than {MOST_FIELDS} fields.")

    def _take_name(self, filename: str) -> None:
        if self._name != self._place or self.filename is not None:
            message = f"The form may hold one file, in the part '{self._place}'; '{self._name:.60}' is another."
            raise WireError(400, message, param=self._name[:60])
        name = re.sub("%(?:22|0D|0A)", lambda found: _QUOTED[found[0]], filename) or "file"
        if len(name) > LONGEST_NAME:
            message = f"The file's name has {len(name)} letters; it may have up to {LONGEST_NAME}."
            raise WireError(400, message, param=self._place)
        self.filename = name

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._in_file:
            self._text += data[start:end]
            if len(self._text) > LARGEST_FIELD:
                message = (
                    f"The field '{self._name:.60}' has more than {LARGEST_FIELD} bytes, and is not sent as a file."
                )
                raise WireError(400, message, param=self._name[:60])
            return
        self.size += end - start
        if self.size > self._largest:
            raise too_large(self._place, self._largest)
        self._target.write(memoryview(data)[start:end])

    def _part_end(self) -> None:
        if not self._in_file:
            self.fields[self._name] = _decoded(bytes(self._text))

    def _end(self) -> None:
        self._ended = True


async def received(request: Request, place: str, path: Path, largest: int) -> Form:
    """Read the request's form; the file in its part `place`, of up to `largest` bytes, is written to `path`.

    Raises:
        WireError: it is no form, is too large (then as little as possible of it is read), broke off, or has no file;
            or the disk has no room for it.
    """
    boundary = _boundary(request, place)
    announced = request.headers.get("content-length", "")
    expected = int(announced) if re.fullmatch("[0-9]{1,18}", announced) else 0
    if expected > largest + SLACK:
        raise too_large(place, largest)
    require_room(path.parent, expected)
    try:
        with open(path, "wb") as target:
            form = Form(boundary, place, target, largest)
            async for block in _blocks(request):
                require_room(path.parent, len(block))
                await run_in_threadpool(form.feed, block)
            await run_in_threadpool(form.close)
    except FormParserError as error:
        raise WireError(400, f"The form cannot be read: {error}.", param=place) from error
    return form


def _boundary(request: Request, place: str) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise missing(place)
    return boundary


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """The body in blocks: each is worth a way to another thread, where the disk may be waited for."""
    stream, block = request.stream(), bytearray()
    try:
        while True:
            async with asyncio.timeout(PATIENCE):
                piece = await anext(stream, None)
            if piece is None:
                break
            block += piece
            if len(block) >= BLOCK:
                yield bytes(block)
                block.clear()
    except ClientDisconnect as error:
        raise WireError(400, "The upload broke off; nothing was kept of it.") from error
    except TimeoutError as error:
        raise WireError(400, f"Nothing came for {PATIENCE:.0f} s; nothing was kept of the upload.") from error
    if block:
        yield bytes(block)


def missing(place: str) -> WireError:
    """The error for a form without its file."""
    return WireError(400, f"The part '{place}' is missing: send the file as multipart/form-data.", param=place)


def too_large(place: str, largest: int) -> WireError:
    """The error for a file of more than `largest` bytes."""
    remedy = "Send a larger one in parts: client.uploads.upload_file_chunked(...) of the SDK does so."
    what = f"The file has more than the {largest:,} bytes ({largest // 2**20} MB) that can be sent at once."
    return WireError(413, f"{what} {remedy}", param=place)


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
