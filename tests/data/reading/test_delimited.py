"""Tables as text: the cells come out as the csv module wrote them, each record with its line."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.reading import MORE, recognised
from ftwidgets.data.reading.delimited import PATIENCE
from ftwidgets.data.reading.delimiter import delimiter_of
from ftwidgets.data.reading.notes import LARGEST, SHOWN
from ftwidgets.errors import FileFormatError
from tests.data.reading.files import lines, said, table

HEADER = ["text", "label"]
CELL = st.text(
    st.sampled_from('ab,;"\t\n\r é\u2028') | st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=6
)
ROWS = st.lists(st.tuples(CELL, CELL).filter(any), min_size=1, max_size=8)


@given(rows=ROWS, delimiter=st.sampled_from(",;\t"), end=st.sampled_from(["\n", "\r\n"]), bom=st.booleans())
def test_cells_that_were_written_are_read(rows: list[tuple[str, str]], delimiter: str, end: str, bom: bool) -> None:
    plain = [("plain", "row")] * 9  # most records show what is the delimiter
    quoting = csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL  # else a lone \r is written without marks
    content = table([HEADER, *plain, *rows], delimiter=delimiter, lineterminator=end, quoting=quoting)
    notes: list[str] = []
    found = said(b"\xef\xbb\xbf" * bom + content, "csv", notes)
    assert [tuple(record.values()) for record in found] == [*plain, *rows]
    assert all(list(record) == HEADER for record in found)
    assert notes == []


@given(rows=ROWS)
def test_a_records_number_is_the_line_on_which_it_begins(rows: list[tuple[str, str]]) -> None:
    style = {"lineterminator": "\n", "quoting": csv.QUOTE_ALL}
    content = table([HEADER, *rows, *[("plain", "row")] * 9], **style)
    for number, raw in lines(content, "csv"):
        first = table([list(orjson.loads(raw).values())], **style).split(b"\n")[0]
        assert content.split(b"\n")[number - 1] == first


@given(content=st.binary(max_size=80) | st.text('"",;\n\tab1 é', max_size=80).map(str.encode))
def test_any_bytes_below_a_header_are_read_without_an_exception(content: bytes) -> None:
    content = b"text,label\na,b\nc,d\ne,f\n" * 2 + content
    if delimiter_of(content):
        for number, raw in lines(content, "csv"):
            assert number > 1 and raw and b"\n" not in raw


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        (b"text,label\na,b\n", ","),
        (b"text;label\na;b,c\n", ";"),
        (b"text\tlabel\na\tb", "\t"),
        ("größe,label\na,b\n".encode("cp1252"), ","),
        (b",text,label\n0,a,b\n", ","),
        (b'"text","label"\r\n"a, b\r\n",c\r\n', ","),
        (b"text,label\n" + b"a,b\n" * 20_000 + b"a", ","),
        (b"", None),
        (b"text,label", None),
        (b"text,label\n", None),
        (b"text\na\nb\n", None),
        (b"text,text\na,b\n", None),
        (b"1,2\n3,4\n", None),
        (b"Dear Sir, I write\nto you because\nI must.\n", None),
        (b'oops, broken\n{"messages": []}\n', None),
        (b'{"a": 1, "b": 2\n{"a": 1, "b": 2}', None),
        (b"text,label\na,b\0\n", None),
        (b"\x80\x03}q\x00,\n", None),
        (b"a,b\r1,2\r", None),
    ],
)
def test_only_what_is_surely_a_table_is_taken_for_one(content: bytes, delimiter: str | None) -> None:
    assert delimiter_of(content[: 2**16]) == delimiter
    kind = {None: "jsonl", "\t": "tsv"}.get(delimiter, "csv")
    assert recognised(content[: 2**16], len(content)) == kind


def test_fields_that_lack_are_null_and_fields_too_many_are_kept() -> None:
    notes: list[str] = []
    found = said(b"text,label\na,b\nc\nd,e\nf,g,h,i\n,\n\n", "csv", notes)
    assert found[1] == {"text": "c", "label": None}
    assert found[3] == {"text": "f", "label": "g", MORE: ["h", "i"]}
    assert found[4] == {"text": "", "label": ""}
    assert notes == [
        "1 record is shorter than the header, the first line 3: the missing fields are null.",
        "1 record is longer than the header, the first line 5: the fields without a name are under '(more fields)'.",
    ]


def test_values_stay_the_texts_they_are() -> None:
    assert said(b"text,label\n007,1e3\nNaN,true\n, b \n", "csv") == [
        {"text": "007", "label": "1e3"},
        {"text": "NaN", "label": "true"},
        {"text": "", "label": " b "},
    ]


def test_a_line_that_is_not_utf_8_is_read_as_windows_1252_and_told() -> None:
    notes: list[str] = []
    content = "text,label\nñ,b\n".encode() + "“ä€”,\x81\n".encode("cp1252", "replace") + b"\x81,c\n"
    assert said(content, "csv", notes)[:2] == [{"text": "ñ", "label": "b"}, {"text": "“ä€”", "label": "?"}]
    assert notes == ["2 records are not UTF-8, the first line 3: read as Windows-1252."]


@pytest.mark.parametrize(
    ("broken", "faulty"),
    [(b'"a" b,c\n', b'"a" b,c'), (b'"a,b\n', b'"a,b'), (b'x,"y\n', b'x,"y')],
)
def test_a_record_that_is_wrongly_quoted_is_a_fault_and_the_others_are_read(broken: bytes, faulty: bytes) -> None:
    notes: list[str] = []
    found = lines(b"text,label\na,b\n" + broken + b"c,d\ne,f\n", "csv", notes)
    assert [raw for _, raw in found] == [
        b'{"text":"a","label":"b"}',
        faulty,
        b'{"text":"c","label":"d"}',
        b'{"text":"e","label":"f"}',
    ]
    assert [number for number, _ in found] == [2, 3, 4, 5]
    assert len(notes) == 1 and "wrongly quoted, the first line 3" in notes[0]


def test_marks_that_never_close_are_not_read_again_without_end() -> None:
    content = b"text,label\na,b\n" + b'a","\n' * 20_000
    found = lines(content, "csv")
    assert found[0] == (2, b'{"text":"a","label":"b"}')
    assert sum(raw.count(b"a") for _, raw in found[1:]) == 20_000
    assert PATIENCE > LARGEST


def test_a_line_that_is_too_long_is_a_fault_and_the_next_is_read() -> None:
    long = b"\xc3\xa4" * (LARGEST // 2 + 2**17)
    notes: list[str] = []
    found = lines(b"text,label\na,b\n" + long + b",x\nc,d\n", "csv", notes)
    assert [number for number, _ in found] == [2, 3, 4]
    assert len(found[1][1]) == SHOWN + len(" …".encode())
    assert found[2][1] == b'{"text":"c","label":"d"}'
    assert len(notes) == 1 and "larger than 32 MiB, the first line 3" in notes[0]


def test_what_is_no_table_is_refused_in_a_sentence() -> None:
    with pytest.raises(FileFormatError, match="does not name two columns"):
        lines(io.BytesIO(b"hello"), "csv")


def test_columns_without_a_name_are_named_and_told() -> None:
    notes: list[str] = []
    found: list[Any] = said(b",text,label\n0,a,b\n", "csv", notes)
    assert found == [{"column 1": "0", "text": "a", "label": "b"}]
    assert notes == ["Columns without a name, or with the name of another, are now called: column 1."]
