"""Bytes to rows: each trap is a row or a fault at its place, never an exception."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Findings, check, jsonl, load
from ftwidgets.data.row import Row, read, written
from ftwidgets.errors import InputError
from tests.data.examples import FILE, JSON

GOOD = b'{"messages": []}'
LONG = b'{"prompt": "' + b"a" * 5_000_000 + b'", "completion": "b"}'


def places(content: bytes) -> list[tuple[int, int, bool]]:
    """Of each row: its line, its offset, and whether it was understood."""
    return [(row.number, row.offset, row.fault is None) for row in jsonl(content).rows]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\n\n \n\t\n", [], id="only blank lines"),
        pytest.param(b"null\n42\n", [(1, 0, True), (2, 5, True)], id="values that are no objects"),
        pytest.param(GOOD, [(1, 0, True)], id="last line without newline"),
        pytest.param(b"\xef\xbb\xbf" + GOOD + b"\n1", [(1, 3, True), (2, 20, True)], id="byte-order mark"),
        pytest.param(b"\xef\xbb\xbf", [], id="only a byte-order mark"),
        pytest.param(GOOD + b"\n\xef\xbb\xbf1\n", [(1, 0, True), (2, 17, False)], id="byte-order mark on another line"),
        pytest.param(GOOD + b"\r\n" + GOOD + b"\r\n", [(1, 0, True), (2, 18, True)], id="CRLF"),
        pytest.param(b"\n\r\n" + GOOD + b"\n\n{\n", [(3, 3, True), (5, 21, False)], id="blank lines between"),
        pytest.param(b"\x00\x00\n" + GOOD, [(1, 0, False), (2, 3, True)], id="NUL bytes"),
        pytest.param(b'{"a": "\x00"}\n1', [(1, 0, False), (2, 11, True)], id="a NUL byte in a text"),
        pytest.param(b'{"a": "\\ud800"}\n1', [(1, 0, False), (2, 16, True)], id="lone surrogate"),
        pytest.param(b'{"a": 1, "a": 2}\n1', [(1, 0, True), (2, 17, True)], id="duplicate keys"),
        pytest.param(b'{"a": NaN}\n1', [(1, 0, False), (2, 11, True)], id="NaN"),
        pytest.param(b"Infinity\n1e999\n1", [(1, 0, False), (2, 9, False), (3, 15, True)], id="infinity"),
        pytest.param(b'\xe4\n"\xc3\xa4"', [(1, 0, False), (2, 2, True)], id="Latin-1"),
        pytest.param(b'"\xed\xa0\x80"\n1', [(1, 0, False), (2, 6, True)], id="a surrogate in UTF-8"),
        pytest.param(b'{"a": 1}{"a": 2}\n1', [(1, 0, False), (2, 17, True)], id="two objects on a line"),
        pytest.param(b"[\n1\n]", [(1, 0, False), (2, 2, True), (3, 4, False)], id="an array over several lines"),
        pytest.param(b"[" * 100_000 + b"\n1", [(1, 0, False), (2, 100_001, True)], id="100,000 brackets"),
        pytest.param(LONG + b"\n1", [(1, 0, True), (2, len(LONG) + 1, True)], id="a line of 5 MB"),
        pytest.param(GOOD.decode().encode("utf-16"), [(1, 0, False)], id="UTF-16"),
        pytest.param("\ufeff1\n2\n".encode("utf-16-be"), [(1, 0, False)], id="UTF-16, big end first"),
        pytest.param(b"1\x0b\x0c\x1c\x85\n2", [(1, 0, False), (2, 6, True)], id="other signs that end lines elsewhere"),
        pytest.param(b"1\r2\r", [(1, 0, False)], id="the line ends of old Macs"),
    ],
)
def test_each_trap_is_a_row_or_a_fault_at_its_line_and_byte(
    content: bytes, expected: list[tuple[int, int, bool]]
) -> None:
    assert places(content) == expected
    assert isinstance(check(jsonl(content)), Findings)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (GOOD.decode().encode("utf-16"), "the file is encoded as UTF-16; save it as UTF-8"),
        (b'{"a": "\xe4"}', "byte 8 is not UTF-8 (0xe4)"),
        (b"{'a': 1}", "at character 2"),
        (b'{"a": 1', "at character"),
    ],
)
def test_a_fault_tells_what_is_wrong_and_where(content: bytes, reason: str) -> None:
    (row,) = jsonl(content).rows
    assert row.fault is not None and reason in row.fault


@given(content=FILE)
def test_any_bytes_are_judged_without_an_exception(content: bytes) -> None:
    findings = check(jsonl(content))
    assert isinstance(findings, Findings)
    assert orjson.dumps(findings.records())
    assert repr(findings) and findings.summary() and repr(jsonl(content))


@pytest.mark.parametrize("depth", [100, 900, 1000, 1024, 1025, 100_000])
@pytest.mark.parametrize("around", [b"%s", b'{"messages": %s}', b'{"messages": [{"role": %s}]}', b'{"prompt": %s}'])
def test_lines_nested_as_deep_as_the_parser_goes_are_judged_too(depth: int, around: bytes) -> None:
    assert check(jsonl(around % (b"[" * depth + b"]" * depth))).errors


@given(content=FILE)
def test_a_rows_offset_and_line_are_where_it_stands_in_the_file(content: bytes) -> None:
    for row in jsonl(content).rows:
        assert content[row.offset : row.offset + len(row.raw)] == row.raw
        assert row.number == content.count(b"\n", 0, row.offset) + 1


@given(content=FILE)
def test_no_line_is_lost_that_holds_anything(content: bytes) -> None:
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        assert [row.number for row in jsonl(content).rows] == [n for n, line in enumerate(lines, 1) if line.strip()]


def _is_plain(line: bytes) -> bool:
    return bool(line.strip()) and b"\n" not in line and not line.endswith(b"\r")


@given(lines=st.lists(st.binary(min_size=1, max_size=20).filter(_is_plain)), ended=st.booleans())
def test_a_file_is_written_again_as_it_was_up_to_its_last_newline(lines: list[bytes], ended: bool) -> None:
    content = b"\n".join(lines)
    if content.startswith(b"\xef\xbb\xbf"):
        return
    assert jsonl(content + b"\n" * (ended and bool(lines))).to_bytes() == content + b"\n" * bool(lines)


@given(content=FILE)
def test_what_was_written_is_read_again_with_the_same_values(content: bytes) -> None:
    def said(rows: Iterable[Row]) -> list[Any]:
        return [(row.raw, row.value) for row in rows]

    first = jsonl(content)
    if not first.to_bytes().startswith((b"\xff\xfe", b"\xfe\xff")):
        assert said(jsonl(first.to_bytes()).rows) == said(first.rows)


NO_NUMBER = st.sampled_from([float("nan"), float("inf"), -float("inf")])


@given(value=JSON)
def test_a_value_is_written_as_it_is_read(value: Any) -> None:
    assert written(value) == orjson.dumps(value)
    assert read(written(value)) == (value, None)


@given(value=JSON, odd=NO_NUMBER)
def test_a_number_that_json_has_not_is_kept_and_told(value: Any, odd: float) -> None:
    row = {"é": odd, "when": date(2024, 3, 1), "a": [value, None]}
    raw = written(row)
    assert read(raw)[1] is not None
    assert repr(json.loads(raw)["é"]) == repr(odd)
    assert read(raw.replace(json.dumps(odd).encode(), b"0", 1)) == (row | {"é": 0, "when": "2024-03-01"}, None)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
def test_in_memory_a_number_that_json_has_not_is_the_error_that_it_is_in_a_file(odd: float) -> None:
    example = {"prompt": "a", "completion": odd}
    in_file = load(json.dumps(example, separators=(",", ":")).encode() + b"\n")
    assert load([example]).to_bytes() == in_file.to_bytes()
    for data in (load([example]), load([{}]).edited(1, example), load([{}]).added([example])):
        assert [finding.rule for finding in check(data)].count("nan") == 1


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (2**70, b"1180591620717411303424"),
        ("\ud800", b'"\\ud800"'),
        (["é", -(2**64)], b'["\\u00e9",-18446744073709551616]'),
    ],
)
def test_what_only_a_file_could_hold_is_kept_as_it_stands_there(value: Any, raw: bytes) -> None:
    assert load([{"a": value}]).to_bytes() == b'{"a":' + raw + b"}\n"


@pytest.mark.parametrize("value", [{1: 2**70}, (2**70, {1}), {"a": 2**70, "b": (1,)}], ids=repr)
def test_what_json_would_make_another_thing_of_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="Example 1 cannot be written as JSON"):
        load([value])
