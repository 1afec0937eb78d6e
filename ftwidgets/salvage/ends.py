"""The last day of a fine-tuned model, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ftwidgets.data.cost.prices import shipped

OPENAI, AZURE, OWN, OTHER = "OpenAI", "Azure", "the embedded service", "the host"
"""Whose service it is that answers."""

AS_OF = date(2026, 11, 20)
"""The day on which the days of OpenAI's bases were noted."""

OTHERS = {"gpt-4-0613": date(2026, 10, 23), "o4-mini-2025-04-16": date(2026, 10, 23)}
"""OpenAI's bases that one could fine-tune and that have no row among the prices, where the days of the others stand."""


@dataclass(frozen=True)
class End:
    """The last day on which a model answers, None where it is not known; and in `told` who says so, or why not."""

    day: date | None
    told: str

    def days_left(self, today: date) -> int | None:
        """The days from `today` to the last one, below 0 where it is past; None where it is not known."""
        return None if self.day is None else (self.day - today).days

    def in_words(self, today: date) -> str:
        """The day, the days that are left and who says so, such as "2027-01-14, 55 days left (the host says so)"."""
        left = self.days_left(today)
        if left is None:
            return self.told
        days = f"{abs(left)} day{'' if abs(left) == 1 else 's'}"
        return f"{self.day}, {days} {'left' if left >= 0 else 'ago'} ({self.told})"


def end_of(said: Iterable[Any], base: str, host: str) -> End:
    """The end of a model on `base`: `said` are the days that the host's records of it and its base name, if any.

    OpenAI's own pages are asked only where the host is OpenAI: others keep models by days of their own.
    """
    for given in said:
        if (day := _day(given)) is not None:
            return End(day, "the host says so")
    if host == OWN:
        return End(None, "none: the service is your own")
    if host == OPENAI:
        day = OTHERS.get(base) or next((price.ends for price in shipped() if price.ends and price.is_of(base)), None)
        if day is not None:
            return End(day, f"OpenAI's deprecations page, as of {AS_OF}")
    return End(None, "not known: ask the host")


def _day(given: Any) -> date | None:
    try:
        return date.fromisoformat(given[:10])
    except (TypeError, ValueError):
        return None
