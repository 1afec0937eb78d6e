"""What is known of a job before it is started, and what one could do if it takes too long."""

from __future__ import annotations

from dataclasses import dataclass

from ftwidgets.data.terms import FEWEST
from ftwidgets.quantities import about, count, duration
from ftwidgets.rates import Rate

LONG = 15 * 60.0
"""Seconds from which a job is too long for a lesson: then fewer epochs or rows are proposed."""


@dataclass(frozen=True)
class Estimate:
    """A job's size and, where a rate was measured on the service's machine, its time.

    `rows` are the training file's; `tokens` those of all epochs; `seconds` from the job's start to its end, `low` and
    `high` what the slowest and the fastest measurement would say. None is what cannot be known; `unknown` says why.
    `can_measure` is whether the service could measure its machine now, because no job has done so yet.
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
        if self.seconds is None:
            return None
        ends = [duration(end) for end in (self.low, self.high) if end is not None]
        spread = f" ({' to '.join(ends)})" if len(set(ends)) > 1 else ""
        return f"about {duration(self.seconds)}{spread}"

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

    def __str__(self) -> str:
        if self.time is None:
            return f"{self.size}. {self.unknown}"
        return f"{self.size} · {self.time} on this machine ({self.basis})"
