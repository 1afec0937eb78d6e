"""Formats are recognised by content, and in doubt as JSONL."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.reading import opened, recognised, records
from ftwidgets.errors import FileFormatError
from tests.data.examples import CHAT, FILE, JSON

CHATS = [{"messages": [{"role": "user", "content": "a\nb"}, {"role": "assistant", "content": "}"}]}] * 3
LINES = b"".join(json.dumps(one).encode() + b"\n" for one in CHATS)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "jsonl"),
        (b" \n\n", "jsonl"),
        (LINES, "jsonl"),
        (b"\xef\xbb\xbf" + LINES, "jsonl"),
        (b"\n\n" + LINES, "jsonl"),
        (LINES[:-1], "jsonl"),
        (LINES.split(b"\n")[0], "jsonl"),
        (b'{"messages": [\n' + LINES, "jsonl"),
        (b'{"messages": [{"role": "user"\n' + LINES, "jsonl"),
        (b"{\n" + LINES, "jsonl"),
        (b"[\n" + LINES, "jsonl"),
        (b"[]", "jsonl"),
        (b"[1, 2]", "jsonl"),
        (b"[\n1\n]", "jsonl"),
        (b'[{"a": 1}]\n[{"a": 2}]\n', "jsonl"),
        (b'[{"a": 1}\n{"a": 2}\n', "jsonl"),
        (b'{"data": [{"a": 1}]}\n{"data": [{"a": 2}]}\n', "jsonl"),
        (b'{"prompt": "' + b"a" * 70_000, "jsonl"),
        (b'{"a": 1}{"a": 2}\n', "jsonl"),
        (b"[" * 100_000, "jsonl"),
        (b"null\n42\n", "jsonl"),
        (b"\x00" * 100, "jsonl"),
        (json.dumps(CHATS).encode(), "json"),
        (json.dumps(CHATS * 1000).encode(), "json"),
        (json.dumps(CHATS * 1000, indent=4).encode(), "json"),
        (json.dumps([CHATS[0] | {"more": ["a" * 90_000]}], indent=4).encode(), "json"),
        (b"\xef\xbb\xbf\n" + json.dumps(CHATS, indent=2).encode(), "json"),
        (b"[\n" + b",\n".join(LINES.splitlines()) + b"\n]\n", "json"),
        (b"[" + b",\n".join(LINES.splitlines()) + b"]\n", "json"),
        (json.dumps(CHATS[0], indent=2).encode(), "json"),
        (b"\n".join([json.dumps(CHATS[0], indent=2).encode()] * 1000), "json"),
        (json.dumps({"prompt": ["a"] * 20_000}, indent=2).encode(), "json"),
        (json.dumps({"data": CHATS}).encode(), "json"),
        (json.dumps({"version": "1", "examples": CHATS * 1000}, indent=1).encode(), "json"),
        (b"a,b\n1,2\n", "csv"),
        (b"a;b\n1;2\n", "csv"),
        (b"a\tb\n1\t2\n", "tsv"),
        (b"PAR1....", "parquet"),
        (gzip.compress(LINES), "gzip"),
        (zstandard.compress(LINES), "zst"),
        ("a".encode("utf-16"), "utf-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "unreadable"),
        (b"%PDF-1.4", "unreadable"),
    ],
)
def test_content_tells_the_format(content: bytes, expected: str) -> None:
    assert recognised(content[: 2**16], len(content)) == expected


@given(content=FILE | st.binary(max_size=40) | st.text('[{"a":1}],\n', max_size=40).map(str.encode))
def test_any_bytes_have_a_format_and_are_read_or_refused_in_a_sentence(content: bytes) -> None:
    notes: list[str] = []
    try:
        with opened(io.BytesIO(content)) as (stream, format_):
            if format_ == "jsonl":
                assert stream.read().endswith(content[-1:])
            else:
                assert all(raw for _, raw in records(stream, format_, notes))
    except FileFormatError as error:
        assert str(error).endswith(".")


@given(lines=st.lists(CHAT | JSON, min_size=2, max_size=4))
def test_lines_that_are_each_json_stay_jsonl(lines: list[object]) -> None:
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    assert recognised(content, len(content)) == "jsonl"


@given(array=st.lists(CHAT, min_size=1, max_size=3), indent=st.sampled_from([None, 0, 2]))
def test_a_list_of_examples_is_recognised_in_every_layout(array: list[object], indent: int | None) -> None:
    content = json.dumps(array, indent=indent).encode()
    assert recognised(content, len(content)) == "json"


def test_a_format_without_records_is_refused_in_a_sentence() -> None:
    with pytest.raises(FileFormatError, match=r"^This is a PDF; .*\.$"):
        list(records(io.BytesIO(b"%PDF-1.4"), "unreadable", []))


def test_a_workbook_is_told_from_an_archive() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.jsonl", LINES)
    assert recognised(file.getvalue(), len(file.getvalue())) == "zip"
