"""The last answer of an example, and what was said before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def answer_of(example: Any) -> str | None:
    """The last answer of an example: a completion, or the assistant's last message, stripped; None without one."""
    if not isinstance(example, dict):
        return None
    answer, messages = example.get("completion"), example.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[-1], dict):
        answer = messages[-1].get("content") if messages[-1].get("role") == "assistant" else None
    return answer.strip() if isinstance(answer, str) else None


def asked_of(example: dict[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The messages before the last answer, without their weights; a prompt is a user's. None of them without one."""
    messages = example.get("messages")
    if isinstance(messages, list) and all(isinstance(message, dict) for message in messages):
        return tuple({key: value for key, value in message.items() if key != "weight"} for message in messages[:-1])
    prompt = example.get("prompt")
    return ({"role": "user", "content": prompt},) if isinstance(prompt, str) else ()
