"""Rules about one message: who speaks, with which weight, and which keys go with whom."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CALL, CALLED, CHAT, RESULT, USER, chat
from ftwidgets.data.rules.tools import NAME

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
MESSAGE_KEYS = {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}

Message = dict[str, Any]

SPEAKERS = {"tool_calls": "assistant", "function_call": "assistant", "refusal": "assistant", "tool_call_id": "tool"}
"""Whose message a key goes with."""

OTHER_NAMES = {"human": "user", "bot": "assistant", "ai": "assistant", "gpt": "assistant", "model": "assistant"}
"""What other formats call the two who speak."""


@rule("role-missing", "error", "message", fails=chat(USER, {"content": "Hello."}, ANSWER), passes=CHAT)
def role_missing(message: Message) -> Iterator[Fault]:
    """A message does not say who speaks.

    Why: the job would fail: the role decides what the model reads and what it learns to say.
    """
    if "role" not in message:
        yield Fault("The key 'role' is missing.", "Use system, user, assistant or tool.", "role")


@rule(
    "role-unknown",
    "error",
    "message",
    fails=(
        chat({"role": "usr", "content": "a"}, ANSWER),
        chat(USER, {"role": "bot", "content": "a"}),
        chat({"role": None, "content": "a"}, ANSWER),
        chat({"role": ["user"], "content": "a"}, ANSWER),
        chat({"role": "User", "content": "a"}, ANSWER),
    ),
    passes=CHAT,
)
def role_unknown(message: Message) -> Iterator[Fault]:
    """A message has an unknown role.

    Why: the job would fail: the role decides what the model reads and what it learns to say.
    """
    role = message.get("role", "user")
    if role not in ROLES:
        yield Fault(f"{shown(role)} is not a role.", "Use system, user, assistant or tool.", "role")


@mends(role_unknown, safe=True)
def _nearest_role(message: Message, fault: Fault) -> Mend | None:
    if not isinstance(message["role"], str):
        return None
    role = message["role"][:20].strip().lower()
    near = difflib.get_close_matches(role, ROLES, 1, 0.7)
    meant = OTHER_NAMES.get(role) or (near[0] if near else None)
    return Mend(f"change to '{meant}'", message | {"role": meant}) if meant else None


@rule(
    "weight-wrong",
    "error",
    "message",
    fails=(
        chat(USER, ANSWER | {"weight": 2}, ANSWER),
        chat(USER, ANSWER | {"weight": 0.5}, ANSWER),
        chat(USER, ANSWER | {"weight": True}),
    ),
    passes=chat(USER, ANSWER | {"weight": 1}),
)
def weight_wrong(message: Message) -> Iterator[Fault]:
    """A message's weight is neither 0 nor 1.

    Why: the job would fail: a message is trained on or not, and nothing between.
    """
    weight = message.get("weight", 1)
    if weight not in (0, 1) or isinstance(weight, bool | float):
        yield Fault(f"'weight' is {shown(weight)}.", "Use 1 to train on the message or 0 to pass it over.", "weight")


@mends(weight_wrong, safe=True)
def _whole_weight(message: Message, fault: Fault) -> Mend | None:
    weight = message["weight"]
    if weight is None:
        return Mend("remove the weight", _without(message, {"weight"}))
    meant = {"1": 1, "1.0": 1, "true": 1, "0": 0, "0.0": 0, "false": 0}.get(str(weight).strip().lower())
    return None if meant is None else Mend(f"change to {meant}", message | {"weight": meant})


@rule("weight-out-of-place", "error", "message", fails=chat(USER | {"weight": 1}, ANSWER), passes=CHAT)
def weight_out_of_place(message: Message) -> Iterator[Fault]:
    """A message that is not the assistant's has a weight.

    Why: the job would fail: only what the assistant says is trained on.
    """
    if "weight" in message and message.get("role") != "assistant":
        yield Fault(
            f"'weight' is {shown(message['weight'])}, and only an assistant message has one.", "Remove it.", "weight"
        )


@mends(weight_out_of_place, safe=True)
def _without_weight(message: Message, fault: Fault) -> Mend:
    return Mend("remove the weight", _without(message, {"weight"}))


def _without(message: Message, keys: set[str]) -> Message:
    return {key: value for key, value in message.items() if key not in keys}


@rule("key-unknown", "warning", "message", fails=chat(USER | {"date": "today"}, ANSWER), passes=CHAT)
def key_unknown(message: Message) -> Iterator[Fault]:
    """A message has an unknown key.

    Why: the local model ignores it; OpenAI's service may refuse the file.
    """
    extra = sorted(set(message) - MESSAGE_KEYS)
    if extra:
        yield Fault(f"The message has an unknown key {shown(extra[0])}.", "Remove it.", extra[0])


@mends(key_unknown, safe=True)
def _without_unknown(message: Message, fault: Fault) -> Mend:
    return Mend("remove the key", {key: value for key, value in message.items() if key in MESSAGE_KEYS})


@rule(
    "key-out-of-place",
    "warning",
    "message",
    fails=(chat(USER | {"tool_calls": [CALL]}, ANSWER), chat(USER, ANSWER | {"tool_call_id": "call_1"})),
    passes=chat(USER, CALLED, RESULT, ANSWER),
)
def key_out_of_place(message: Message) -> Iterator[Fault]:
    """A message has a key that goes with another speaker.

    Why: the local model reads a call whoever makes it; OpenAI's service would refuse the file.

    Calls and refusals belong to the assistant, the id of a call to a tool.
    """
    role = message.get("role")
    for key, speaker in SPEAKERS.items():
        if role in ROLES and role != speaker and message.get(key) is not None:
            yield Fault(
                f"A message of role {role} has '{key}', which only one of role {speaker} has.", "Remove it.", key
            )


@mends(key_out_of_place)
def _in_place(message: Message, fault: Fault) -> Mend | None:
    keys = {key for key, speaker in SPEAKERS.items() if message["role"] != speaker}
    return Mend("remove the key", _without(message, keys)) if message.get("content") is not None else None


@rule(
    "name-odd",
    "warning",
    "message",
    fails=(
        chat(USER | {"name": 5}, ANSWER),
        chat(USER | {"name": "Ann Lee"}, ANSWER),
        chat(USER | {"name": ""}, ANSWER),
    ),
    passes=chat(USER | {"name": "Ann-Lee_2"}, ANSWER),
)
def name_odd(message: Message) -> Iterator[Fault]:
    """A speaker's name is not one that OpenAI's API takes.

    Why: the local model ignores names; OpenAI's service may refuse the file.

    A name has 1 to 64 letters, digits, underscores and hyphens.
    """
    name = message.get("name", "a")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield Fault(
            f"'name' is {shown(name)}, which OpenAI's API does not take.",
            "Use up to 64 letters, digits, _ and -, or remove it.",
            "name",
        )


@mends(name_odd)
def _plain_name(message: Message, fault: Fault) -> Mend:
    name = message["name"]
    plain = re.sub(r"[^a-zA-Z0-9_-]+", "_", name.strip())[:64] if isinstance(name, str) else ""
    if not plain.strip("_"):
        return Mend("remove the name", _without(message, {"name"}))
    return Mend(f"change to '{plain}'", message | {"name": plain})


@rule(
    "refusal-not-text",
    "warning",
    "message",
    fails=(chat(USER, ANSWER | {"refusal": False}), chat(USER, ANSWER | {"refusal": ["no"]})),
    passes=(chat(USER, ANSWER | {"refusal": None}), chat(USER, ANSWER | {"refusal": "I cannot help with that."})),
)
def refusal_not_text(message: Message) -> Iterator[Fault]:
    """A refusal is not a text.

    Why: the local model learns from the content alone; OpenAI's service would refuse the file.
    """
    refusal = message.get("refusal")
    if refusal is not None and not isinstance(refusal, str):
        yield Fault(
            f"'refusal' is {shown(refusal)}, not a text.",
            "Write the words of the refusal, or remove the key.",
            "refusal",
        )


@mends(refusal_not_text, safe=True)
def _without_refusal(message: Message, fault: Fault) -> Mend | None:
    return None if message["refusal"] else Mend("remove the key", _without(message, {"refusal"}))


@rule("message-not-an-object", "error", "item", fails=(chat("Hello", ANSWER), chat(USER, None)), passes=CHAT)
def message_not_an_object(message: Any) -> Iterator[Fault]:
    """A message is not an object.

    Why: the job would fail: a message has a role and a content.
    """
    if not isinstance(message, dict):
        yield Fault(f"The message is {shown(message)}, not an object.", 'Write {"role": ..., "content": ...}.')
