"""What is known of a job before it is started, and what one could do if it takes too long."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ftwidgets import page
from ftwidgets.data.cost.offer import HEAD, Offer, in_words
from ftwidgets.data.terms import FEWEST
from ftwidgets.quantities import about, count
from ftwidgets.rates import Forecast, Rate

if TYPE_CHECKING:
    import pandas as pd

LONG = 15 * 60.0
"""Seconds from which a job is too long for a lesson: then fewer epochs or rows are proposed."""


@dataclass(frozen=True, repr=False)
class Estimate:
    """A job's size and, where a rate was measured on the machine that trains, its time.

    `rows` are the training file's; `tokens` those of all epochs that are read, and `trained` those of them that are
    learned, by the tokenizer that `counted` names; `seconds` from the job's start to its end, `low` and `high` what
    the fastest and the slowest measurement would say. None is what cannot be known; `unknown` says why. `can_measure`
    is whether the service could measure its machine now, because no job has done so yet. `offers` are what the job
    would take elsewhere, and here; `notes` are what one should know besides, in sentences.
    """

    base: str
    rows: int
    steps: int
    n_epochs: int
    batch_size: int
    tokens: int | None = None
    seconds: float | None = None
    low: float | None = None
    high: float | None = None
    rate: Rate | None = None
    unknown: str | None = None
    can_measure: bool = False
    trained: int | None = None
    counted: str | None = None
    offers: tuple[Offer, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether it would take more than a quarter of an hour."""
        return self.seconds is not None and self.seconds > LONG

    @property
    def size(self) -> str:
        """Steps and epochs, such as "75 steps · 3 epochs"."""
        return f"{count(self.steps, 'step')} · {count(self.n_epochs, 'epoch')}"

    @property
    def time(self) -> str | None:
        """The time in words, with its range where several measurements tell one; None where it is unknown."""
        return in_words(Forecast(self.seconds, self.low, self.high))

    @property
    def basis(self) -> str | None:
        """What the time follows from, such as "measured here: 640 tokens/s"; None where nothing was measured."""
        if self.rate is None:
            return None
        other = f" at batch size {self.rate.batch_size}" if self.rate.batch_size != self.batch_size else ""
        return f"measured here{other}: {about(self.rate.tokens_per_second)} tokens/s"

    @property
    def fewer_epochs(self) -> int | None:
        """Of a job that is too long: the most epochs that stay within a quarter of an hour; None where not even one."""
        return self._fitting(self.n_epochs) or None

    @property
    def fewer_rows(self) -> int | None:
        """Of a job that is too long: about how many rows fit, over as many epochs; None where too few for any job."""
        rows = self._fitting(self.rows)
        rows -= rows % 10 ** max(0, len(str(rows)) - 2)
        return rows if rows >= FEWEST else None

    def _fitting(self, parts: int) -> int:
        """How many of so many equal parts of the job fit; 0 where all do, for there is nothing to mend."""
        if self.seconds is None or self.rate is None or not self.is_long:
            return 0
        start = self.rate.first_step_seconds
        return max(0, int((LONG - start) / (self.seconds - start) * parts))

    @property
    def frame(self) -> pd.DataFrame:
        """The offers as a table, one row each: tokens, dollars, seconds, and where the price comes from."""
        import pandas as pd  # half a second: only for those who want a table

        numbers = ["tokens", "per_million", "price", "seconds", "low", "high"]
        columns = ["host", "model", *numbers, "confirmed", "as_of", "source", "ends", "unknown"]
        records = [
            {name: getattr(offer.time if name in numbers[3:] else offer, name) for name in columns}
            for offer in self.offers
        ]
        return pd.DataFrame(records, columns=columns).astype(dict.fromkeys(numbers, float))

    @property
    def sentence(self) -> str:
        """The job's size and time in one sentence."""
        if self.time is None:
            return f"{self.size}. {self.unknown}"
        return f"{self.size} · {self.time} on this machine ({self.basis})"

    @property
    def counts(self) -> str | None:
        """The tokens in words: all that are read, and those that are learned; None where they are unknown."""
        if self.tokens is None:
            return None
        learned = f", {count(self.trained)} of them trained" if self.trained is not None else ""
        counted = f" (by {self.counted})" if self.counted else ""
        return f"{count(self.tokens)} tokens{learned}{counted}"

    def __repr__(self) -> str:
        if not self.offers:
            return self.sentence
        offered = map(str, self.offers)
        return "\n".join([self.sentence, *([self.counts] if self.counts else []), *offered, *self.notes])

    def _repr_html_(self) -> str:
        """The estimate as plain tables, in the colours of the page around them."""
        known = {
            "job": f"{count(self.rows, 'row')} · {self.size} · batch size {self.batch_size} · {self.base}",
            "tokens": self.counts,
            "time on this machine": self.time and f"{self.time} ({self.basis})",
            "not known": self.unknown if self.time is None else None,
        }
        offers = [[escape(cell) for cell in offer.cells] for offer in self.offers]
        parts = [page.facts(known), *([page.table(HEAD, offers)] if offers else []), *map(page.paragraph, self.notes)]
        return "\n".join(parts)
