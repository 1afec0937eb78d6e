"""One row held against the rules about rows, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from ftwidgets.bases.chat import text_of
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row
from ftwidgets.data.rules import RULES, Fault, Rule
from ftwidgets.data.rules.rule import Scope
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.terms import Terms

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
        yield from ((rule, fault) for rule in rules_of("line") for fault in rule.find(row))
        return
    wrong = [(rule, fault) for rule in rules_of("row") for fault in rule.find(row, terms)]
    yield from wrong
    if any(rule.level == "error" for rule, _ in wrong):
        return
    yield from ((rule, fault) for rule in rules_of("example") for fault in rule.find(row.value))
    kind = kind_of(row.value)
    if kind == "chat":
        yield from _chat(row.value)
    else:
        scope: Scope = "pair" if kind == "prompt/completion" else "preference"
        yield from ((rule, fault) for rule in rules_of(scope) for fault in rule.find(row.value))


def _chat(example: dict[str, Any]) -> Iterator[Found]:
    messages = example["messages"]
    if not isinstance(messages, list) or not messages:
        return
    sound = True
    for found in message_findings(messages):
        sound = sound and found[0].level != "error"
        yield found
    if sound:  # the rules about turns take the messages to be well-formed
        yield from ((rule, fault) for rule in rules_of("turns") for fault in rule.find(example))


def message_findings(messages: list[Any]) -> Iterator[Found]:
    """What the rules about messages find in each of these."""
    for number, message in enumerate(messages, 1):
        for rule in rules_of("message" if isinstance(message, dict) else "item"):
            for fault in rule.find(message):
                yield rule, fault._replace(message_index=number)


def text_findings(example: dict[str, Any]) -> Iterator[Found]:
    """What the rules about texts find in an example without an error."""
    for number, speaker, text in texts_of(example):
        raw = text.encode()
        for rule in rules_of("text"):
            if _sieve(rule.hint or "").caught([raw]):
                yield from ((rule, fault._replace(message_index=number)) for fault in rule.find(text, speaker))


@cache
def _sieve(hint: str) -> Sieve:
    return Sieve([hint])


def texts_of(example: dict[str, Any]) -> Iterator[tuple[int | None, str, str]]:
    """What is said in an example without an error: the number of the message, who speaks, and the text."""
    kind = kind_of(example)
    if kind == "prompt/completion":
        yield None, "prompt", example["prompt"]
        yield None, "completion", example["completion"]
    elif kind == "chat":
        for number, message in enumerate(example["messages"], 1):
            yield number, message["role"], text_of(message)
    elif kind == "preference":
        for number, message in enumerate(example["input"]["messages"], 1):
            yield number, message["role"], text_of(message)
        for key in ("preferred_output", "non_preferred_output"):
            yield from ((None, key, text_of(message)) for message in example[key])


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
    return bool(before == "assistant")
