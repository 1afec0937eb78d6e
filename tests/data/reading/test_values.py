"""JSON over many lines: every value comes out as it was, and what is broken stays broken."""

from __future__ import annotations

import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.reading import notes as notes_module
from ftwidgets.data.reading.notes import LARGEST, SHOWN
from tests.data.examples import JSON
from tests.data.reading.files import Dripping, lines, said

VALUES = st.lists(JSON, max_size=5)
INDENT = st.sampled_from([None, 0, 1, 4])
START = st.sampled_from([b"", b"\xef\xbb\xbf", b"\n \r\n\t"])


@given(array=VALUES, indent=INDENT, ascii_only=st.booleans(), start=START)
def test_a_list_gives_its_values_back(array: list[Any], indent: int | None, ascii_only: bool, start: bytes) -> None:
    content = start + json.dumps(array, indent=indent, ensure_ascii=ascii_only).encode()
    notes: list[str] = []
    found = lines(content, "json", notes)
    assert [orjson.loads(raw) for _, raw in found] == array
    assert [number for number, _ in found] == list(range(1, len(array) + 1))
    assert not any(b"\n" in raw or b"\r" in raw for _, raw in found)
    assert notes == []


@given(array=st.lists(JSON, min_size=1, max_size=4), indent=INDENT, few=st.integers(1, 40))
def test_it_does_not_matter_how_many_bytes_come_at_a_time(array: list[Any], indent: int | None, few: int) -> None:
    file = Dripping(json.dumps(array, indent=indent).encode())
    file.few = few
    assert said(file, "json") == array


@pytest.mark.slow
@given(
    objects=st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), min_size=1, max_size=4),
    between=st.sampled_from(["", "\n", ",\n", "\r\n\r\n"]),
)
def test_objects_one_after_another_give_themselves_back(objects: list[Any], between: str) -> None:
    content = between.join(json.dumps(one, indent=1) for one in objects).encode()
    assert said(content, "json") == objects


@given(
    objects=st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), min_size=1, max_size=4),
    key=st.sampled_from(["data", "examples", "train"]),
    before=st.dictionaries(st.sampled_from(["version", "name"]), st.integers() | st.text("ab 1", max_size=3)),
    indent=INDENT,
)
def test_a_list_in_an_object_gives_its_values_back(
    objects: list[Any], key: str, before: dict[str, Any], indent: int | None
) -> None:
    notes: list[str] = []
    assert said(json.dumps(before | {key: objects}, indent=indent).encode(), "json", notes) == objects
    assert notes == []


def test_what_stands_after_the_list_in_an_object_is_told() -> None:
    notes: list[str] = []
    assert said(b'{"data": [{"a": 1}], "licence": "MIT"}', "json", notes) == [{"a": 1}]
    assert notes == ['After the list of examples stands more, which was not read: "licence": "MIT"']


@given(content=st.binary(max_size=60) | st.text('[]{}",:\\\n a1', max_size=60).map(str.encode))
def test_any_bytes_are_split_without_an_exception_and_but_for_spaces_and_commas_nothing_is_lost(content: bytes) -> None:
    def essence(text: bytes) -> bytes:
        return text.removeprefix(b"\xef\xbb\xbf").translate(None, b" \t\r\n,[]{}")

    notes: list[str] = []
    found = lines(content, "json", notes)
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert essence(b"".join(raw for _, raw in found)) == essence(content)
    assert found == lines(Dripping(content), "json")


def test_a_line_end_within_a_text_stays_a_fault() -> None:
    (first, second) = lines(b'[{"a": "one\ntwo"},\n {"a":\r\n 1}]', "json")
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(first[1])
    assert first[1] == b'{"a": "one\ttwo"}'
    assert second == (2, b'{"a":1}')


