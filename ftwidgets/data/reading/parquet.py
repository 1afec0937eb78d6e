"""Parquet, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from ftwidgets.data.reading.archive import too_much
from ftwidgets.data.reading.columns import named
from ftwidgets.data.reading.nested import flat_row, nested_record
from ftwidgets.errors import FileFormatError, FtwidgetsError, require

BATCH = 500


def records(file: BinaryIO, notes: list[str]) -> Iterator[tuple[int, bytes]]:  # noqa: ARG001
    """Each row as a JSON object, with its number from 1. Times become texts, as do decimals; bytes that are no text,
    base64.

    Raises:
        FileFormatError: the file is broken, or too large unpacked.
        MissingExtraError: the package pyarrow is not installed.
    """
    arrow, parquet = require("pyarrow", "formats"), require("pyarrow.parquet", "formats")
    try:
        yield from _rows(arrow, parquet.ParquetFile(file))
    except FtwidgetsError:
        raise
    except (arrow.ArrowException, OSError, ValueError, TypeError, OverflowError, UnicodeDecodeError) as error:
        raise FileFormatError(f"The Parquet file cannot be read: {error}. Write it again, or as JSONL.") from error


def _rows(arrow: Any, source: Any) -> Iterator[tuple[int, bytes]]:
    names = named(source.schema_arrow.names)
    nested = any(arrow.types.is_nested(field.type) for field in source.schema_arrow)
    write = nested_record if nested else flat_row
    number = unpacked = 0
    for batch in source.iter_batches(batch_size=BATCH):
        columns = [_column(arrow, column) for column in batch.columns]
        for cells in zip(*columns, strict=True):
            number += 1
            raw = write(dict(zip(names, cells, strict=True)))
            unpacked += len(raw)
            yield number, raw
        if why := too_much(unpacked, unpacked):
            raise FileFormatError(why)


def _column(arrow: Any, column: Any) -> list[Any]:
    """The values; nanoseconds, which Python's times have not, as texts."""
    if arrow.types.is_temporal(column.type):
        return column.cast(arrow.string()).to_pylist()  # type: ignore[no-any-return]
    return column.to_pylist(maps_as_pydicts="lossy")  # type: ignore[no-any-return]
