"""Lines that cannot be read: each has one cause, at its character."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import check, load
from ftwidgets.data.diagnosis import diagnosed
from ftwidgets.data.examination import examined, rules_of
from ftwidgets.data.row import LONGEST, parse, read
from ftwidgets.data.terms import Terms
from tests.data.examples import LINE, PAIR


@pytest.mark.parametrize(
    ("line", "cause", "said"),
    [
        ('{"a": 1,}', "trailing-comma", "Character 8: a comma before '}'."),
        ('{"a": [1, ] }', "trailing-comma", "Character 9: a comma before ']'."),
        ('{"a": 1} ,', "trailing-comma", "Character 10: a comma at the end of the line."),
        ("{'a': 1}", "single-quotes", "Character 2: ' is no quotation mark in JSON."),
        ('{"a": True}', "single-quotes", "Character 7: True is Python's word, not JSON's."),
        ('{"ä": “b”}', "single-quotes", "Character 7: “ is no quotation mark in JSON."),
        ('{"a": -Infinity}', "nan", "Character 7: -Infinity, which is no number in JSON."),
        ('{"a": NaN,}', "nan", "Character 7: NaN, which is no number in JSON."),
        ('{"a": "b\tc"}', "unescaped-control", "Character 9: an unescaped control character (U+0009)."),
        ('{"a": "b\x00"}', "unescaped-control", "Character 9: an unescaped control character (U+0000)."),
        ('{"a": "\\d"}', "bad-escape", "Character 8: '\\d' is no escape in JSON."),
        ('{"a": 1 "b": 2}', "missing-comma", "Character 9: a comma is missing before '\"b\": 2}'."),
        ('{"a": "x" "b": 2}', "missing-comma", "Character 11: a comma is missing before '\"b\": 2}'."),
        ('{"a": [{} {}]}', "missing-comma", "Character 11: a comma is missing before '{}]}'."),
        ('{"a": "he said "hi""}', "unescaped-quote", "Character 16: a quotation mark ends the text before 'hi\"\"}'."),
        ('{"a": ""hello""}', "unescaped-quote", "Character 8: a quotation mark ends the text before 'hello\"\"}'."),
        ('{"a": 1} {"b": 2}', "two-objects", "Character 10: a second value on the same line."),
        ('{"a": 1}}', "not-json", "Character 9: '}' after the end of the object."),
        ('{"a": "x', "truncated", "The line ends at character 8, before its object does."),
        ('{"a": {"b": 1}  ', "truncated", "The line ends at character 14, before its object does."),
        ("  {", "object-over-lines", "The line is part of an object that is spread over several."),
        ('  "role": "user",', "object-over-lines", "The line is part of an object that is spread over several."),
        ("{a: 1}", "unquoted-key", "Character 2: the key a stands without quotation marks."),
        ('{"a": 1} // b', "comment", "Character 10: a comment, which JSON does not have."),
        (
            '{"a": 1}\ufeff',
            "invisible-in-json",
            "Character 9: an invisible character (zero width no-break space) outside of a text.",
        ),
        (
            '{"a": "\\ud83d"}',
            "lone-surrogate",
            "Character 8: half of a character, without its other half.",
        ),
        ("[" * 201 + "]" * 201, "too-deep", "The line is nested more than 200 levels deep."),
        ("[" * 100_000, "too-deep", "The line is nested more than 200 levels deep."),
    ],
)
def test_what_is_wrong_with_a_line_is_named_at_its_character(line: str, cause: str, said: str) -> None:
    diagnosis = diagnosed(line.encode())
    assert (diagnosis.cause, diagnosis.message) == (cause, said)


@pytest.mark.parametrize(
    "line", ['{"a" 1}', "hello", '{"a": 01}', '{"a": 1}]', '{"a": tru}', "1e999", '{"a": 1; "b": 2}']
)
def test_what_has_no_name_is_called_no_json_at_its_character(line: str) -> None:
    diagnosis = diagnosed(line.encode())
    assert diagnosis.cause == "not-json" and diagnosis.message.startswith("Character ")


@pytest.mark.parametrize(
    ("raw", "cause", "said"),
    [
        (b'{"\xc3\xa4": "\xe4"}', "encoding", "Byte 9 (0xe4) is not UTF-8: in Windows-1252 it is 'ä'."),
        (b'{"a": "\x81"}', "encoding", "Byte 8 (0x81) is not UTF-8."),
        (b'"\xed\xa0\xbd"', "lone-surrogate", "Character 2: half of a character, without its other half."),
        ('{"a": "b"}'.encode("utf-16"), "utf-16", "The file is encoded as UTF-16."),
        ('{"a": "b"}'.encode("utf-16-be"), "utf-16", "The file is encoded as UTF-16."),
        (b'"' + b"a" * LONGEST + b'"', "too-long", "The line is 32 MB long."),
    ],
)
def test_bytes_that_are_no_text_are_named_too(raw: bytes, cause: str, said: str) -> None:
    diagnosis = diagnosed(raw)
    assert (diagnosis.cause, diagnosis.message) == (cause, said)


DAMAGE = st.sampled_from(
    [",", "'", '"', "\\", "\t", "None", "NaN", "{", "}", "[", "//", "\ufeff", "\ud800", ":", " ", "a"]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A line in which something was cut out or put in."""
    line = json.dumps(draw(PAIR), ensure_ascii=draw(st.booleans()))
    start = draw(st.integers(0, len(line)))
    end = min(len(line), start + draw(st.sampled_from([0, 0, 1, 2, 200])))
    return (line[:start] + draw(DAMAGE | st.just("")) + line[end:]).encode("utf-8", "surrogatepass")


@given(raw=damaged() | LINE | st.binary(max_size=20))
def test_a_line_has_exactly_one_error_where_it_cannot_be_read(raw: bytes) -> None:
    row = parse(1, 0, raw)
    if row.fault is not None:
        found = [rule for rule, _ in examined(row, Terms()) if rule.level == "error"]
        assert len(found) == 1 and found[0].scope == "line"


@given(raw=damaged())
def test_the_character_named_lies_within_the_line(raw: bytes) -> None:
    if read(raw)[1] is not None:
        at = diagnosed(raw).at
        assert at is None or 0 <= at <= len(raw.decode("utf-8", "replace"))


def test_every_cause_is_a_rule() -> None:
    assert {rule.id for rule in rules_of("line")} >= {"not-json", "encoding", "trailing-comma", "too-deep"}
    for rule in rules_of("line"):
        for raw in rule.fails:
            assert diagnosed(raw if isinstance(raw, bytes) else orjson.dumps(raw)).cause == rule.id


@pytest.mark.parametrize(
    "raw",
    [
        b"{'a': '" + b"x" * 20_000_000 + b"'}",
        b'"' + b'\\"' * 10_000_000,
        b'{"a": 1 ' + b" " * 20_000_000 + b'"b"',
        b"{'a'" * 250_000,
        b'{"a": "b' + b'"x' * 500_000,
    ],
    ids=["quotes", "escapes", "spaces", "many quotes", "many texts"],
)
def test_a_very_long_line_is_judged_like_any_other(raw: bytes) -> None:
    (finding,) = check(load(raw), fewest=1)
    assert finding.level == "error" and len(str(finding)) < 300
