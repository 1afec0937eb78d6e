"""Rules about a conversation as a whole: who speaks when, and whether there is anything to learn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ftwidgets.data.rules.rule import Fault, rule
from ftwidgets.data.rules.samples import ANSWER, CHAT, SYSTEM, USER, chat

Example = dict[str, Any]


@rule("no-assistant", "error", "turns", fails=chat(USER), passes=CHAT)
def no_assistant(example: Example) -> Iterator[Fault]:
    """No message is the assistant's.

    Why: the job would fail: only what the assistant says is learned.
    """
    if all(message["role"] != "assistant" for message in example["messages"]):
        yield Fault("No message is the assistant's: there is nothing to learn.", "Add the answer.", "messages")


@rule(
    "nothing-trained",
    "error",
    "turns",
    fails=chat(USER, ANSWER | {"weight": 0}, USER, ANSWER | {"weight": 0}),
    passes=chat(USER, ANSWER | {"weight": 0}, USER, ANSWER),
)
def nothing_trained(example: Example) -> Iterator[Fault]:
    """Every assistant message has the weight 0.

    Why: the job would fail: all that could be learned is passed over.
    """
    answers = [message for message in example["messages"] if message["role"] == "assistant"]
    if answers and all(message.get("weight", 1) == 0 for message in answers):
        what = "Every assistant message has weight 0: there is nothing to learn."
        yield Fault(what, "Give one of them weight 1.", "weight")


@rule("last-not-assistant", "warning", "turns", fails=chat(USER, ANSWER, USER), passes=CHAT)
def last_not_assistant(example: Example) -> Iterator[Fault]:
    """A conversation does not end with the assistant.

    Why: what follows the last answer is read, and nothing is learned from it.
    """
    role = example["messages"][-1]["role"]
    if role != "assistant":
        yield Fault(f"The last message is the {role}'s.", "End with the assistant's answer.", "messages")


@rule(
    "system-not-first",
    "warning",
    "turns",
    fails=(chat(USER, SYSTEM, ANSWER), chat(USER, SYSTEM | {"role": "developer"}, ANSWER)),
    passes=chat(SYSTEM | {"role": "developer"}, USER, ANSWER),
)
def system_not_first(example: Example) -> Iterator[Fault]:
    """A system message stands within the conversation.

    Why: when the model is used, the system message comes first; it would learn from what it never sees again.
    """
    for number, message in enumerate(example["messages"][1:], 2):
        if message["role"] in ("system", "developer"):
            yield Fault("A system message is not the first.", "Put it at the beginning.", "role", number)


@rule(
    "turn-repeated",
    "warning",
    "turns",
    fails=(chat(USER, USER, ANSWER), chat(USER, ANSWER, ANSWER)),
    passes=chat(USER, ANSWER, USER, ANSWER),
)
def turn_repeated(example: Example) -> Iterator[Fault]:
    """Two messages of the same speaker follow one another.

    Why: chats alternate when the model is used; here a turn may be missing.
    """
    for number, (one, after) in enumerate(pairwise(example["messages"]), 2):
        if one["role"] == after["role"] and one["role"] in ("user", "assistant"):
            what = f"Two {one['role']} messages follow one another."
            yield Fault(what, "Join them, or add what lies between.", "role", number)
