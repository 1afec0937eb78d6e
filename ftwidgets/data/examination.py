"""One row held against the rules about rows, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ftwidgets.data.changes.mending import LISTS, part_of
from ftwidgets.data.diagnosis import diagnosed
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row
from ftwidgets.data.rules import RULES, Fault, Rule
from ftwidgets.data.rules.rule import Scope
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.terms import Terms
from ftwidgets.data.texts import texts_of

Found = tuple[Rule, Fault]

PLAIN = ("user", "assistant")


@cache
def rules_of(scope: Scope) -> tuple[Rule, ...]:
    """The rules that are given the same, in their order."""
    return tuple(rule for rule in RULES.values() if rule.scope == scope)


def examined(row: Row, terms: Terms, *, texts: bool = True) -> Iterator[Found]:
    """What the rules find in one row: first about its format; where that has no error, about its `texts` too."""
    sound = True
    for found in _format(row, terms):
        sound = sound and found[0].level != "error"
        yield found
    if sound and texts:
        yield from text_findings(row.value)


def _format(row: Row, terms: Terms) -> Iterator[Found]:
    if row.fault is not None:
        rule = RULES[diagnosed(row.raw).cause]
        yield from ((rule, fault) for fault in rule.find(row))
        return
    wrong = [(rule, fault) for rule in rules_of("row") for fault in rule.find(row, terms)]
    yield from wrong
    if any(rule.level == "error" for rule, _ in wrong):
        return
    yield from _of("example", row.value)
    kind = kind_of(row.value)
    if kind == "chat":
        yield from _chat(row.value)
    elif kind == "prompt/completion":
        yield from _of("pair", row.value)
    else:
        yield from _preference(row.value)


def _of(scope: Scope, value: Any) -> Iterator[Found]:
    return ((rule, fault) for rule in rules_of(scope) for fault in rule.find(value))


def _preference(example: dict[str, Any]) -> Iterator[Found]:
    """The input is held against the rules about chats; the field of what is found says in which part it is."""
    yield from _of("preference", example)
    if kind_of(example.get("input")) == "chat":
        yield from _within("input", _of("example", example["input"]))
    for name, path in LISTS.items():
        messages = part_of(example, path)
        if isinstance(messages, list):
            yield from _within(name, message_findings(messages))


def _within(name: str, found: Iterable[Found]) -> Iterator[Found]:
    for rule, fault in found:
        yield rule, fault._replace(field=f"{name}.{fault.field}" if fault.field else name)


def _chat(example: dict[str, Any]) -> Iterator[Found]:
    messages = example["messages"]
    if not isinstance(messages, list) or not messages:
        return
    sound = True
    for found in message_findings(messages):
        sound = sound and found[0].level != "error"
        yield found
    if sound:  # the rules about turns take the messages to be well-formed
        yield from _of("turns", example)


def message_findings(messages: list[Any]) -> Iterator[Found]:
    """What the rules about messages find in each of these."""
    for number, message in enumerate(messages, 1):
        if is_plain_message(message):
            continue
        for rule in rules_of("message" if isinstance(message, dict) else "item"):
            for fault in rule.find(message):
                yield rule, fault._replace(message_index=number)


def text_findings(example: dict[str, Any]) -> Iterator[Found]:
    """What the rules about texts find in an example without an error."""
    said = list(texts_of(example))
    for number, speaker, text in said:
        for n in _hints().which(text):
            rule = rules_of("text")[n]
            yield from ((rule, fault._replace(message_index=number)) for fault in rule.find(text, speaker))
    yield from ((rule, fault) for rule in rules_of("talk") for fault in rule.find(said))


@cache
def _hints() -> Sieve:
    return Sieve([rule.hint or "" for rule in rules_of("text")])


def is_plain_message(message: Any) -> bool:
    """Whether a message is so plain that no rule about messages can find anything; most are."""
    if type(message) is not dict:
        return False
    role, content = message.get("role"), message.get("content")
    if type(content) is not str or not content or (content[0].isspace() and content.isspace()):
        return False
    more = len(message) - 2
    if role == "assistant":
        return not more or (more == 1 and type(message.get("weight")) is int and 0 <= message["weight"] <= 1)
    return (role in ("user", "system") and not more) or (role == "tool" and more == ("tool_call_id" in message))


def is_plain_pair(value: Any) -> bool:
    """Whether a row is so plain a pair that no rule about its format can find anything; nearly every pair is."""
    if type(value) is not dict or len(value) != 2:
        return False
    completion = value.get("completion")
    return type(value.get("prompt")) is str and type(completion) is str and bool(completion.strip())


def is_plain(value: Any) -> bool:
    """Whether a row is so plain a chat that no rule about its format can find anything.

    Nearly every row is, and this takes a microsecond where the rules take fifty: a test holds it against them.
    """
    if type(value) is not dict or len(value) != 1:
        return False
    messages = value.get("messages")
    if type(messages) is not list or not messages:
        return False
    before = ""
    for message in messages:
        if type(message) is not dict or len(message) != 2:
            return False
        role, content = message.get("role"), message.get("content")
        if type(content) is not str or not content or role == before or (content[0].isspace() and content.isspace()):
            return False
        if role not in PLAIN and (role != "system" or before):
            return False
        before = role
    return bool(before == "assistant" and len(messages) > 1 and messages[-2]["role"] == "user")
