"""The format rules of chat examples: each a small function, over an example or over one of its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from ftwidgets.data.findings import Finding, Level

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
EXAMPLE_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
MESSAGE_KEYS = {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}
PART_TYPES = ("text", "image_url")


class Fault(NamedTuple):
    """What a rule found: the field, what is wrong with its value, and the remedy."""

    field: str | None
    message: str
    remedy: str


Message = dict[str, Any]
MessageRule = Callable[[Message], Fault | None]
ExampleRule = Callable[[list[Message]], Fault | None]

MESSAGE_RULES: list[tuple[str, Level, MessageRule]] = []
EXAMPLE_RULES: list[tuple[str, Level, ExampleRule]] = []


def _message_rule(name: str, level: Level) -> Callable[[MessageRule], MessageRule]:
    def keep(rule: MessageRule) -> MessageRule:
        MESSAGE_RULES.append((name, level, rule))
        return rule

    return keep


def _example_rule(name: str, level: Level) -> Callable[[ExampleRule], ExampleRule]:
    def keep(rule: ExampleRule) -> ExampleRule:
        EXAMPLE_RULES.append((name, level, rule))
        return rule

    return keep


def findings(line: int, example: dict[str, Any]) -> Iterator[Finding]:
    """The faults of one chat example."""
    for key in sorted(set(example) - EXAMPLE_KEYS):
        yield Finding(
            "extra-key", "error", line, None, key, f"The example contains an extra key {key!r:.40}.", "Remove it.", True
        )
    yield from _settings(line, example)
    messages = example["messages"]
    if not isinstance(messages, list) or not messages:
        what = "empty" if messages == [] else f"{messages!r:.40}, not a list"
        yield Finding(
            "messages-not-a-list", "error", line, None, "messages", f"'messages' is {what}.", "Give a list of messages."
        )
        return
    sound = True
    for index, message in enumerate(messages, 1):
        for finding in _message_findings(line, index, message):
            sound = sound and finding.level != "error"
            yield finding
    if sound:  # the rules over a whole example take its messages to be well-formed
        for name, level, rule in EXAMPLE_RULES:
            if fault := rule(messages):
                yield Finding(name, level, line, None, *fault)


def _settings(line: int, example: dict[str, Any]) -> Iterator[Finding]:
    for key in ("tools", "functions"):
        if not isinstance(example.get(key, []), list):
            yield Finding(
                f"{key}-not-a-list",
                "error",
                line,
                None,
                key,
                f"'{key}' is {example[key]!r:.40}, not a list.",
                "Give a list of definitions.",
            )
    if not isinstance(example.get("parallel_tool_calls", True), bool):
        value = example["parallel_tool_calls"]
        yield Finding(
            "parallel-not-boolean",
            "error",
            line,
            None,
            "parallel_tool_calls",
            f"It is {value!r:.40}.",
            "Use true or false.",
        )


def _message_findings(line: int, index: int, message: Any) -> Iterator[Finding]:
    if not isinstance(message, dict):
        remedy = 'Write {"role": ..., "content": ...}.'
        yield Finding(
            "message-not-an-object",
            "error",
            line,
            index,
            None,
            f"The message is {message!r:.40}, not an object.",
            remedy,
        )
        return
    for name, level, rule in MESSAGE_RULES:
        if fault := rule(message):
            yield Finding(name, level, line, index, *fault)


@_message_rule("role-missing", "error")
def _role_missing(message: Message) -> Fault | None:
    return (
        None
        if "role" in message
        else Fault("role", "The key 'role' is missing.", "Use system, user, assistant or tool.")
    )


@_message_rule("role-unknown", "error")
def _role_unknown(message: Message) -> Fault | None:
    role = message.get("role", "user")
    return (
        None if role in ROLES else Fault("role", f"{role!r:.40} is not a role.", "Use system, user, assistant or tool.")
    )


@_message_rule("content-missing", "error")
def _content_missing(message: Message) -> Fault | None:
    if message.get("content") is not None or message.get("tool_calls") or message.get("function_call"):
        return None
    what = "'content' is null." if "content" in message else "The key 'content' is missing."
    return Fault("content", what, "Give the message's text.")


@_message_rule("content-not-text", "error")
def _content_not_text(message: Message) -> Fault | None:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return None
    if isinstance(content, list):
        return (
            None
            if content and all(_is_part(part) for part in content)
            else Fault("content", "A content part is malformed.", _PART)
        )
    return Fault("content", f"'content' is {content!r:.40}, not a text.", "Put it in quotation marks.")


_PART = 'A part is {"type": "text", "text": "..."}.'


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or part.get("type") not in PART_TYPES:
        return False
    return part["type"] != "text" or isinstance(part.get("text"), str)


@_message_rule("image", "error")
def _image(message: Message) -> Fault | None:
    content = message.get("content")
    images = isinstance(content, list) and any(
        isinstance(part, dict) and part.get("type") == "image_url" for part in content
    )
    return (
        Fault("content", "The message holds an image.", "The local model reads text only: remove the image.")
        if images
        else None
    )


@_message_rule("weight-wrong", "error")
def _weight_wrong(message: Message) -> Fault | None:
    weight = message.get("weight", 1)
    sound = weight in (0, 1) and not isinstance(weight, bool | float)
    return (
        None
        if sound
        else Fault("weight", f"'weight' is {weight!r:.40}.", "Use 1 to train on the message or 0 to pass it over.")
    )


@_message_rule("weight-out-of-place", "error")
def _weight_out_of_place(message: Message) -> Fault | None:
    misplaced = "weight" in message and message.get("role") != "assistant"
    return Fault("weight", "Only an assistant's message has a 'weight'.", "Remove it.") if misplaced else None


@_message_rule("calls-malformed", "error")
def _calls_malformed(message: Message) -> Fault | None:
    calls = message.get("tool_calls") or []
    sound = isinstance(calls, list) and all(
        isinstance(call, dict) and isinstance(call.get("function"), dict) for call in calls
    )
    sound = sound and isinstance(message.get("function_call") or {}, dict)
    remedy = 'A call is {"id": "...", "type": "function", "function": {"name": "...", "arguments": "..."}}.'
    return None if sound else Fault("tool_calls", "A tool call is malformed.", remedy)


@_message_rule("key-unknown", "warning")
def _key_unknown(message: Message) -> Fault | None:
    extra = sorted(set(message) - MESSAGE_KEYS)
    return Fault(extra[0], f"The message has an unknown key {extra[0]!r:.40}.", "Remove it.") if extra else None


@_message_rule("content-blank", "warning")
def _content_blank(message: Message) -> Fault | None:
    content = message.get("content")
    blank = isinstance(content, str) and not content.strip() and not message.get("tool_calls")
    return Fault("content", "The message is blank.", "Write its text, or remove the example.") if blank else None


@_example_rule("no-assistant", "error")
def _no_assistant(messages: list[Message]) -> Fault | None:
    has = any(message["role"] == "assistant" for message in messages)
    return (
        None
        if has
        else Fault("messages", "No message is the assistant's: there is nothing to learn.", "Add the answer.")
    )


@_example_rule("nothing-trained", "error")
def _nothing_trained(messages: list[Message]) -> Fault | None:
    answers = [message for message in messages if message["role"] == "assistant"]
    all_off = bool(answers) and all(message.get("weight", 1) == 0 for message in answers)
    return (
        Fault(
            "weight", "Every assistant message has weight 0: there is nothing to learn.", "Give one of them weight 1."
        )
        if all_off
        else None
    )


@_example_rule("last-not-assistant", "warning")
def _last_not_assistant(messages: list[Message]) -> Fault | None:
    role = messages[-1]["role"]
    return (
        None
        if role == "assistant"
        else Fault("messages", f"The last message is the {role}'s.", "End with the assistant's answer.")
    )


@_example_rule("system-not-first", "warning")
def _system_not_first(messages: list[Message]) -> Fault | None:
    late = any(message["role"] in ("system", "developer") for message in messages[1:])
    return Fault("messages", "A system message is not the first.", "Put it at the beginning.") if late else None


@_example_rule("turn-repeated", "warning")
def _turn_repeated(messages: list[Message]) -> Fault | None:
    for one, next_one in pairwise(messages):
        if one["role"] == next_one["role"] and one["role"] in ("user", "assistant"):
            return Fault(
                "messages", f"Two {one['role']} messages follow one another.", "Join them, or add what lies between."
            )
    return None
