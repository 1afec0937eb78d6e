"""Rules about one message: who speaks, and what stands where the text should be."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CALL, CALLED, CHAT, RESULT, USER, chat

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
MESSAGE_KEYS = {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}
PART_TYPES = ("text", "image_url")

Message = dict[str, Any]

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
    """A message has a role that there is not.

    Why: the job would fail: the role decides what the model reads and what it learns to say.
    """
    role = message.get("role", "user")
    if role not in ROLES:
        yield Fault(f"{shown(role)} is not a role.", "Use system, user, assistant or tool.", "role")


@mends(role_unknown, safe=True)
def _nearest_role(message: Message, fault: Fault) -> Mend | None:
    role = str(message["role"]).strip().lower()
    near = difflib.get_close_matches(role, ROLES, 1, 0.7)
    meant = OTHER_NAMES.get(role) or (near[0] if near else None)
    return Mend(f"change to '{meant}'", message | {"role": meant}) if meant else None


@rule(
    "content-missing",
    "error",
    "message",
    fails=(
        chat({"role": "user"}, ANSWER),
        chat(USER, {"role": "assistant", "content": None}),
        chat(USER, {"role": "assistant", "tool_calls": []}),
    ),
    passes=(chat(USER, CALLED, RESULT, ANSWER), chat(USER, {"role": "assistant", "function_call": CALL["function"]})),
)
def content_missing(message: Message) -> Iterator[Fault]:
    """A message has no content, and calls no tool.

    Why: the job would fail: there is nothing to read, and nothing to learn.
    """
    if message.get("content") is None and not message.get("tool_calls") and not message.get("function_call"):
        what = "'content' is null." if "content" in message else "The key 'content' is missing."
        yield Fault(what, "Give the message's text.", "content")


@rule(
    "content-not-text",
    "error",
    "message",
    fails=(
        chat({"role": "user", "content": 5}, ANSWER),
        chat({"role": "user", "content": {}}, ANSWER),
        chat({"role": "user", "content": []}, ANSWER),
        chat({"role": "user", "content": ["a"]}, ANSWER),
        chat({"role": "user", "content": [{"type": "text"}]}, ANSWER),
    ),
    passes=chat({"role": "user", "content": [{"type": "text", "text": "a"}]}, ANSWER),
)
def content_not_text(message: Message) -> Iterator[Fault]:
    """A message's content is neither a text nor a list of parts.

    Why: the job would fail: a number or an object cannot be read as text.
    """
    content = message.get("content")
    if isinstance(content, list):
        if not content or not all(_is_part(part) for part in content):
            yield Fault("A content part is malformed.", 'A part is {"type": "text", "text": "..."}.', "content")
    elif content is not None and not isinstance(content, str):
        yield Fault(f"'content' is {shown(content)}, not a text.", "Put it in quotation marks.", "content")


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or part.get("type") not in PART_TYPES:
        return False
    return part["type"] != "text" or isinstance(part.get("text"), str)


@rule(
    "image",
    "error",
    "message",
    fails=chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}, ANSWER),
    passes=CHAT,
)
def image(message: Message) -> Iterator[Fault]:
    """A message holds an image.

    Why: the job would fail here: the local model reads text only.
    """
    content = message.get("content")
    if isinstance(content, list) and any(isinstance(one, dict) and one.get("type") == "image_url" for one in content):
        yield Fault("The message holds an image.", "The local model reads text only: remove the image.", "content")


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

    Why: the job would fail: a message is trained on or passed over, and nothing between.
    """
    weight = message.get("weight", 1)
    if weight not in (0, 1) or isinstance(weight, bool | float):
        yield Fault(f"'weight' is {shown(weight)}.", "Use 1 to train on the message or 0 to pass it over.", "weight")


@rule("weight-out-of-place", "error", "message", fails=chat(USER | {"weight": 1}, ANSWER), passes=CHAT)
def weight_out_of_place(message: Message) -> Iterator[Fault]:
    """A message that is not the assistant's has a weight.

    Why: the job would fail: only what the assistant says is trained on.
    """
    if "weight" in message and message.get("role") != "assistant":
        yield Fault("Only an assistant's message has a 'weight'.", "Remove it.", "weight")


@rule("key-unknown", "warning", "message", fails=chat(USER | {"date": "today"}, ANSWER), passes=CHAT)
def key_unknown(message: Message) -> Iterator[Fault]:
    """A message has a key that it is not known to have.

    Why: the local model passes it over; OpenAI's service may refuse the file.
    """
    extra = sorted(set(message) - MESSAGE_KEYS)
    if extra:
        yield Fault(f"The message has an unknown key {shown(extra[0])}.", "Remove it.", extra[0])


@rule("content-blank", "warning", "message", fails=chat(USER, ANSWER | {"content": " \n"}), passes=CHAT)
def content_blank(message: Message) -> Iterator[Fault]:
    """A message is blank.

    Why: the model would learn to say nothing, or to answer when nothing was asked.
    """
    content = message.get("content")
    if isinstance(content, str) and not content.strip() and not message.get("tool_calls"):
        yield Fault("The message is blank.", "Write its text, or remove the example.", "content")


@rule("message-not-an-object", "error", "item", fails=(chat("Hello", ANSWER), chat(USER, None)), passes=CHAT)
def message_not_an_object(message: Any) -> Iterator[Fault]:
    """A message is not an object.

    Why: the job would fail: a message has a role and a content.
    """
    if not isinstance(message, dict):
        yield Fault(f"The message is {shown(message)}, not an object.", 'Write {"role": ..., "content": ...}.')
