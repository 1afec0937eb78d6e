"""Every format but JSONL, streamed as numbered lines of JSON: one owner for what is recognised, unpacked and split.

with opened(file, notes) as (stream, format):   # what is packed is unpacked
    for number, raw in records(stream, format, notes):
        ...
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader, BytesIO
from typing import Any, BinaryIO

from ftwidgets.data.reading import delimited, parquet, sheet, values
from ftwidgets.data.reading.archive import unpacked
from ftwidgets.data.reading.columns import MORE
from ftwidgets.data.reading.frame import frame_records
from ftwidgets.data.reading.recognition import PACKED, Format, recognised, why_unreadable
from ftwidgets.errors import FileFormatError

__all__ = [
    "MORE",
    "PACKED",
    "PLACES",
    "Format",
    "frame_records",
    "opened",
    "recognised",
    "records",
    "unpacked",
    "why_unreadable",
]

HEAD = 2**16
"""From so many bytes a format is recognised."""


@contextmanager
def opened(file: BufferedReader | BytesIO) -> Iterator[tuple[BinaryIO, Format]]:
    """What `file` holds and its format, unpacked where it was packed: never one of `PACKED`.

    Raises:
        FileFormatError: now, or on any read: it is broken, locked, a bomb, or an archive in an archive.
        MissingExtraError: a package that reads it is not installed.
    """
    with ExitStack() as stack:
        stream: Any = file
        head = file.read(HEAD)
        file.seek(0)
        layers = []
        while (format_ := recognised(head, _size(head))) in PACKED:
            layers.append(format_)
            if len(layers) > 2 or "utf-16" in layers[:-1] or layers[1:] not in ([], ["utf-16"]):
                raise FileFormatError(f"This is {' in '.join(reversed(layers))}. Unpack it, and load what is in it.")
            stream = stack.enter_context(unpacked(stream, format_))
            head = stream.peek(HEAD)[:HEAD]
        if layers and format_ in ("xlsx", "parquet"):
            raise FileFormatError(f"The {layers[0]} file holds a {format_} file, which is packed already. Unpack it.")
        yield stream, format_


def _size(head: bytes) -> int:
    return len(head) if len(head) < HEAD else 2 * HEAD  # all of the file, or so much that more may follow


def records(file: BinaryIO, format_: Format, notes: list[str]) -> Iterator[tuple[int, bytes]]:
    """Each example as one line of JSON without its end, and its number: what it counts is told by `PLACES`.

    What the reader noticed is added to `notes`, at the latest with the last example: sentences for a person.

    Raises:
        FileFormatError: now, or on the way: the file is broken, or of a format that has no records.
        MissingExtraError: a package that reads it is not installed.
    """
    readers = {
        "json": values.values,
        "csv": delimited.records,
        "tsv": delimited.records,
        "xlsx": sheet.records,
        "parquet": parquet.records,
    }
    if format_ not in readers:
        raise FileFormatError(f"This is {why_unreadable(file.read(HEAD)) or f'a {format_} file, not a table or list'}.")
    return readers[format_](file, notes)


PLACES: dict[Format, str] = {
    "jsonl": "line",
    "json": "example",
    "csv": "line",
    "tsv": "line",
    "xlsx": "row",
    "parquet": "row",
}
"""What the numbers of a format's records are numbers of."""
