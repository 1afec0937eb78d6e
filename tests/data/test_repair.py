"""Lines that are nearly JSON: rewritten where there is one way to read them, and never into something else."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.repair import as_windows, rewritten, whole_characters
from tests.data.examples import EXAMPLE, JSON

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(value=VALUES)
def test_what_python_prints_is_read_as_what_was_printed(value: Any) -> None:
    assert rewritten(repr(value).encode()) == value


@given(value=JSON | EXAMPLE)
def test_json_stays_what_it_is(value: Any) -> None:
    written = json.dumps(value)
    assert rewritten(written.encode()) == orjson.loads(written)


@given(value=VALUES.filter(lambda value: isinstance(value, dict | list) and value))
def test_commas_before_brackets_and_bare_control_characters_change_nothing(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False)
    bare = written.replace("\\n", "\n").replace("\\t", "\t") if "\\\\" not in written else written
    assert rewritten((bare[:-1] + " , " + bare[-1] + ",").encode()) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("{role: 'user', content: \"it's\"}", {"role": "user", "content": "it's"}),
        ("{'a': 'x, ]', 'b': [1, 2, ], }", {"a": "x, ]", "b": [1, 2]}),
        ('{"a": "// no comment, }"} // a comment', {"a": "// no comment, }"}),
        ('{"a": /* here */ 1, # and here', None),
        ("{'a': '\\xe4\\u00f6\\U0001f600 \\'b\\' \"c\"'}", {"a": "äö😀 'b' \"c\""}),
        ('\ufeff{"a":\u00a0"b\u00a0c"}', {"a": "b\u00a0c"}),
        ("{'a': 'it's'}", None),
        ("{'a': b'x'}", None),
        ('{"a": "C:\\data"}', None),
        ('{"a": “b”}', None),
        ('{"a": NaN}', None),
        ('{"a": 1} {"b": 2}', None),
        ("{'a'", None),
        ("", None),
    ],
)
def test_a_line_is_rewritten_where_that_is_certain_and_else_left_alone(line: str, value: Any) -> None:
    assert rewritten(line.encode()) == value


@given(signs=st.lists(st.sampled_from("aäß€“”–é "), max_size=10))
def test_windows_bytes_are_read_as_the_characters_they_were(signs: list[str]) -> None:
    text = "-".join(signs)  # two that follow one another may be UTF-8 by chance, which is why the fix asks
    line = json.dumps({"a": text}, ensure_ascii=False)
    assert as_windows(line.encode("cp1252")) == {"a": text}


def test_utf_8_beside_windows_bytes_stays_what_it_is() -> None:
    assert as_windows('{"a": "ä '.encode() + b'\xe4 \x93b\x94"}') == {"a": "ä ä “b”"}
    assert as_windows(b'{"a": "\x81"}') is None


@given(text=st.text(st.characters(), max_size=8), ascii_only=st.booleans())
def test_halves_of_characters_are_joined_or_marked_and_the_rest_is_kept(text: str, ascii_only: bool) -> None:
    line = json.dumps({"a": text}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert whole_characters(line) == {"a": expected}
