"""ShareGPT conversations (`conversations`, `from`, `value`) and their many relatives as chats."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import orjson

from ftwidgets.data.conversion.outcome import Example, Unconverted, said, shown, text_of

LISTS = ("conversations", "conversation")
SPEAKERS, TEXTS = ("from", "role", "speaker"), ("value", "content", "text")

ROLES = {
    "system": ("system", "developer"),
    "user": ("human", "user", "prompter", "customer"),
    "assistant": ("gpt", "assistant", "chatgpt", "bing", "bard", "claude", "gemini", "bot", "model", "ai"),
    "call": ("function_call", "function-call", "tool_call", "tool_calls"),
    "tool": ("tool", "function", "observation", "function_response", "function-response", "tool_response"),
}
ROLE_OF = {name: role for role, names in ROLES.items() for name in names}


def sharegpt_to_chat(example: Any) -> Example | Unconverted:
    """The conversation as a chat. A turn that calls a function, as JSON with its name, becomes a tool call, and the
    turn that answers it a tool's message. Other keys than the conversation, its system text and its tools go."""
    turns = _turns(example)
    if turns is None:
        return Unconverted(f"The example has no list of turns under {' or '.join(map(repr, LISTS))}.")
    messages: list[Example] = []
    system = text_of(example.get("system") or example.get("system_prompt"))
    if system:
        messages.append(said("system", system))
    for number, turn in enumerate(turns, 1):
        message = _message(turn, messages)
        if isinstance(message, str):
            return Unconverted(f"Turn {number} {message}.")
        messages.append(message)
    if not any(message["role"] == "assistant" for message in messages):
        return Unconverted("The assistant says nothing in it.")
    tools = _tools(example.get("tools"))
    return {"messages": messages} | ({"tools": tools} if tools else {})


def _turns(example: Any) -> list[Any] | None:
    found = (example.get(key) for key in LISTS) if isinstance(example, dict) else iter(())
    return next((turns for turns in found if isinstance(turns, list)), None)


def _message(turn: Any, before: list[Example]) -> Example | str:
    """The message of a turn, or the end of the sentence that says why there is none."""
    if not isinstance(turn, dict):
        return f"is {shown(turn)}, not an object"
    speaker = next((turn[key] for key in SPEAKERS if key in turn), None)
    role = ROLE_OF.get(speaker.strip().lower()) if isinstance(speaker, str) else None
    text = text_of(next((turn[key] for key in TEXTS if key in turn), None))
    if role is None:
        return f"is said by {shown(speaker)}, whom we do not know"
    if text is None:
        return "says nothing that is a text"
    if role in ("call", "tool"):
        return _call(text, before) if role == "call" else _answer(text, before)
    weight = turn.get("weight")
    if role == "assistant" and isinstance(weight, int) and weight in (0, 1):
        return said(role, text) | {"weight": int(weight)}
    return said(role, text)


def _call(text: str, before: list[Example]) -> Example | str:
    asked = _parsed(text)
    if not isinstance(asked, dict) or not isinstance(asked.get("name"), str):
        return "calls a function, but is no JSON with its name"
    arguments = asked.get("arguments", {})
    written = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
    call = {"id": f"call_{len(before)}", "type": "function", "function": {"name": asked["name"], "arguments": written}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _answer(text: str, before: list[Example]) -> Example | str:
    calls = before[-1].get("tool_calls") if before else None
    if not calls:
        return "is a tool's answer, but the turn before it calls none"
    return {"role": "tool", "tool_call_id": calls[0]["id"], "content": text}


def _tools(tools: Any) -> list[Example]:
    """The definitions of functions as the service takes them, from a list or its JSON."""
    listed = _parsed(tools) if isinstance(tools, str) else tools
    return list(_defined(listed)) if isinstance(listed, list) else []


def _defined(listed: list[Any]) -> Iterator[Example]:
    for tool in itertools.takewhile(lambda tool: isinstance(tool, dict), listed):
        yield tool if "function" in tool else {"type": "function", "function": tool}


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
