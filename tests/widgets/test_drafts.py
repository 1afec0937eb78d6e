"""A row as fields to type in: what is not touched stays, whatever the row says."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.row import parse
from ftwidgets.errors import InputError
from ftwidgets.widgets.drafts import edited, fields

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
PART = {"role": TEXT, "content": VALUE, "weight": VALUE, "name": TEXT, "tool_calls": VALUE}
MESSAGE = st.fixed_dictionaries({}, optional=PART) | VALUE
EXAMPLE = (
    st.fixed_dictionaries({"messages": st.lists(MESSAGE, max_size=3) | VALUE}, optional={"tools": VALUE})
    | st.fixed_dictionaries({"prompt": VALUE}, optional={"completion": VALUE})
    | st.fixed_dictionaries({"preferred_output": st.lists(MESSAGE, max_size=2)}, optional={"input": VALUE})
    | VALUE
)


@given(EXAMPLE)
def test_a_row_that_is_saved_as_it_was_shown_says_the_same(example: Any) -> None:
    row = parse(1, 0, orjson.dumps(example))
    after = edited(row, orjson.loads(orjson.dumps(fields(row))))
    assert (orjson.loads(after) if isinstance(after, bytes) else after) == example


@given(EXAMPLE, st.data())
def test_what_is_typed_in_one_field_is_there_the_next_time(example: Any, data: st.DataObject) -> None:
    row = parse(1, 0, orjson.dumps(example))
    typed = fields(row)
    if not typed or (len(typed) == 1 and typed[0]["label"] == "the line as it is"):
        return
    n = data.draw(st.integers(0, len(typed) - 1))
    typed[n]["text"] = "7" if typed[n]["json"] else "typed"
    again = fields(parse(1, 0, orjson.dumps(edited(row, typed))))
    assert len(again) == len(typed) or typed[n]["json"]
    assert [field["text"] for field in again][: n + 1] == [field["text"] for field in typed][: n + 1]


def test_a_row_that_was_mended_while_it_was_typed_in_is_not_written_over() -> None:
    row = parse(3, 0, b'{"prompt": "a", "completion": "b"}')
    shown = fields(row)
    typed = [field | {"text": "new"} for field in shown]
    assert edited(row, typed, shown) == {"prompt": "new", "completion": "new"}
    other = parse(3, 0, b'{"prompt": "a", "completion": "mended"}')
    with pytest.raises(InputError, match=r"Line 3 has changed meanwhile\. Leave the form, and edit it again\."):
        edited(other, typed, shown)
