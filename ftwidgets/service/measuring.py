"""Measures how fast this machine trains a base, by really training it for some steps on the caller's own rows."""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftwidgets import rates
from ftwidgets.data import Dataset
from ftwidgets.effort import steps_an_epoch
from ftwidgets.rates import Measurement
from ftwidgets.service.child import Child, last_words
from ftwidgets.service.jobs import WORKER, Jobs
from ftwidgets.service.wire import WireError

STEPS = 8
"""Steps that a measurement takes at least: the first, in which programs are compiled, and seven that are timed."""


@dataclass(frozen=True)
class Trial:
    """What is trained to measure: rows on a base, so many at a step."""

    base: Path
    rows: Dataset
    batch_size: int

    def order(self, folder: Path, compiled: Path) -> dict[str, Any]:
        """The worker's order; its files lie in `folder`."""
        rows = self.rows[: STEPS * self.batch_size]
        steps = steps_an_epoch(len(rows), self.batch_size)
        return {
            "base": str(self.base),
            "training_file": str(rows.write(folder / "rows.jsonl")),
            "validation_file": None,
            "adapter": None,
            "folder": str(folder),
            "compiled": str(compiled),
            "epochs": steps_an_epoch(STEPS, steps),
            "batch_size": self.batch_size,
            "learning_rate_multiplier": 1.0,
            "seed": 0,
            "asked_at": time.time(),
        }


class Measuring:
    """Runs one trial at a time, in the ordinary worker, and never beside a training."""

    def __init__(self, jobs: Jobs, home: Path) -> None:
        self._jobs = jobs
        self._compiled = home / "compiled"
        self._log = home / "service" / "logs" / "measuring.log"
        self._lock = threading.Lock()
        self._closed = False
        self._worker: Child | None = None

    def measure(self, trial: Trial) -> list[Measurement]:
        """Train the trial, throw away what it learned, and return what is now measured of its base.

        Raises:
            WireError: a job trains or waits, or the trial cannot be trained.
        """
        with self._jobs.alone(), tempfile.TemporaryDirectory(prefix="ftwidgets-measure-") as folder:
            self._run(trial.order(Path(folder), self._compiled))
        known = rates.measured(self._compiled, trial.base.name, trial.batch_size)
        if not known or known[-1].batch_size != trial.batch_size:
            raise WireError(500, f"The speed was measured, and could not be kept in {self._compiled}.")
        return known

    def close(self) -> None:
        """End the trial that is running."""
        with self._lock:
            self._closed = True
            if self._worker:
                self._worker.end(kill=True)

    def _run(self, order: dict[str, Any]) -> None:
        with self._lock:
            if self._closed:
                raise WireError(503, "The service ends.", kind="server_error")
            worker = self._worker = Child(WORKER, log=self._log)
        try:
            worker.send(**order)
            last = list(worker.lines())[-1:]
        finally:
            with self._lock:
                self._worker = None
            worker.end()
        if not last or last[0]["kind"] not in ("done", "failed"):
            said = f"{last_words(self._log)} (see {self._log})"
            raise WireError(500, f"The measurement ended before its time: {said}", kind="server_error")
        if last[0]["kind"] == "failed":
            raise WireError(400, last[0]["message"])
