"""Preferences: made from two answers to the same, and read back as the preferred one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from ftwidgets.data.conversion import Unconverted, compared_to_preference, preference_of, preference_to_chat
from tests.data.examples import CHAT, JSON, mutated


def chat(*texts: str, **more: Any) -> dict[str, Any]:
    roles = ["user", "assistant"] * len(texts)
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, texts, strict=False)], **more}


def test_two_answers_to_the_same_are_a_preference() -> None:
    expected = {
        "input": {"messages": chat("a")["messages"], "tools": [], "parallel_tool_calls": True},
        "preferred_output": [{"role": "assistant", "content": "b"}],
        "non_preferred_output": [{"role": "assistant", "content": "c"}],
    }
    assert preference_of(chat("a", "b"), chat("a", "c")) == expected
    assert preference_of(chat("a", "b"), "c") == expected
    assert compared_to_preference({"prompt": "a", "chosen": "b", "rejected": "c"}) == expected
    whole = {"chosen": chat("a", "b")["messages"], "rejected": chat("a", "c")["messages"]}
    assert compared_to_preference(whole) == expected
    assert compared_to_preference(whole | {"prompt": "a"}) == expected


def test_a_system_text_and_earlier_turns_are_asked_too() -> None:
    record = {"system": "s", "prompt": chat("a", "b", "c")["messages"], "chosen": "d", "rejected": "e"}
    preference: Any = compared_to_preference(record)
    assert [message["content"] for message in preference["input"]["messages"]] == ["s", "a", "b", "c"]


@given(example=CHAT)
def test_the_preferred_chat_comes_back_without_weights(example: dict[str, Any]) -> None:
    preference = preference_of(example, "an answer that nobody draws")
    if isinstance(preference, Unconverted):
        assert len(example["messages"]) < 2
    else:
        plain = [{k: v for k, v in message.items() if k != "weight"} for message in example["messages"]]
        back: Any = preference_to_chat(preference)
        assert back["messages"] == plain


def test_tools_come_along() -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    example = chat("a", "b", tools=tools, parallel_tool_calls=False)
    preference: Any = preference_of(example, "c")
    assert preference["input"]["tools"] == tools and preference["input"]["parallel_tool_calls"] is False
    assert preference_to_chat(preference) == example


@pytest.mark.parametrize(
    ("preferred", "rejected", "reason"),
    [
        (chat("a", "b"), chat("x", "c"), "do not ask the same"),
        (chat("a", "b"), chat("a", "c", tools=[{}]), "do not ask the same"),
        (chat("a", "b"), "b", "are the same"),
        (chat("a"), "b", "The preferred example is no chat"),
        (chat("a", "b"), chat("a"), "The rejected example is no chat"),
        (None, "b", "The preferred example is no chat"),
        (chat("a", "b"), None, "The rejected example is no chat"),
    ],
)
def test_what_is_no_preference_is_told_why(preferred: Any, rejected: Any, reason: str) -> None:
    outcome = preference_of(preferred, rejected)
    assert isinstance(outcome, Unconverted) and reason in outcome.reason


@given(first=CHAT | mutated() | JSON, second=CHAT | mutated() | JSON)
def test_whatever_is_given_an_outcome_comes_out(first: Any, second: Any) -> None:
    for outcome in (
        preference_of(first, second),
        preference_to_chat(first),
        compared_to_preference({"prompt": first, "chosen": second, "rejected": first}),
        compared_to_preference({"chosen": first, "rejected": second, "system": first}),
    ):
        assert isinstance(outcome, Unconverted | dict)
