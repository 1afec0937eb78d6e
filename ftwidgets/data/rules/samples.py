"""Small examples from which the rules make theirs."""

from __future__ import annotations

from typing import Any

USER = {"role": "user", "content": "Where is my parcel?"}
ANSWER = {"role": "assistant", "content": "It left our house on Monday."}
SYSTEM = {"role": "system", "content": "You are the help desk of a shop."}
CHAT = {"messages": [USER, ANSWER]}
PAIR = {"prompt": "Where is my parcel?", "completion": " It left our house on Monday."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}
CALLED = {"role": "assistant", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "sent on Monday"}
PREFERENCE = {
    "input": {"messages": [USER]},
    "preferred_output": [ANSWER],
    "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    """A chat example of these messages, and of further keys."""
    return {"messages": list(messages)} | more


def said(text: str) -> dict[str, Any]:
    """A chat in which the assistant says this."""
    return chat(USER, {"role": "assistant", "content": text})


def asked(text: str) -> dict[str, Any]:
    """A chat in which the user says this."""
    return chat({"role": "user", "content": text}, ANSWER)
