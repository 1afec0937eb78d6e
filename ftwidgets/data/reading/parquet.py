"""Parquet, in batches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from ftwidgets.data.reading.archive import too_much
from ftwidgets.data.reading.columns import named
from ftwidgets.data.reading.nested import flat_row, nested_record
from ftwidgets.errors import FileFormatError, FtwidgetsError, require

FEW, MANY = 16, 64
"""So many rows are read at once."""

TOGETHER = 256 * 2**20
"""Bytes that these may take; a value that the file holds once may stand in each of them."""


def records(file: BinaryIO, notes: list[str]) -> Iterator[tuple[int, bytes]]:  # noqa: ARG001
    """Each row as a JSON object, with its number from 1. Times become texts, as do decimals; bytes that are no text,
    base64.

    Raises:
        FileFormatError: the file is broken, or too large unpacked.
        MissingExtraError: the package pyarrow is not installed.
    """
    arrow, parquet = require("pyarrow", "formats"), require("pyarrow.parquet", "formats")
    try:
        packed = file.seek(0, os.SEEK_END)
        yield from _rows(arrow, parquet.ParquetFile(file), packed)
    except FtwidgetsError:
        raise
    except (arrow.ArrowException, OSError, ValueError, TypeError, OverflowError, UnicodeDecodeError) as error:
        raise FileFormatError(f"The Parquet file cannot be read: {error}. Write it again, or as JSONL.") from error


def _rows(arrow: Any, source: Any, packed: int) -> Iterator[tuple[int, bytes]]:
    names = named(source.schema_arrow.names)
    nested = any(arrow.types.is_nested(field.type) for field in source.schema_arrow)
    write = nested_record if nested else flat_row
    number = unpacked = 0
    for batch in source.iter_batches(batch_size=_at_once(source.metadata)):
        _bound(unpacked + batch.nbytes, packed)
        columns = [_column(arrow, column) for column in batch.columns]
        for cells in zip(*columns, strict=True):
            number += 1
            raw = write(dict(zip(names, cells, strict=True)))
            unpacked += len(raw)
            yield number, raw
        _bound(unpacked, packed)


def _bound(unpacked: int, packed: int) -> None:
    if why := too_much(unpacked, packed):
        raise FileFormatError(f"The Parquet file: {why}")


def _at_once(metadata: Any) -> int:
    """How many rows are read at once: fewer where they are long, or may be."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    largest = max((group.total_byte_size for group in groups), default=0)
    longest = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    likely = max(FEW, TOGETHER // max(1, largest))
    return max(1, min(MANY, likely, TOGETHER // max(1, longest)))


def _column(arrow: Any, column: Any) -> list[Any]:
    """The values; nanoseconds, which Python's times have not, as texts."""
    if arrow.types.is_temporal(column.type):
        return column.cast(arrow.string()).to_pylist()  # type: ignore[no-any-return]
    return column.to_pylist(maps_as_pydicts="lossy")  # type: ignore[no-any-return]
