"""Which of OpenAI's formats an example has."""

from __future__ import annotations

from typing import Any, Literal

Kind = Literal["chat", "prompt/completion", "preference", "mixed", "unknown"]

KINDS: tuple[Kind, ...] = ("unknown", "chat", "prompt/completion", "preference")
"""The kinds that one example can have; where a kind is kept as a number, it is its place here."""

KEYS: dict[Kind, str] = {"chat": "messages", "prompt/completion": "prompt", "preference": "preferred_output"}
"""The key by which an example's kind is known."""


def kind_of(example: Any) -> Kind:
    """Which of OpenAI's formats one example has."""
    if isinstance(example, dict):
        for kind, key in KEYS.items():
            if key in example:
                return kind
        if "completion" in example:
            return "prompt/completion"
        if "input" in example and "non_preferred_output" in example:
            return "preference"
    return "unknown"
