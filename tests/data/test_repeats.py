"""Keys that stand twice: found wherever they are, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.examination import is_plain
from ftwidgets.data.repeats import Repeat, is_free_of_repeats, marks, repeats
from ftwidgets.data.row import parse

KEYS = st.sampled_from(["a", "b", 'c":', "d\\", ":", ""])
OBJECTS = st.recursive(
    st.integers(0, 2) | KEYS,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.lists(st.tuples(KEYS, inner), max_size=4),
    max_leaves=10,
)
"""Lists of pairs are objects, tuples are lists."""


def written(value: Any, colon: str) -> str:
    if isinstance(value, list):
        return "{" + ", ".join(f"{json.dumps(key)}{colon}{written(one, colon)}" for key, one in value) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(written(one, colon) for one in value) + "]"
    return json.dumps(value)


def doubled(value: Any) -> list[tuple[str, int]]:
    if isinstance(value, list):
        keys = [key for key, _ in value]
        own = [(key, keys.count(key)) for key in dict.fromkeys(keys) if keys.count(key) > 1]
        return own + [found for _, one in value for found in doubled(one)]
    return [found for one in value for found in doubled(one)] if isinstance(value, tuple) else []


@given(value=OBJECTS, colon=st.sampled_from([":", ": ", " : ", " :"]), escaped=st.booleans())
def test_every_key_that_stands_twice_is_found_and_no_other(value: Any, colon: str, escaped: bool) -> None:
    line = written(value, colon)
    row = parse(1, 0, (line.replace('c\\":', 'c\\"\\u003a') if escaped else line).encode())
    assert is_free_of_repeats(row.raw, row.value) <= (not doubled(value))
    assert sorted((one.key, one.times) for one in repeats(row)) == sorted(doubled(value))


TEXTS = st.text(st.sampled_from('a"\\:,{}'), min_size=1, max_size=5)


@given(said=st.lists(TEXTS, min_size=1, max_size=3), again=st.sampled_from([None, "role", "content", "messages"]))
def test_a_plain_chat_in_which_a_key_stands_twice_is_never_taken_for_one_without(
    said: list[str], again: str | None
) -> None:
    turns = [("user" if n % 2 == len(said) % 2 else "assistant", text) for n, text in enumerate(["a", *said], 1)]
    messages = [json.dumps({"role": role, "content": text}) for role, text in turns]
    if again in ("role", "content"):
        messages[0] = messages[0].replace("{", f'{{"{again}": {json.dumps(said[0])}, ', 1)
    line = f'{{"messages": [{", ".join(messages)}]}}'
    row = parse(1, 0, (line.replace("{", '{"messages": [], ', 1) if again == "messages" else line).encode())
    assert is_plain(row.value)
    assert (marks(row.raw) == 2 + 8 * len(row.value["messages"])) == (again is None)
    assert marks(row.raw * 2) == 2 * marks(row.raw)


def test_a_repeated_key_is_found_in_its_message_and_says_whether_its_values_are_alike() -> None:
    row = parse(
        1, 0, b'{"messages": [{}, {"role": "user", "role": "user", "content": "a", "content": "b"}], "b": 1, "b": 2}'
    )
    assert repeats(row) == [Repeat("b", 2, False, None), Repeat("role", 2, True, 2), Repeat("content", 2, False, 2)]


def test_a_long_number_is_no_trouble() -> None:
    row = parse(1, 0, b'{"a": -0.%s, "a": 1}' % (b"1" * 5000))
    assert repeats(row) == [Repeat("a", 2, False, None)]
