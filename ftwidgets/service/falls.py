"""A job whose process is killed goes on from its last saved step, unless that happens again and again at one place."""

from __future__ import annotations

from pathlib import Path

from ftwidgets.service.child import Child, last_words
from ftwidgets.service.leftovers import tidy_all
from ftwidgets.service.legacy_narration import narrator_of
from ftwidgets.service.narration import Narrator
from ftwidgets.service.schema import FINAL
from ftwidgets.service.store import Store

MOST_FALLS = 3
"""So often is a training begun again without a new step in between: what kills it then is the training itself."""


def taken_over(store: Store) -> None:
    """Make of the jobs that an earlier process left in the middle of their training those that wait for theirs."""
    tidy_all(store)
    for job in store.jobs_in("running"):
        store.update_job(job["id"], status="queued")
    for job in store.jobs_in("pausing"):
        narrator_of(store, job["id"]).pause()


def fallen(store: Store, narrator: Narrator, job: str, worker: Child, log: Path) -> None:
    """Put the job of a process that ended before its time back into the queue, or close it as failed.

    A process that ended by itself has met a fault, which it would meet again; one that was killed has not.
    """
    signal = -(worker.exit_status or 0)
    if signal <= 0:
        narrator.fault(f"The job failed due to an internal error: {last_words(log)} (see {log})")
        return
    steps = store.count("events", job=job, kind="metrics")
    plan = store.plan(job)
    falls = 1 + (plan.get("falls", 0) if plan.get("fell_at") == steps else 0)
    if falls > MOST_FALLS:
        narrator.fault(
            f"The training process was killed (signal {signal}) {falls} times after step {steps}. This machine may "
            f"lack the memory for it: shorten the examples, or take a smaller batch. (see {log})"
        )
        return
    with store.transaction():
        store.plan(job, fell_at=steps, falls=falls)
        said = f"The training process was killed (signal {signal}); the job goes on from its last saved step"
        narrator.tell(f"fall-{falls}", said, step=steps, level="warn")
        if (store.get("jobs", job) or {}).get("status") == "pausing":
            narrator.pause()
        else:
            store.update_job(job, unless=(*FINAL, "paused"), status="queued")
