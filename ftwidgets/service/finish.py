"""When jobs will have ended: by their own pace once they have run some steps, before that by this machine's rate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from ftwidgets import rates
from ftwidgets.bases.catalogue import is_fetched
from ftwidgets.data import Dataset, jsonl
from ftwidgets.data.cost.workload import surveyed, workload
from ftwidgets.data.tokens.counting import LocalCounter
from ftwidgets.effort import MOST_ROWS, Effort, Share, effort
from ftwidgets.errors import FtwidgetsError
from ftwidgets.events import PACE_STEPS, Curves, Event
from ftwidgets.service.line import Line
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record


class Finish:
    """Tells when each job of a line will have ended. What was neither measured nor seen is not known: None."""

    def __init__(self, store: Store, line: Line, home: Path) -> None:
        self._store = store
        self._line = line
        self._bases, self._compiled = home / "bases", home / "compiled"

    def shown(self, jobs: list[Record]) -> list[Record]:
        """The records with `estimated_finish` as it is now."""
        if not any(job["status"] in ("running", "queued") for job in jobs):
            return jobs
        ends = dict(self._ends())
        return [job | {"estimated_finish": ends.get(job["id"])} for job in jobs]

    def _ends(self) -> Iterator[tuple[str, int]]:
        """Each job that trains or waits, and when it ends: each begins where the one before it ends."""
        free = time.time()
        for job in self._line.whole():
            if job["status"] == "pausing":
                continue  # it frees the machine at once
            curves = self._heard(job["id"])
            seconds = self._seconds(job, curves)
            if seconds is None or job["status"] == "validating_files":
                return
            free += seconds
            yield job["id"], round(free)

    def _seconds(self, job: Record, curves: Curves) -> float | None:
        """How long the rest of a job takes."""
        if curves.seconds_left is not None:
            return curves.seconds_left
        if job["status"] == "validating_files" or job["hyperparameters"].get("beta") is not None:
            return None  # a rate is measured with chats alone
        base, batch_size = self._store.plan(job["id"])["base"], job["hyperparameters"]["batch_size"]
        known = rates.measured(self._compiled, base, batch_size)
        work = self._effort(job, base) if known else None
        return rates.forecast(known, work, batch_size).seconds if work else None

    def _heard(self, job: str) -> Curves:
        """The last steps of a job, from which its pace follows."""
        curves = Curves()
        last = self._store.page("events", PACE_STEPS, job=job, kind="metrics")
        if last:
            before = self._store.columns("events", last[-1]["id"])["number"] - 1
            events = self._store.events_after(job, before, 10 * PACE_STEPS)
            curves.add(Event.from_wire(event) for event in events)
        return curves

    def _effort(self, job: Record, base: str) -> Effort | None:
        """The work of a job, found out once, from a sample of its rows; None where its files or its base are not here.

        That is not done while its files are validated: no job shall begin later for it.
        """
        known = self._store.plan(job["id"]).get("effort")
        if known:
            return Effort(**known)
        if not is_fetched(base, self._bases):
            return None
        try:
            counter = LocalCounter(base, self._bases)
            shares = [self._share(job[param], counter) for param in ("training_file", "validation_file")]
        except FtwidgetsError:
            return None
        chosen = job["hyperparameters"]
        found = effort(*shares, n_epochs=chosen["n_epochs"], batch_size=chosen["batch_size"])
        self._store.plan(job["id"], effort=asdict(found))
        return found

    def _share(self, file: str | None, counter: LocalCounter) -> Share:
        if file is None:
            return Share(0, 0.0)
        data: Dataset = jsonl(self._store.blob(file))
        sample = data.sample(MOST_ROWS)
        return workload(surveyed(sample, counter), counter).share(len(data) / max(1, len(sample)))
