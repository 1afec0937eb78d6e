"""Measures how fast this machine trains, while a job does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ftwidgets import rates
from ftwidgets.effort import Effort
from ftwidgets.rates import Measurement

FEWEST_STEPS = 5
"""Over fewer steps than this after the first, a rate says little, and is not kept."""


@dataclass(frozen=True)
class Measured:
    """What is measured: which job, on which base, with how much work; `asked_at` is in seconds since 1970."""

    job: str
    base: str
    batch_size: int
    effort: Effort
    asked_at: float


class Meter:
    """Hears every step of a job, and keeps the rate that follows from them.

    A job that goes on where an earlier process stopped must not be measured: what it repeats takes no time.
    """

    def __init__(
        self,
        what: Measured,
        folder: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        """`clock` tells how time passes, `today` in seconds since 1970."""
        self._what = what
        self._folder = folder
        self._clock = clock
        self._today = today
        self._began = clock() - (today() - what.asked_at)
        self._first: float | None = None
        self._steps = 0

    def step(self) -> None:
        """A step has ended."""
        if self._first is None:
            self._first = self._clock()
        else:
            self._steps += 1

    def keep(self) -> None:
        """Keep the rate over the steps so far, up to now. Where that fails, the job goes on all the same."""
        if self._first is None or self._steps < FEWEST_STEPS:
            return
        waited, passed = self._first - self._began, self._clock() - self._first
        if waited <= 0 or passed <= 0:  # the day's clock was set meanwhile
            return
        what = self._what
        tokens = what.effort.total * self._steps / what.effort.steps
        new = Measurement(what.job, what.batch_size, self._steps, tokens / passed, waited, self._today())
        with contextlib.suppress(OSError):
            rates.keep(self._folder, what.base, new)
