"""What is said in an example by users and assistants: without system messages, which many examples share."""

from __future__ import annotations

from typing import Any

SPOKEN = ("user", "assistant")


def talk_of(example: Any) -> str:
    """What user and assistant say in an example of any soundness; no text where there is none."""
    if not isinstance(example, dict):
        return ""
    messages = example.get("messages")
    if isinstance(example.get("input"), dict) and isinstance(example.get("preferred_output"), list):
        asked = example["input"].get("messages")
        messages = [*(asked if isinstance(asked, list) else []), *example["preferred_output"]]
    if isinstance(messages, list):
        spoken = [one.get("content") for one in messages if isinstance(one, dict) and one.get("role") in SPOKEN]
        return "\n".join([content for content in spoken if isinstance(content, str)])
    return "\n".join([text for text in (example.get("prompt"), example.get("completion")) if isinstance(text, str)])
