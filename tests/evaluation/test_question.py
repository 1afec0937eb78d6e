"""Rows as questions."""

from __future__ import annotations

from typing import Any

import pytest

from ftwidgets.data import load
from ftwidgets.errors import InputError
from ftwidgets.evaluation.question import Question, questions

SYSTEM, ASKED, ANSWER = (
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "oak"},
    {"role": "assistant", "content": " plant\n"},
)


def test_the_last_answer_is_the_reference_and_what_comes_before_it_the_question() -> None:
    first = {"role": "assistant", "content": "hello", "weight": 0}
    (question,) = questions(load([{"messages": [SYSTEM, first, ASKED, ANSWER | {"weight": 1}]}]))
    assert question == Question(1, (SYSTEM, {"role": "assistant", "content": "hello"}, ASKED), "plant")
    assert question.asked == "oak"


def test_a_prompt_and_its_completion_are_a_question() -> None:
    (question,) = questions(load([{"prompt": "oak ->", "completion": " plant"}]))
    assert question == Question(1, ({"role": "user", "content": "oak ->"},), "plant")


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [SYSTEM, ASKED]},
        {"messages": [ANSWER]},
        {"messages": []},
        {"messages": "oak"},
        {"messages": ["oak", ANSWER]},
        {"messages": [ASKED, {"role": "assistant", "tool_calls": []}]},
        {"messages": [ASKED, {"role": "assistant", "content": [{"type": "text", "text": "plant"}]}]},
        {"prompt": "oak"},
        {"prompt": 1, "completion": "plant"},
        {"other": 1},
        42,
        None,
    ],
)
def test_a_row_without_an_answer_in_words_is_passed_over(row: Any) -> None:
    good = {"messages": [ASKED, ANSWER]}
    assert [question.line for question in questions(load([row, good]))] == [2]
    with pytest.raises(InputError, match=r"words\.jsonl has no row"):
        questions(load([row], name="words.jsonl"))


def test_an_unreadable_line_is_passed_over_and_the_others_keep_their_lines() -> None:
    data = load(b'{\n\n{"prompt": "oak", "completion": "plant"}\n')
    assert [question.line for question in questions(data)] == [3]


def test_what_was_asked_in_parts_is_shown_as_its_text() -> None:
    parts = {"role": "user", "content": [{"type": "text", "text": "oak"}, {"type": "text", "text": "?"}]}
    (question,) = questions(load([{"messages": [parts, ANSWER]}]))
    assert question.asked == "oak?"
