"""DataFrames: every cell is JSON, what is missing is an empty text, or left out among lists and objects."""

from __future__ import annotations

import datetime
import json
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.reading import frame_records
from tests.data.examples import CHAT, JSON


def said(frame: pd.DataFrame) -> list[Any]:
    return [orjson.loads(raw) for _, raw in frame_records(frame)]


@given(examples=st.lists(CHAT, min_size=1, max_size=4))
def test_examples_come_out_as_they_went_in(examples: list[dict[str, Any]]) -> None:
    def without_fillers(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_fillers(one) for key, one in value.items() if one is not None or key == "content"}
        return [without_fillers(one) for one in value] if isinstance(value, list) else value

    assert said(pd.DataFrame(examples)) == without_fillers(examples)


@given(column=st.lists(JSON, min_size=1, max_size=5))
def test_any_cells_are_records_without_an_exception(column: list[Any]) -> None:
    found = list(frame_records(pd.DataFrame({"a": pd.Series(column, dtype=object), "b": 1})))
    assert [number for number, _ in found] == list(range(1, len(column) + 1))
    assert all(orjson.loads(raw)["b"] == 1 for _, raw in found)


def test_missing_cells_of_a_flat_table_are_empty_texts() -> None:
    frame = pd.DataFrame(
        {
            "text": ["a", None],
            "n": [1.0, np.nan],
            "whole": pd.array([1, None], "Int64"),
            "when": pd.to_datetime(["2024-03-01", None]),
        }
    )
    assert said(frame) == [
        {"text": "a", "n": 1.0, "whole": 1, "when": "2024-03-01T00:00:00"},
        {"text": "", "n": "", "whole": "", "when": ""},
    ]


def test_missing_cells_beside_lists_are_left_out() -> None:
    rows: list[Any] = [{"messages": [{"role": "user"}], "parallel_tool_calls": True}, {"messages": []}]
    frame = pd.DataFrame(rows)
    assert said(frame)[1] == {"messages": []}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(7), 7),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([1, 2]), [1, 2]),
        (np.array([{"a": None, "b": 1}], dtype=object), [{"b": 1}]),
        ({1: "a"}, {"1": "a"}),
        ({3}, [3]),
        (2**70, 2**70),
        (b"a", "a"),
        (datetime.date(2024, 3, 1), "2024-03-01"),
        (pd.Timedelta("1 day"), "P1DT0H0M0S"),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_what_is_no_json_is_made_json(value: Any, expected: Any) -> None:
    ((_, raw),) = frame_records(pd.DataFrame({"a": pd.Series([value], dtype=object)}))
    assert json.loads(raw) == {"a": expected}


def test_columns_have_texts_for_names_and_no_name_twice() -> None:
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=pd.Index(["a", "a", 7, None], dtype=object))
    assert said(frame) == [{"a": 1, "a (2)": 2, "7": 3, "column 4": 4}]
    two = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    assert said(two) == [{"a x": 1, "a y": 2}]


def test_an_index_with_a_name_is_a_column_and_another_is_none() -> None:
    frame = pd.DataFrame({"b": [1]}, index=pd.Index(["x"]))
    assert said(frame) == [{"b": 1}]
    assert said(frame.rename_axis("key")) == [{"key": "x", "b": 1}]
    assert said(frame.rename_axis("b")) == [{"b": "x", "b (2)": 1}]


def test_a_list_that_holds_itself_is_a_faulty_row_and_no_exception() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert len(list(frame_records(pd.DataFrame({"a": pd.Series([endless], dtype=object)})))) == 1


def test_rows_are_numbered_through_all_blocks() -> None:
    found = list(frame_records(pd.DataFrame({"n": range(10_001)})))
    assert found[-1] == (10_001, b'{"n":10000}')


def test_nan_in_a_cell_is_missing_and_within_one_it_is_kept() -> None:
    frame = pd.DataFrame({"a": [[1.0, np.nan], [2.0]], "b": [np.nan, np.inf]})
    assert [raw for _, raw in frame_records(frame)] == [b'{"a":[1.0,NaN]}', b'{"a":[2.0],"b":Infinity}']
