"""Workbooks: the first sheet with something in it, row by row, with the numbers that one sees in Excel."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import openpyxl
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.data.reading import MORE, opened, recognised
from ftwidgets.errors import FileFormatError
from tests.data.reading.files import lines, said

CELL = (
    st.text(st.characters(min_codepoint=32, max_codepoint=0xFFF, exclude_categories=["Cs", "Cc"]), max_size=5).filter(
        lambda text: not text.startswith("=")  # a formula, of which nobody has worked out the value
    )
    | st.integers(-(2**40), 2**40)
    | st.booleans()
)


def workbook(*sheets: list[list[Any]]) -> bytes:
    """A workbook with these sheets, named A, B, C."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in zip("ABCDEFGH", sheets, strict=False):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@settings(max_examples=25)  # a workbook takes a hundredth of a second
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4))
def test_cells_that_were_written_are_read_with_their_rows(rows: list[tuple[Any, Any]]) -> None:
    found = lines(workbook([["text", "label"], *rows]), "xlsx")
    filled = [(number, row) for number, row in enumerate(rows, 2) if any(cell != "" for cell in row)]
    assert [(number, tuple(orjson.loads(raw).values())) for number, raw in found] == filled


def test_dates_become_texts_and_empty_cells_empty_texts() -> None:
    rows = [["day", "hour", "n"], [datetime.date(2024, 3, 1), datetime.time(9, 30), None], [None, None, 1.5]]
    assert said(workbook(rows), "xlsx") == [
        {"day": "2024-03-01T00:00:00", "hour": "09:30:00", "n": ""},
        {"day": "", "hour": "", "n": 1.5},
    ]


def test_the_first_sheet_with_something_in_it_is_read_and_the_others_named() -> None:
    notes: list[str] = []
    content = workbook([], [[], [None], ["text", "label"], [], ["a", "b", None, "c"]], [["other"]])
    assert recognised(content[: 2**16], len(content)) == "xlsx"
    with opened(io.BytesIO(content)) as (_, format_):
        assert format_ == "xlsx"
    assert lines(content, "xlsx", notes) == [(5, orjson.dumps({"text": "a", "label": "b", MORE: ["", "c"]}))]
    assert notes[0] == "Only the sheet 'B' was read, not 'A', 'C'."
    assert "1 row is longer than the header, the first row 5" in notes[1]


def repacked(content: bytes, name: str, new: bytes | None) -> bytes:
    """A workbook in which one part was replaced, or left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in old.namelist():
            if part != name or new is not None:
                archive.writestr(part, new if part == name and new is not None else old.read(part))
    return file.getvalue()


SOUND = workbook([["text", "label"], ["a", "b"]])
PART = "xl/worksheets/sheet1.xml"
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (workbook([]), "holds no cell with anything in it"),
        (SOUND[:-200], "cannot be read"),
        (b"PK\x03\x04 nonsense", "cannot be read"),
        (repacked(SOUND, "xl/workbook.xml", None), "cannot be read"),
        (repacked(SOUND, PART, b"<worksheet"), "cannot be read"),
        (
            repacked(SOUND, PART, SHEET % b'<row r="99999999999"><c><v>1</v></c></row>'),
            "more than 1,048,576 rows",
        ),
        (repacked(SOUND, PART, SHEET % (b" " * 110_000_000)), "more than 250 times its size"),
    ],
    ids=["empty", "cut off", "nonsense", "no workbook", "broken sheet", "row of row", "bomb"],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(FileFormatError, match=sentence):
        lines(content, "xlsx")


@pytest.mark.slow
@pytest.mark.parametrize("cell", [b'<c r="XFD%d" t="str"><v>b</v></c>', b'<c r="XFD%d"/>'], ids=["filled", "empty"])
def test_cells_far_to_the_right_fill_neither_the_disk_nor_an_hour(cell: bytes) -> None:
    rows = b"".join(b'<row r="%d">%s</row>' % (n, cell % n) for n in range(1, 20_000))
    with pytest.raises(FileFormatError, match="more than 250 times its size"):
        lines(repacked(SOUND, PART, SHEET % rows), "xlsx")


@settings(max_examples=50)
@given(place=st.integers(0, 10**9), byte=st.integers(0, 255))
def test_a_wrong_byte_is_met_without_a_traceback(place: int, byte: int) -> None:
    content = bytearray(SOUND)
    content[place % len(content)] = byte
    try:
        lines(bytes(content), "xlsx")
    except FileFormatError as error:
        assert str(error).endswith(".")
