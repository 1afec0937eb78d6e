"""Conversations count as the cookbook counts them, and the ones it stops at count too."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.chat_tokens import chat_tokens
from ftwidgets.data.encoding import encoding

ENCODING = encoding("o200k_base")

words = st.text("ab é中!", max_size=8)
message = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant"]), "content": words}, optional={"name": words}
)


def by_the_cookbook(messages: list[dict[str, str]]) -> tuple[int, int]:
    total = 3 * len(messages) + sum("name" in one for one in messages) + 3
    total += sum(ENCODING.count(value) for one in messages for value in one.values())
    return total, sum(ENCODING.count(one["content"]) for one in messages if one["role"] == "assistant")


@given(st.lists(st.lists(message, max_size=4), max_size=4))
def test_every_conversation_counts_as_in_the_cookbook(conversations: list[list[dict[str, str]]]) -> None:
    counted = chat_tokens(conversations, ENCODING)
    assert list(zip(counted.total.tolist(), counted.assistant.tolist(), strict=True)) == [
        by_the_cookbook(messages) for messages in conversations
    ]


def test_what_is_not_a_string_counts_nothing() -> None:
    said: dict[str, Any] = {
        "role": "assistant",
        "content": "Yes <|endoftext|>",
        "weight": 0,
        "tool_calls": [{"id": "a"}],
    }
    other = {"role": "assistant", "content": None}
    counted = chat_tokens([[said], [other], []], ENCODING)
    text = ENCODING.count("Yes <|endoftext|>")
    assert counted.assistant.tolist() == [text, 0, 0]
    assert counted.total.tolist() == [3 + 3 + 1 + text, 3 + 3 + 1, 3]
