"""What others call a training example, as chats: ShareGPT, Alpaca, comparisons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import check, load
from ftwidgets.data.conversion import Unconverted, alpaca_to_chat, chat_of, layout_of, sharegpt_to_chat
from ftwidgets.data.conversion.layout import _WAYS
from ftwidgets.data.conversion.sharegpt import ROLE_OF
from tests.data.examples import JSON, TEXT, mutated

TURN = st.dictionaries(
    st.sampled_from(["from", "role", "value", "content", "weight"]), st.sampled_from(sorted(ROLE_OF)) | JSON, max_size=4
)
KEYS = st.sampled_from(
    ["conversations", "system", "tools", "instruction", "input", "output", "history", "prompt", "chosen", "rejected",
     "preferred_output", "non_preferred_output", "completion"]
)  # fmt: skip
ODD = st.dictionaries(KEYS, JSON | st.lists(TURN, max_size=3) | st.fixed_dictionaries({"messages": st.lists(TURN)}))


def turns(*said: tuple[str, str]) -> list[dict[str, str]]:
    return [{"from": speaker, "value": text} for speaker, text in said]


def messages(*said: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": text} for role, text in said]}


@pytest.mark.parametrize(
    ("example", "layout", "chat"),
    [
        (
            {"id": "1", "conversations": turns(("system", "s"), ("human", "a"), ("gpt", "b"))},
            "ShareGPT",
            messages(("system", "s"), ("user", "a"), ("assistant", "b")),
        ),
        (
            {"system": "s", "conversation": [{"role": "User", "content": "a"}, {"speaker": "bing", "text": "b"}]},
            "ShareGPT",
            messages(("system", "s"), ("user", "a"), ("assistant", "b")),
        ),
        (
            {"instruction": "Add.", "input": "1 + 1", "output": 2},
            "Alpaca",
            messages(("user", "Add.\n\n1 + 1"), ("assistant", "2")),
        ),
        (
            {"instruction": "a", "input": None, "output": "b", "system": "s", "history": [["c", "d"]]},
            "Alpaca",
            messages(("system", "s"), ("user", "c"), ("assistant", "d"), ("user", "a"), ("assistant", "b")),
        ),
        ({"prompt": "a ->", "completion": " b END"}, "prompt/completion", messages(("user", "a"), ("assistant", "b"))),
        (
            {"prompt": "a", "chosen": "b", "rejected": "c"},
            "chosen/rejected",
            messages(("user", "a"), ("assistant", "b")),
        ),
        (messages(("user", "a"), ("assistant", "b")), "chat", messages(("user", "a"), ("assistant", "b"))),
    ],
)
def test_each_layout_is_known_and_becomes_a_chat(example: Any, layout: str, chat: Any) -> None:
    assert layout_of(example) == layout
    assert chat_of(example) == chat


def test_a_function_that_is_called_becomes_a_tool_call_with_its_answer() -> None:
    call = '{"name": "add", "arguments": {"a": 1}}'
    example = {
        "conversations": turns(("human", "1?"), ("function_call", call), ("observation", "2"), ("gpt", "It is 2.")),
        "tools": '[{"name": "add", "parameters": {"type": "object", "properties": {}}}]',
    }
    chat: Any = sharegpt_to_chat(example)
    _, asked, answered, last = chat["messages"]
    assert asked["content"] is None
    assert asked["tool_calls"][0]["function"] == {"name": "add", "arguments": '{"a":1}'}
    assert answered == {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": "2"}
    assert last == {"role": "assistant", "content": "It is 2."}
    assert chat["tools"][0]["function"]["name"] == "add"
    assert not check(load([chat] * 10)).errors


def test_the_weight_of_a_turn_is_kept() -> None:
    example = {"conversations": [*turns(("human", "a")), {"from": "gpt", "value": "b", "weight": 0}]}
    chat: Any = sharegpt_to_chat(example)
    assert chat["messages"][1]["weight"] == 0


@pytest.mark.parametrize(
    ("example", "reason"),
    [
        ({"conversations": turns(("human", "a"))}, "The assistant says nothing in it."),
        ({"conversations": turns(("alien", "a"))}, "Turn 1 is said by 'alien', whom we do not know."),
        ({"conversations": [{"from": "gpt", "value": None}]}, "Turn 1 says nothing that is a text."),
        ({"conversations": ["a"]}, "Turn 1 is 'a', not an object."),
        ({"conversations": turns(("tool", "a"))}, "Turn 1 is a tool's answer, but the turn before it calls none."),
        ({"conversations": turns(("function_call", "a"))}, "Turn 1 calls a function, but is no JSON with its name."),
        ({"instruction": None, "output": "a"}, "'instruction' is None, not a text."),
        ({"instruction": "a", "output": {}}, "'output' is {}, not a text."),
        ({"instruction": "a", "input": [1], "output": "b"}, "'input' is [1], not a text."),
        ({"instruction": "a", "output": "b", "history": ["c"]}, "'history' is ['c'], not a list of questions"),
        ({"question": "a", "answer": "b"}, "a layout that we do not know"),
        (42, "a layout that we do not know"),
    ],
)
def test_what_cannot_be_a_chat_is_told_why(example: Any, reason: str) -> None:
    outcome = chat_of(example)
    assert isinstance(outcome, Unconverted) and reason in outcome.reason


@given(said=st.lists(st.tuples(st.sampled_from(["human", "gpt"]), TEXT), min_size=1))
def test_no_turn_is_lost_and_none_is_changed(said: list[tuple[str, str]]) -> None:
    chat: Any = sharegpt_to_chat({"conversations": turns(*said)})
    if any(speaker == "gpt" for speaker, _ in said):
        assert [(message["role"], message["content"]) for message in chat["messages"]] == [
            ("user" if speaker == "human" else "assistant", text) for speaker, text in said
        ]
    else:
        assert isinstance(chat, Unconverted)


@given(instruction=TEXT, given_=TEXT, output=TEXT)
def test_the_texts_of_an_alpaca_record_are_all_there(instruction: str, given_: str, output: str) -> None:
    chat: Any = alpaca_to_chat({"instruction": instruction, "input": given_, "output": output})
    asked, answered = (message["content"] for message in chat["messages"])
    assert answered == output
    assert all(part in asked for part in (instruction, given_) if part.strip())


@given(example=ODD | mutated() | JSON)
def test_whatever_is_given_an_outcome_comes_out(example: Any) -> None:
    for way in (chat_of, *_WAYS.values()):
        outcome = way(example)
        assert outcome.reason.endswith(".") if isinstance(outcome, Unconverted) else isinstance(outcome, dict)
