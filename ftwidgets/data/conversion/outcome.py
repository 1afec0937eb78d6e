"""What a conversion of one example gives: the example in its new format, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

Example = dict[str, Any]


@dataclass(frozen=True)
class Unconverted:
    """An example that cannot be converted; `reason` is a sentence that names what stands against it."""

    reason: str


def text_of(value: Any) -> str | None:
    """A text, number or truth as a text, parts of text joined; None where a value is none of these."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(_is_text_part(part) for part in value):
        return "".join(part["text"] for part in value)
    return written(value) if isinstance(value, bool | int | float) else None


def written(value: Any) -> str:
    """Any value of JSON as one writes it in a sentence: nothing for null, 3 for 3.0, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # half a surrogate pair, a number above 64 bits
        return str(value)


def said(role: str, text: str) -> Example:
    """A message."""
    return {"role": role, "content": text}


def shown(value: Any) -> str:
    """A value, shortened, as it is shown in a reason."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _is_text_part(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type", "text") == "text" and isinstance(part.get("text"), str)
