"""Alpaca records (`instruction`, `input`, `output`) as chats."""

from __future__ import annotations

from typing import Any

from ftwidgets.data.conversion.outcome import Example, Unconverted, said, shown, text_of


def alpaca_to_chat(example: Any) -> Example | Unconverted:
    """An instruction, with its input under it where there is one, and the output as the answer.

    `system` and `history`, a list of earlier questions with their answers, are kept where the record has them.
    """
    if not isinstance(example, dict):
        return Unconverted(f"The example is {shown(example)}, not an object.")
    instruction, output = text_of(example.get("instruction")), text_of(example.get("output"))
    if instruction is None:
        return Unconverted(f"'instruction' is {shown(example.get('instruction'))}, not a text.")
    if output is None:
        return Unconverted(f"'output' is {shown(example.get('output'))}, not a text.")
    given = text_of(example.get("input") if example.get("input") is not None else "")
    if given is None:
        return Unconverted(f"'input' is {shown(example['input'])}, not a text.")
    history = _history(example.get("history") or [])
    if history is None:
        return Unconverted(f"'history' is {shown(example['history'])}, not a list of questions with answers.")
    system = text_of(example.get("system"))
    asked = "\n\n".join(part for part in (instruction, given) if part.strip())
    before = [said("system", system)] if system else []
    return {"messages": [*before, *history, said("user", asked), said("assistant", output)]}


def _history(turns: Any) -> list[Example] | None:
    if not isinstance(turns, list) or not all(isinstance(turn, list) and len(turn) == 2 for turn in turns):
        return None
    texts = [(role, text_of(text)) for turn in turns for role, text in zip(("user", "assistant"), turn, strict=True)]
    told = [said(role, text) for role, text in texts if text is not None]
    return told if len(told) == len(texts) else None
