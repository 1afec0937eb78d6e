"""Preference examples from chats and from records with a chosen and a rejected answer; and chats from them."""

from __future__ import annotations

from typing import Any

from ftwidgets.data.conversion.outcome import Example, Unconverted, said, shown, text_of

_ANSWERS = {"role", "content", "tool_calls", "refusal", "name"}


def preference_of(preferred: Any, rejected: Any) -> Example | Unconverted:
    """A preference example from a chat, and the same chat with another answer, or only that answer's text."""
    if isinstance(rejected, str):
        rejected = (
            {**preferred, "messages": [*_messages(preferred)[:-1], said("assistant", rejected)]}
            if isinstance(preferred, dict)
            else None
        )
    better, worse = _messages(preferred), _messages(rejected)
    if len(better) < 2 or better[-1].get("role") != "assistant":
        return Unconverted("The preferred example is no chat that ends with the assistant's answer to something.")
    if len(worse) < 2 or worse[-1].get("role") != "assistant":
        return Unconverted("The rejected example is no chat that ends with the assistant's answer to something.")
    if _asked(better[:-1]) != _asked(worse[:-1]) or (preferred.get("tools") or []) != (rejected.get("tools") or []):
        return Unconverted("The two examples do not ask the same: they may differ in the last answer only.")
    return _example(preferred, better[:-1], _answer(better[-1]), _answer(worse[-1]))


def compared_to_preference(record: Any) -> Example | Unconverted:
    """A record with `prompt`, `chosen` and `rejected`, each a text or a list of messages, as a preference example.

    Where the answers are whole conversations, as trl writes them, the prompt may be missing.
    """
    if not isinstance(record, dict):
        return Unconverted(f"The example is {shown(record)}, not an object.")
    prompt = _as_messages(record.get("prompt"), "user")
    sides = [_as_messages(record.get(key), "assistant") for key in ("chosen", "rejected")]
    for key, side in zip(("chosen", "rejected"), sides, strict=True):
        if not side:
            return Unconverted(f"'{key}' is {shown(record.get(key))}, neither a text nor a list of messages.")
    system = text_of(record.get("system"))
    before = ([said("system", system)] if system else []) + (prompt or [])
    whole = [side if len(side or []) > 1 else before + (side or []) for side in sides]
    return preference_of({"messages": whole[0]}, {"messages": whole[1]})


def preference_to_chat(example: Any) -> Example | Unconverted:
    """The chat that ends with the preferred answer."""
    asked = example.get("input") if isinstance(example, dict) else None
    messages = _messages(asked)
    preferred = _messages({"messages": example.get("preferred_output")}) if isinstance(example, dict) else []
    if not isinstance(asked, dict) or not messages or not preferred:
        return Unconverted("The example has no messages under 'input', or none under 'preferred_output'.")
    tools = {"tools": asked["tools"]} if asked.get("tools") else {}
    parallel = {"parallel_tool_calls": asked["parallel_tool_calls"]} if tools and "parallel_tool_calls" in asked else {}
    return {"messages": messages + preferred} | tools | parallel


def _example(chat: Example, asked: list[Example], better: Example, worse: Example) -> Example | Unconverted:
    if better == worse:
        return Unconverted("The preferred and the rejected answer are the same.")
    return {
        "input": {
            "messages": _asked(asked),
            "tools": chat.get("tools") or [],
            "parallel_tool_calls": chat.get("parallel_tool_calls", True),
        },
        "preferred_output": [better],
        "non_preferred_output": [worse],
    }


def _messages(chat: Any) -> list[Example]:
    """The messages of a chat; none where it has no sound list of them."""
    messages = chat.get("messages") if isinstance(chat, dict) else None
    sound = isinstance(messages, list) and all(isinstance(message, dict) for message in messages)
    return messages if sound and messages else []


def _as_messages(value: Any, role: str) -> list[Example] | None:
    if isinstance(value, list):
        return _messages({"messages": value}) or None
    text = text_of(value)
    return None if text is None else [said(role, text)]


def _asked(messages: list[Example]) -> list[Example]:
    """Messages without their weights: a preference has none."""
    return [{key: value for key, value in message.items() if key != "weight"} for message in messages]


def _answer(message: Example) -> Example:
    return {key: value for key, value in message.items() if key in _ANSWERS}
