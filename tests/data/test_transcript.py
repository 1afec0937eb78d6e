"""A row as one reads it, and the labels of a set."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import load
from ftwidgets.data.labels import counts, labels
from ftwidgets.data.row import Row, parse
from ftwidgets.data.transcript import transcript
from tests.data.examples import JSON

CALL = {"id": "c", "type": "function", "function": {"name": "find", "arguments": "{}"}}


def row(value: Any) -> Row:
    return parse(1, 0, orjson.dumps(value))


def said(value: Any) -> list[tuple[str, str]]:
    return [(turn.label, turn.text) for turn in transcript(row(value))]


def chat(*messages: Any) -> dict[str, Any]:
    return {"messages": list(messages)}


def pairs(*answers: str) -> list[dict[str, Any]]:
    return [{"prompt": "p", "completion": answer} for answer in answers]


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (chat({"role": "user", "content": "a\nb"}), [("user", "a\nb")]),
        (chat({"role": "assistant", "content": "b"}), [("assistant · trained", "b")]),
        (chat({"role": "assistant", "content": "b", "weight": 1}), [("assistant · trained", "b")]),
        (chat({"role": "assistant", "content": "b", "weight": 0}), [("assistant · not trained", "b")]),
        (chat({"role": "user", "name": "Ann", "content": "a"}), [("user (Ann)", "a")]),
        (chat({"role": "user", "content": [{"type": "text", "text": "a"}]}), [("user", "a")]),
        (chat({"role": "user", "content": ["a"]}), [("user", '{"content":["a"]}')]),
        (chat({"role": "user", "content": 5}), [("user", '{"content":5}')]),
        (chat({"content": "a"}), [("no role", "a")]),
        (chat({"role": ["x"], "content": "a"}), [('["x"]', "a")]),
        (chat("a"), [("not an object", "a")]),
        ({"messages": "oops"}, [("messages", "oops")]),
        (chat() | {"tools": [1]}, [("tools", "[1]")]),
        ({"prompt": "p", "completion": "c"}, [("prompt", "p"), ("completion · trained", "c")]),
        ({"completion": 3}, [("completion · trained", "3")]),
        ({"text": "t"}, [("text", "t")]),
        ([1], [("not an object", "[1]")]),
        (None, [("not an object", "null")]),
    ],
)
def test_an_example_is_read_as_turns(example: Any, expected: list[tuple[str, str]]) -> None:
    assert said(example) == expected


def test_a_call_is_shown_as_the_model_reads_it() -> None:
    called = chat({"role": "assistant", "content": "One moment.", "tool_calls": [CALL]})
    assert said(called) == [
        ("assistant · trained", 'One moment.\n<tool_call>{"name": "find", "arguments": "{}"}</tool_call>')
    ]


def test_of_a_preference_pair_one_sees_which_answer_is_preferred() -> None:
    answer = {"role": "assistant", "content": "a"}
    example = {
        "input": chat({"role": "user", "content": "q"}),
        "preferred_output": [answer],
        "non_preferred_output": [answer],
    }
    assert [label for label, _ in said(example)] == ["user", "assistant · preferred", "assistant · not preferred"]


def test_an_unreadable_line_is_shown_as_it_is() -> None:
    turns = transcript(parse(1, 0, b'{"a": \xff'))
    assert [(turn.label, turn.text) for turn in turns] == [("the line as it is", '{"a": \ufffd')]


@given(
    JSON
    | st.fixed_dictionaries(
        {
            "messages": st.lists(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "role": JSON,
                        "content": JSON,
                        "tool_calls": JSON,
                        "function_call": JSON,
                        "weight": JSON,
                        "name": JSON,
                    },
                )
            )
        }
    )
)
def test_whatever_json_a_row_holds_it_can_be_read(value: Any) -> None:
    assert all(isinstance(turn.text, str) and isinstance(turn.label, str) for turn in transcript(row(value)))


@given(st.binary())
def test_whatever_bytes_a_row_holds_it_can_be_read(raw: bytes) -> None:
    assert all(isinstance(turn.text, str) for turn in transcript(parse(1, 0, raw)))


def test_few_short_answers_are_labels_the_most_frequent_first() -> None:
    data = load([*pairs("no", "yes", " yes "), chat({"role": "assistant", "content": "no"}), *pairs("yes"), {}, 5])  # type: ignore[list-item]
    assert labels(data) == ["yes", "no"]
    assert counts(data, ["no", "yes", "maybe"]) == [2, 3, 0]


@pytest.mark.parametrize(
    "answers",
    [
        [],
        ["a", "b", "c"],
        [f"{n % 13}" for n in range(130)],
        ["a " * 30] * 10,
    ],
    ids=["none", "all different", "too many", "too long"],
)
def test_other_answers_are_no_labels(answers: list[str]) -> None:
    assert labels(load(pairs(*answers))) == []
