"""What OpenAI still accepts, with the day on which that was so: shown wherever one of its models is named."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from typing import Any

from ftwidgets.data.cost.prices import FILE, shipped
from ftwidgets.data.tokens.encoding import encoding_for


def notice(model: str | None = None) -> str | None:
    """What one should know before a job at OpenAI is planned; None for a `model` that is not OpenAI's."""
    known = _notice()
    if model is None:
        return f"As of {known['as_of']}: {' '.join(known['sentences'])}"
    if encoding_for(model) is None:
        return None
    ends = next((price.ends for price in shipped() if price.is_of(model)), None)
    told = "" if ends is None else f" {model} {'was' if is_past(ends) else 'is'} shut down on {ends}."
    return f"{notice()}{told}"


def is_past(day: date) -> bool:
    """Whether a day was over when this was noted."""
    return bool(day < _notice()["as_of"])


@cache
def _notice() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(FILE.read_text("utf-8"))["notice"]
    return found
