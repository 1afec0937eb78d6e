"""XLSX: the first sheet with something in it, row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from ftwidgets.data.reading.archive import too_much
from ftwidgets.data.reading.columns import flat_record, named, told_apart
from ftwidgets.data.reading.notes import Tally
from ftwidgets.errors import FileFormatError, FtwidgetsError, require

MOST_ROWS = 2**20
"""Excel's own limit; a row that says it stands below is made up."""


def records(file: BinaryIO, notes: list[str]) -> Iterator[tuple[int, bytes]]:
    """Each row under the header as a JSON object, with its number in the sheet.

    Texts stay texts, numbers numbers; a date becomes a text such as 2024-03-01T00:00:00, an empty cell "", a formula
    its value when the file was last saved.

    Raises:
        FileFormatError: the file is broken, too large unpacked, or holds no table.
        MissingExtraError: the package openpyxl is not installed.
    """
    library = require("openpyxl", "formats")
    try:
        yield from _rows(library, file, notes)
    except FtwidgetsError:
        raise
    except Exception as error:  # the library lets through whatever zip, XML and its own classes raise
        why = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")
        raise FileFormatError(
            f"The Excel file cannot be read: {why}. Open it in Excel or LibreOffice and save it again, or save the "
            "sheet as CSV."
        ) from error


def _rows(library: Any, file: BinaryIO, notes: list[str]) -> Iterator[tuple[int, bytes]]:
    packed = _weigh(file)
    book = library.load_workbook(file, read_only=True, data_only=True)
    try:
        sheets = [(sheet.title, _filled(sheet, packed)) for sheet in book.worksheets]
        for place, (title, rows) in enumerate(sheets):
            if (first := next(rows, None)) is not None:
                notes += _told_others(title, [name for name, _ in sheets[:place] + sheets[place + 1 :]])
                unpacked = 0
                for number, raw in _table(first[1], rows, notes):
                    unpacked += len(raw)
                    _bound(unpacked, packed)
                    yield number, raw
                return
        raise FileFormatError("The Excel file holds no cell with anything in it.")
    finally:
        book.close()


def _weigh(file: BinaryIO) -> int:
    """The bytes of its parts, packed."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    unpacked, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    _bound(unpacked, packed)
    file.seek(0)
    return packed


def _bound(unpacked: int, packed: int) -> None:
    """Stop at what nobody's table is: a cell far to the right makes a row of thousands out of a few bytes."""
    if why := too_much(unpacked, packed):
        raise FileFormatError(f"The Excel file: {why}")


def _filled(sheet: Any, packed: int) -> Iterator[tuple[int, list[Any]]]:
    """The rows in which something stands, without the empty cells at their ends."""
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells += len(row)
        _bound(cells, packed)
        if number > MOST_ROWS:
            raise FileFormatError(f"The Excel file has more than {MOST_ROWS:,} rows, which Excel does not write.")
        width = len(row)
        while width and row[width - 1] in (None, ""):
            width -= 1
        if width:
            yield number, ["" if cell is None else cell for cell in row[:width]]


def _told_others(title: str, others: Sequence[str]) -> list[str]:
    named_others = ", ".join(f"'{other}'" for other in others[:5]) + (", …" if len(others) > 5 else "")
    return [f"Only the sheet '{title}' was read, not {named_others}."] if others else []


def _table(header: list[Any], rows: Iterator[tuple[int, list[Any]]], notes: list[str]) -> Iterator[tuple[int, bytes]]:
    names = named(header)
    notes += told_apart(header, names)
    tally = Tally(notes, "row", "row")
    for number, cells in rows:
        yield number, flat_record(names, cells + [""] * (len(names) - len(cells)), number, tally)
    tally.tell()
