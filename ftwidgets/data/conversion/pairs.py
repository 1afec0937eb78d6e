"""Prompt/completion pairs as chats, and chats of one turn as pairs."""

from __future__ import annotations

from typing import Any

from ftwidgets.data.conversion.outcome import Example, Unconverted, said, shown, text_of

SEPARATORS = (
    " ->",
    "\n\n###\n\n",
    "\n\n===\n\n",
    "\n\n---\n\n",
    "\n\n===>\n\n",
    "\n\n--->\n\n",
    "\n\n### =>\n\n",
)
"""What `openai tools fine_tunes.prepare_data` wrote at the end of prompts. A chat needs none: it has roles."""

STOPS = (" END", "\n###", "###", "\n")
"""What it advised at the end of completions. A chat needs none: each turn has its own end."""


def pair_to_chat(
    pair: Any, system: str | None = None, *, separators: tuple[str, ...] = SEPARATORS, stops: tuple[str, ...] = STOPS
) -> Example | Unconverted:
    """A prompt and its completion as a turn of the user and one of the assistant.

    Of `separators` one is taken from the prompt's end, of `stops` one from the completion's, and one space from the
    completion's start; give `()` to keep them. `system` is put before.
    """
    if not isinstance(pair, dict):
        return Unconverted(f"The example is {shown(pair)}, not an object.")
    for key in ("prompt", "completion"):
        if not isinstance(pair.get(key), str):
            return Unconverted(f"'{key}' is {shown(pair.get(key))}, not a text.")
    prompt, completion = _without(pair["prompt"], separators), _without(pair["completion"], stops).removeprefix(" ")
    before = [said("system", system)] if system else []
    return {"messages": [*before, said("user", prompt), said("assistant", completion)]}


def chat_to_pair(chat: Any) -> Example | Unconverted:
    """A chat of one turn as a prompt and its completion; the system's text stands before the user's, a line between."""
    messages = chat.get("messages") if isinstance(chat, dict) else None
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        return Unconverted("The example has no list of messages.")
    if why := _against(chat, messages):
        return Unconverted(why)
    texts = [text_of(message.get("content")) for message in messages]
    if None in texts:
        return Unconverted(f"Message {texts.index(None) + 1} is not a text.")
    *asked, answer = [text or "" for text in texts]
    return {"prompt": "\n\n".join(asked), "completion": answer}


def _against(chat: Example, messages: list[Example]) -> str | None:
    """What of a chat a pair has no place for."""
    roles = [message.get("role") for message in messages]
    if chat.get("tools") or chat.get("functions"):
        return "The example offers tools, for which a pair has no place."
    if roles[-2:] != ["user", "assistant"] or roles[:-2] not in ([], ["system"], ["developer"]):
        told = ", ".join(str(role) for role in roles[:6]) or "nobody"
        return f"A pair holds one question and one answer; here speak: {told}."
    if messages[-1].get("tool_calls") or messages[-1].get("function_call"):
        return "The answer calls a tool, for which a pair has no place."
    if messages[-1].get("weight") == 0:
        return "The answer has weight 0: it is not trained, and a completion always is."
    return None


def _without(text: str, ends: tuple[str, ...]) -> str:
    """The text without the longest of the ends that it has."""
    end = max((end for end in ends if end and text.endswith(end)), key=len, default="")
    return text.removesuffix(end)
