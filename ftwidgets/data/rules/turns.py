"""Rules about a conversation as a whole: who speaks when, and whether there is anything to learn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ftwidgets.data.rules.rule import Fault, Mend, mends, rule
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

    Why: the job would fail: nothing is left to learn.
    """
    answers = [message for message in example["messages"] if message["role"] == "assistant"]
    if answers and all(message.get("weight", 1) == 0 for message in answers):
        what = "Every assistant message has weight 0: there is nothing to learn."
        yield Fault(what, "Give one of them weight 1.", "weight")


@rule("last-not-assistant", "warning", "turns", fails=chat(USER, ANSWER, USER), passes=(CHAT, chat(USER)))
def last_not_assistant(example: Example) -> Iterator[Fault]:
    """A conversation does not end with the assistant.

    Why: what follows the last answer is read, and nothing is learned from it.
    """
    roles = [message["role"] for message in example["messages"]]
    if roles[-1] != "assistant" and "assistant" in roles:
        yield Fault(f"The last message is the {roles[-1]}'s.", "End with the assistant's answer.", "messages")


@mends(last_not_assistant)
def _without_the_rest(example: Example, fault: Fault) -> Mend | None:
    places = [n for n, message in enumerate(example["messages"]) if message["role"] == "assistant"]
    if not places:
        return None
    return Mend("remove what follows the last answer", example | {"messages": example["messages"][: places[-1] + 1]})


@rule("no-user", "warning", "turns", fails=(chat(SYSTEM, ANSWER), chat(ANSWER)), passes=CHAT)
def no_user(example: Example) -> Iterator[Fault]:
    """No message is the user's.

    Why: the model would learn to answer when nothing was asked, and when it is used something is.

    Where the model is to write freely, a short request that is always the same does better than none.
    """
    if all(message["role"] != "user" for message in example["messages"]):
        yield Fault("No message is the user's.", "Add what the assistant is asked.", "messages")


@rule(
    "weight-mixed",
    "note",
    "turns",
    fails=chat(USER, ANSWER | {"weight": 0}, USER, ANSWER),
    passes=(chat(USER, ANSWER | {"weight": 1}, USER, ANSWER), chat(USER, ANSWER | {"weight": 0})),
)
def weight_mixed(example: Example) -> Iterator[Fault]:
    """Some answers of a conversation are learned, others are only read.

    Why: it is worth knowing what a job learns: an answer of weight 0 is context, as a question is.
    """
    weights = [message.get("weight", 1) for message in example["messages"] if message["role"] == "assistant"]
    if 0 < sum(weights) < len(weights):
        what = f"{len(weights) - sum(weights)} of {len(weights)} answers have weight 0 and are only read."
        yield Fault(what, "Leave it so, or remove the weight from those that the model should learn.", "weight")


@rule(
    "system-and-developer",
    "warning",
    "turns",
    fails=chat(SYSTEM, SYSTEM | {"role": "developer"}, USER, ANSWER),
    passes=(chat(SYSTEM, USER, ANSWER), chat(SYSTEM | {"role": "developer"}, USER, ANSWER)),
)
def system_and_developer(example: Example) -> Iterator[Fault]:
    """A conversation has both a system and a developer message.

    Why: they are the old and the new name of one role; a model is used with one of them.
    """
    roles = [message["role"] for message in example["messages"]]
    if "system" in roles and "developer" in roles:
        number = 1 + max(roles.index("system"), roles.index("developer"))
        yield Fault("The conversation has a system and a developer message.", "Use one of them.", "role", number)


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
            yield Fault("The system message is not the first message.", "Put it at the beginning.", "role", number)


@mends(system_not_first)
def _system_first(example: Example, fault: Fault) -> Mend | None:
    """All at once: joined where there are several, so that one stands at the beginning."""
    messages = example["messages"]
    system = [message for message in messages if message["role"] in ("system", "developer")]
    if not all(isinstance(message.get("content"), str) for message in system):
        return None
    first = system[0] | {"content": "\n\n".join(dict.fromkeys(message["content"] for message in system))}
    rest = [message for message in messages if message["role"] not in ("system", "developer")]
    return Mend("put it at the beginning", example | {"messages": [first, *rest]})


@rule(
    "turn-repeated",
    "warning",
    "turns",
    fails=(chat(USER, USER, ANSWER), chat(USER, ANSWER, ANSWER)),
    passes=chat(USER, ANSWER, USER, ANSWER),
)
def turn_repeated(example: Example) -> Iterator[Fault]:
    """Two messages of the same speaker follow one another.

    Why: when the model is used, the two speakers take turns; here a turn may be missing.
    """
    for number, (one, after) in enumerate(pairwise(example["messages"]), 2):
        if one["role"] == after["role"] and one["role"] in ("user", "assistant"):
            what = f"Two {one['role']} messages follow one another."
            yield Fault(what, "Join them, or add what lies between.", "role", number)


@mends(turn_repeated)
def _joined(example: Example, fault: Fault) -> Mend | None:
    messages, place = example["messages"], (fault.message_index or 1) - 1
    one, after = messages[place - 1], messages[place]
    texts = [message["content"] for message in (one, after) if isinstance(message.get("content"), str)]
    if one.keys() | after.keys() != {"role", "content"} or len(texts) < 2:
        return None
    both = one | {"content": "\n\n".join(texts)}
    return Mend("join the two", example | {"messages": [*messages[: place - 1], both, *messages[place + 1 :]]})