@pytest.mark.parametrize(
    ("content", "expected", "note"),
    [
        (b'[{"a": 1}, {"a": 2}', [b'{"a": 1}', b'{"a": 2}'], "no end: the file was probably cut off after example 2"),
        (b'[{"a": 1}, {"a": ', [b'{"a": 1}', b'{"a": '], "no end"),
        (b'[{"a": 1}, {"a": "2', [b'{"a": 1}', b'{"a": "2'], "no end"),
        (
            b'[{"a": 1} {"a": 2}]',
            [b'{"a": 1}', b'{"a": 2}'],
            "1 example is not preceded by a comma, the first example 2",
        ),
        (
            b'[{"a": 1},, {"a": 2},]',
            [b'{"a": 1}', b'{"a": 2}'],
            "1 example is followed by a comma too many, the first example 2",
        ),
        (b'[{"a": 1}, oops, {"a": 2}]', [b'{"a": 1}', b"oops", b'{"a": 2}'], None),
        (b'[{"a": 1}}, {"a": 2}]', [b'{"a": 1}', b"}", b'{"a": 2}'], None),
        (b'[{"a": 1}] and more', [b'{"a": 1}', b"and more"], None),
        (b'[{"a": "\\"}, {"}]', [b'{"a": "\\"}, {"}'], None),
        (b"[", [], "no end"),
        (b"", [], None),
    ],
)
def test_a_broken_list_keeps_what_is_in_it(content: bytes, expected: list[bytes], note: str | None) -> None:
    notes: list[str] = []
    assert [raw for _, raw in lines(content, "json", notes)] == expected
    assert (note or "") in " ".join(notes)


@pytest.mark.parametrize(
    "broken",
    [b'{"a": [1, 2}', b'{"a": "b}', b'{"a": {"c": "', b'{"a": [{"b": 1}, {"c": 2}'],
)
@pytest.mark.parametrize("between", [b", ", b",\n", b"\n  "])
def test_after_an_example_without_an_end_the_next_that_begin_like_the_first_are_read(
    broken: bytes, between: bytes
) -> None:
    sound = [b'{"a": %d}' % n for n in range(5)]
    found = [raw for _, raw in lines(b"[" + between.join([sound[0], broken, *sound[1:]]) + b"]", "json")]
    assert found == [sound[0], broken, *sound[1:]]


def test_an_example_without_an_end_does_not_swallow_a_large_file() -> None:
    sound = b', {"a": "' + b"b" * 1000 + b'"}'
    notes: list[str] = []
    found = lines(b'[{"a": 1}, {"a": [1' + sound * (LARGEST // 1000), "json", notes)
    assert len(found) == 2 + LARGEST // 1000
    assert found[1][1] == b'{"a": [1'
    assert len(notes) == 1 and "no end" in notes[0]


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "opening",
    [
        b'{"a": "',
        b'{"a": [',
        pytest.param(b'{"a": "\\', marks=SLOW),
        pytest.param(b'"', marks=SLOW),
        pytest.param(b"a", marks=SLOW),
    ],
)
def test_an_example_that_is_too_large_is_a_fault_and_the_next_is_read(
    opening: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    filling = b"1," if opening.endswith(b"[") else b"\\\\"
    closing = {b"[": b"1]}", b"a": b""}.get(opening[-1:], b'"' if opening == b'"' else b'"}')
    if opening.endswith(b"\\"):
        filling = b"\\\\"
        closing = b"n" + closing
    content = b"[" + opening + filling * (LARGEST // 2 + 99) + closing + b', {"b": 2}]'
    notes: list[str] = []
    (large, small) = lines(content, "json", notes)
    assert large[1].startswith(opening) and len(large[1]) == SHOWN + len(" …".encode())
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(large[1])
    assert small == (2, b'{"b": 2}')
    assert notes == [notes_module.TOO_LARGE.format(of="1 example is", first="example 1")]


def test_brackets_without_an_end_are_one_fault() -> None:
    ((_, raw),) = lines(io.BytesIO(b"[" + b"[{" * (LARGEST // 2 + 1)), "json")
    assert raw.startswith(b"[{[{") and len(raw) < 2 * SHOWN
