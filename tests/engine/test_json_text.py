from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.engine.json_text import BEGINNING, DEEPEST, Place, step, steps

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
OBJECTS = st.dictionaries(st.text(), VALUES)


def text_of(place: Place | None) -> Place:
    assert place is not None
    return place


@given(OBJECTS, st.booleans(), st.sampled_from([None, 0, 2, "\t"]))
def test_every_prefix_of_an_object_is_accepted_and_only_the_whole_is_complete(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "replace")
    place = BEGINNING
    for byte in text:
        assert not place.complete
        place = text_of(step(place, byte))
    assert place.complete
    assert text_of(steps(place, b" \n\t\r")).complete
    assert step(place, ord("{")) is None


@given(st.data())
def test_whatever_is_complete_is_an_object_that_parses(data):
    """Any way through: at each place one of the bytes that are accepted, in the end those that close what is open."""
    place, text = BEGINNING, b""
    for _ in range(data.draw(st.integers(0, 60))):
        byte = data.draw(st.sampled_from([byte for byte in range(256) if step(place, byte)]))
        place, text = text_of(step(place, byte)), text + bytes([byte])
    while not place.complete:
        byte = next(byte for byte in b'"}]:0au8\xa0\x90\x80rlsetn{' if step(place, byte))
        place, text = text_of(step(place, byte)), text + bytes([byte])
    assert isinstance(json.loads(text.decode()), dict)


@given(OBJECTS, st.data())
def test_what_is_refused_does_not_begin_any_json(value, data):
    """A byte in its middle is changed: the text is accepted to its end just when Python reads it."""
    text = bytearray(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    place = steps(BEGINNING, bytes(text))
    try:
        read = isinstance(json.loads(text.decode(), parse_constant=pytest.fail), dict)
    except ValueError:
        read = False
    assert bool(place and place.complete) == read


@pytest.mark.parametrize(
    "text",
    [b"[", b'"', b"1", b'{"a" 1', b"{1", b"{,", b'{"a":01', b'{"a":-}', b'{"a":1.}', b'{"a":1e}', b'{"a":+1',
     b'{"a":[1,]', b'{"a":1,}', b'{"a":[1}', b'{"a":tru}', b'{"a":NaN', b'{"a":"\n', b'{"a":"\\x', b'{"a":"\\u12g',
     b'{"\xff', b'{"\xc0\x80', b'{"\xed\xa0\x80', b'{"\xf4\x90\x80\x80', b'{"\xe2\x28', b"{}}", b"{'a"],
)  # fmt: skip
def test_what_no_json_begins_with_is_refused(text):
    assert steps(BEGINNING, text) is None


def test_brackets_lie_in_one_another_as_deep_as_readers_can_follow():
    deep = b'{"a":' + b"[" * (DEEPEST - 1)
    assert steps(BEGINNING, deep) is not None
    assert steps(BEGINNING, deep + b"[") is None
    assert json.loads((deep + b"]" * (DEEPEST - 1) + b"}").decode())
