"""What one host would take for a job: tokens, money and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ftwidgets.quantities import amount, count, duration
from ftwidgets.rates import Forecast

HERE = "this machine"


@dataclass(frozen=True)
class Offer:
    """A host's part of an estimate; what cannot be known is None, and `unknown` says why.

    `tokens` are those of all epochs that it bills, as its own tokenizer counts them; of this machine, those that it
    reads. `per_million` is its price of a million of them in dollars, with the `source` and the day `as_of` which it
    held; `confirmed` is whether the host's own documents show it. `ends` is the day on which the host ends the
    model. `time` is how long it takes.
    """

    host: str
    model: str | None
    tokens: int | None = None
    per_million: float | None = None
    confirmed: bool = False
    as_of: date | None = None
    source: str | None = None
    ends: date | None = None
    time: Forecast = field(default_factory=Forecast)
    unknown: str | None = None

    @property
    def price(self) -> float | None:
        """The whole price in dollars."""
        if self.per_million == 0:
            return 0.0
        if self.tokens is None or self.per_million is None:
            return None
        return self.tokens * self.per_million / 1e6

    @property
    def name(self) -> str:
        """The host and the model."""
        return f"{self.host}, {self.model}" if self.model else self.host

    def __str__(self) -> str:
        price = "price not known" if self.price is None else amount(self.price)
        tokens = count(self.tokens, "token") if self.tokens is not None else None
        known = " · ".join(part for part in (price, tokens, self.duration) if part)
        return f"{self.name}: {known}. {self.basis}"

    @property
    def cells(self) -> list[str]:
        """The offer as a row of a table: who, tokens, price, time, and what to know of it."""
        tokens = "not known" if self.tokens is None else count(self.tokens)
        price = "not known" if self.price is None else amount(self.price)
        return [self.name, tokens, price, self.duration or "not known", self.basis]

    @property
    def duration(self) -> str | None:
        """The time in words, with its range where several measurements tell one; None where it is not known."""
        return in_words(self.time)

    @property
    def basis(self) -> str:
        """Where the price comes from, and why something is not known."""
        if self.host == HERE:
            return " ".join(["No bill.", *([self.unknown] if self.unknown else [])])
        if self.per_million is None:
            key = self.model or self.host
            told = f'No source for a price is known: give yours with prices={{"{key}": dollars a million tokens}}.'
        else:
            day = f", as of {self.as_of}" if self.as_of else ""
            doubt = "" if self.confirmed or self.source == "yours" else " (not confirmed)"
            told = f"{amount(self.per_million)} a million tokens{doubt}: {self.source or 'no source'}{day}."
        end = f"The model's last day: {self.ends}." if self.ends else None
        return " ".join(part for part in (told, end, self.unknown) if part)


HEAD = ("where", "tokens", "price", "time", "")
"""The head of a table of offers."""


def in_words(time: Forecast) -> str | None:
    """A time as a person says it; None where it is not known."""
    if time.seconds is None:
        return None
    ends = [duration(end) for end in (time.low, time.high) if end is not None]
    spread = f" ({' to '.join(ends)})" if len(set(ends)) > 1 else ""
    return f"about {duration(time.seconds)}{spread}"
