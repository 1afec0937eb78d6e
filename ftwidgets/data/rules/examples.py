"""Rules about what an example holds besides its messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftwidgets.data.kinds import Kind, kind_of
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, PREFERENCE, TOOL, USER

KEYS: dict[Kind, set[str]] = {
    "chat": {"messages", "tools", "parallel_tool_calls", "functions"},
    "prompt/completion": {"prompt", "completion"},
    "preference": {"input", "preferred_output", "non_preferred_output"},
}
"""The keys that an example may have."""

Example = dict[str, Any]


@rule(
    "extra-key",
    "error",
    "example",
    fails=(CHAT | {"weight": 1}, PAIR | {"id": 7}, CHAT | PAIR, PREFERENCE | {"input": CHAT | {"id": 7}}),
    passes=(CHAT | {"tools": [TOOL], "parallel_tool_calls": False}, PAIR, PREFERENCE),
)
def extra_key(example: Example) -> Iterator[Fault]:
    """An example has a key that its format does not know.

    Why: the job would fail: OpenAI's service refuses a file for one such key.

    Notes of one's own, such as an id or a source, go into another file.
    """
    for key in sorted(set(example) - KEYS[kind_of(example)]):
        yield Fault(f"The example contains an extra key {shown(key)}.", "Remove it.", key)


@mends(extra_key, safe=True)
def _without_key(example: Example, fault: Fault) -> Mend:
    return Mend("remove the key", {key: value for key, value in example.items() if key != fault.field})


@rule(
    "messages-not-a-list",
    "error",
    "example",
    fails=({"messages": None}, {"messages": "Hello"}, {"messages": {"0": USER}}, {"messages": ANSWER}),
    passes=CHAT,
)
def messages_not_a_list(example: Example) -> Iterator[Fault]:
    """An example's messages are not a list.

    Why: the job would fail: a conversation is a list of messages, in their order.
    """
    messages = example.get("messages", [])
    if not isinstance(messages, list):
        yield Fault(f"'messages' is {shown(messages)}, not a list.", "Give a list of messages.", "messages")


@mends(messages_not_a_list, safe=True)
def _in_a_list(example: Example, fault: Fault) -> Mend | None:
    messages = example["messages"]
    if isinstance(messages, dict) and "role" in messages:
        return Mend("make it a list of this one message", example | {"messages": [messages]})
    return None


@rule("messages-empty", "error", "example", fails={"messages": []}, passes=CHAT)
def messages_empty(example: Example) -> Iterator[Fault]:
    """An example has no messages.

    Why: the job would fail: there is nothing to learn from.
    """
    if example.get("messages") == []:
        yield Fault("'messages' is empty.", "Write the conversation, or remove the example.", "messages")


@mends(messages_empty)
def _without_example(example: Example, fault: Fault) -> Mend:
    return Mend("remove the example", None)
