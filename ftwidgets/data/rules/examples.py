"""Rules about what an example holds besides its messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftwidgets.data.kinds import Kind, kind_of
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, TOOL, USER, chat

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
    fails=(CHAT | {"weight": 1}, PAIR | {"id": 7}, CHAT | PAIR),
    passes=(CHAT | {"tools": [TOOL], "parallel_tool_calls": False}, PAIR),
)
def extra_key(example: Example) -> Iterator[Fault]:
    """An example has a key that its format does not know.

    Why: the job would fail: OpenAI's service refuses a file for one such key.
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
    fails=({"messages": []}, {"messages": None}, {"messages": "Hello"}, {"messages": {"0": USER}}),
    passes=CHAT,
)
def messages_not_a_list(example: Example) -> Iterator[Fault]:
    """An example's messages are not a list, or an empty one.

    Why: the job would fail: there is nothing to learn from.
    """
    messages = example.get("messages", [USER])
    if not isinstance(messages, list) or not messages:
        what = "empty" if messages == [] else f"{shown(messages)}, not a list"
        yield Fault(f"'messages' is {what}.", "Give a list of messages.", "messages")


@rule(
    "tools-not-a-list",
    "error",
    "example",
    fails=(chat(USER, ANSWER, tools={}), chat(USER, ANSWER, functions="f")),
    passes=(chat(USER, ANSWER, tools=[]), chat(USER, ANSWER, functions=[])),
)
def tools_not_a_list(example: Example) -> Iterator[Fault]:
    """An example's tools are not a list.

    Why: the job would fail: the definitions of the tools cannot be read.
    """
    for key in ("tools", "functions"):
        if not isinstance(example.get(key, []), list):
            yield Fault(f"'{key}' is {shown(example[key])}, not a list.", "Give a list of definitions.", key)


@rule(
    "parallel-not-boolean",
    "error",
    "example",
    fails=chat(USER, ANSWER, parallel_tool_calls="yes"),
    passes=chat(USER, ANSWER, parallel_tool_calls=True),
)
def parallel_not_boolean(example: Example) -> Iterator[Fault]:
    """`parallel_tool_calls` is neither true nor false.

    Why: the job would fail: whether several tools may be called at once is a yes or a no.
    """
    value = example.get("parallel_tool_calls", True)
    if not isinstance(value, bool):
        yield Fault(f"'parallel_tool_calls' is {shown(value)}.", "Use true or false.", "parallel_tool_calls")
