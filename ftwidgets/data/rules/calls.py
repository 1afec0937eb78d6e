"""Rules about tool calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftwidgets.data.rules.rule import Fault, rule
from ftwidgets.data.rules.samples import ANSWER, CALL, CALLED, RESULT, USER, chat

REMEDY = 'A call is {"id": "...", "type": "function", "function": {"name": "...", "arguments": "..."}}.'


@rule(
    "calls-malformed",
    "error",
    "message",
    fails=(
        chat(USER, ANSWER | {"tool_calls": ["look"]}),
        chat(USER, ANSWER | {"tool_calls": [{"function": "look"}]}),
        chat(USER, ANSWER | {"tool_calls": CALL}),
        chat(USER, ANSWER | {"function_call": "auto"}),
    ),
    passes=chat(USER, CALLED, RESULT, ANSWER),
)
def calls_malformed(message: dict[str, Any]) -> Iterator[Fault]:
    """A tool call has no function.

    Why: the job would fail: what is called cannot be read.
    """
    calls = message.get("tool_calls") or []
    sound = isinstance(calls, list) and all(
        isinstance(call, dict) and isinstance(call.get("function"), dict) for call in calls
    )
    if not sound or not isinstance(message.get("function_call") or {}, dict):
        yield Fault("A tool call is malformed.", REMEDY, "tool_calls")
