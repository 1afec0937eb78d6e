"""Pairs and chats: there and back the texts are the same, and what has no place is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from ftwidgets.data import check, load
from ftwidgets.data.conversion import SEPARATORS, STOPS, Unconverted, chat_to_pair, pair_to_chat
from tests.data.examples import CHAT, JSON, PAIR, mutated


def pair(prompt: Any, completion: Any) -> dict[str, Any]:
    return {"prompt": prompt, "completion": completion}


def texts(chat: Any) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in chat["messages"]]


@given(example=PAIR)
def test_a_pair_that_became_a_chat_becomes_the_same_pair_again(example: dict[str, Any]) -> None:
    chat = pair_to_chat(example, separators=(), stops=())
    assert chat_to_pair(chat) == example | {"completion": example["completion"].removeprefix(" ")}


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("stop", STOPS)
def test_the_old_marks_are_taken_off_once(separator: str, stop: str) -> None:
    chat = pair_to_chat(pair(f"Where? ->{separator}", f"  Here END{stop}"))
    assert texts(chat) == [("user", "Where? ->"), ("assistant", " Here END")]


def test_marks_can_be_given_and_kept() -> None:
    example = pair("Where? ->", " Here. END")
    assert texts(pair_to_chat(example, separators=(), stops=())) == [("user", "Where? ->"), ("assistant", "Here. END")]
    assert texts(pair_to_chat(example, separators=("? ->",), stops=("",))) == [
        ("user", "Where"),
        ("assistant", "Here. END"),
    ]


def test_a_system_text_is_put_before_and_back_into_the_prompt() -> None:
    chat = pair_to_chat(pair("Where?", " Here."), "Be short.")
    assert texts(chat) == [("system", "Be short."), ("user", "Where?"), ("assistant", "Here.")]
    assert chat_to_pair(chat) == pair("Be short.\n\nWhere?", "Here.")


def test_what_comes_out_is_sound() -> None:
    rows = [pair_to_chat(pair(f"{n}?", f" {n}!"), "Count.") for n in range(10)]
    assert not check(load(rows)).errors  # type: ignore[arg-type]


USER, ANSWER = {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}


@pytest.mark.parametrize(
    ("chat", "reason"),
    [
        ({"messages": [USER, ANSWER, USER, ANSWER]}, "here speak: user, assistant, user, assistant."),
        ({"messages": [USER]}, "here speak: user."),
        ({"messages": []}, "here speak: nobody."),
        ({"messages": [USER, ANSWER], "tools": [{}]}, "offers tools"),
        ({"messages": [USER, ANSWER | {"tool_calls": [{}]}]}, "calls a tool"),
        ({"messages": [USER, ANSWER | {"weight": 0}]}, "weight 0"),
        ({"messages": [USER | {"content": [{"type": "image_url"}]}, ANSWER]}, "Message 1 is not a text."),
        ({"messages": "a"}, "no list of messages"),
        (None, "no list of messages"),
    ],
)
def test_a_chat_that_is_no_pair_is_told_why(chat: Any, reason: str) -> None:
    outcome = chat_to_pair(chat)
    assert isinstance(outcome, Unconverted) and reason in outcome.reason


@given(example=CHAT | PAIR | mutated() | JSON)
def test_whatever_is_given_an_outcome_comes_out(example: Any) -> None:
    for outcome in (pair_to_chat(example), chat_to_pair(example)):
        assert outcome.reason.endswith(".") if isinstance(outcome, Unconverted) else outcome
