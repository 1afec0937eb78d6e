"""The queue: takes each job from its files to its model, one training at a time; pauses and cancels; goes on later."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ftwidgets.data.cost.hyperparameters import Hyperparameters
from ftwidgets.errors import FtwidgetsError
from ftwidgets.service.child import Child
from ftwidgets.service.disk import is_passing
from ftwidgets.service.examination import Examiner
from ftwidgets.service.falls import fallen, taken_over
from ftwidgets.service.fetching import Fetches
from ftwidgets.service.finish import Finish
from ftwidgets.service.leftovers import tidy
from ftwidgets.service.legacy_narration import narrator_of
from ftwidgets.service.line import Line
from ftwidgets.service.methods import block_of
from ftwidgets.service.narration import Narrator
from ftwidgets.service.schema import FINAL
from ftwidgets.service.store import Store
from ftwidgets.service.validation import Refusal, validated
from ftwidgets.service.wire import Record, WireError, now

WORKER = "ftwidgets.engine.worker"
HELD = ("pausing", "paused")
ACTIVE = ("validating_files", "queued", "running", "pausing")

NOT_QUEUED = (*FINAL, *HELD, "validating_files")
MOST_ACTIVE = 20
"""Active jobs of one key (our choice)."""

BUSY = "A job trains or waits: this machine's speed can be measured when it has ended."

AGAIN = 5.0
"""Seconds after which is tried again what the disk or a lock kept from being done."""

ENDING = 3.0
"""Seconds in which the process of a job that has just ended is surely gone."""


class Jobs:
    """The jobs of one store. One thread validates them and another trains them, each in the order of their `line`.

    A training runs in a process of its own. `finish` tells when jobs will have ended.
    """

    def __init__(self, store: Store, home: Path, fetches: Fetches) -> None:
        self._store = store
        self._home = home
        self._fetches = fetches
        self.line = Line(store)
        self.finish = Finish(store, self.line, home)
        self._turn = threading.Condition()
        self._closing = False
        self._worker: tuple[str, Child] | None = None
        self._examiner = Examiner(store, home)
        self._machine = threading.Lock()
        """Held by the one process that trains or measures: two at once would halve each other's speed."""
        stages = {"validating_files": self._validate, "queued": self._train}
        self._threads = [threading.Thread(target=self._run, args=stage, daemon=True) for stage in stages.items()]

    def start(self) -> None:
        """Take up the work, that of an earlier process first."""
        taken_over(self._store)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look at the queue again: a job was added."""
        with self._turn:
            self._turn.notify_all()

    def close(self) -> None:
        """End the training process; its job goes on where it stopped when the service is started again."""
        with self._turn:
            self._closing = True
            self._turn.notify_all()
            if self._worker:
                self._worker[1].end(kill=True)
        self._examiner.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=10)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the queue's trainings back for a while.

        Raises:
            WireError: one trains or waits already, or something else holds them back.
        """
        if not self._machine.acquire(timeout=0 if self._store.jobs_in(*ACTIVE) else ENDING):
            if self._store.jobs_in(*ACTIVE):
                raise WireError(409, BUSY)
            raise WireError(409, "The machine is busy with another measurement, or with the end of the last job.")
        try:
            if self._store.jobs_in(*ACTIVE):
                raise WireError(409, BUSY)
            yield
        finally:
            self._machine.release()

    def cancel(self, job: str) -> Record | None:
        """Cancel a job, and return its record; None where it has already ended."""
        with self._store.transaction():
            if self._store.columns("jobs", job)["status"] in FINAL:
                return None
            narrator_of(self._store, job).tell("cancelled", "The job was cancelled")
            record = self._store.update_job(job, status="cancelled", finished_at=now())
        with self._turn:
            if self._worker and self._worker[0] == job:
                self._worker[1].end(kill=True)
        return record

    def require_room(self, owner: str) -> None:
        """Refuse one more active job of a key that has too many.

        Raises:
            WireError: it has.
        """
        active = [job["status"] for job in self._store.jobs_in(*ACTIVE, owner=owner)]
        if len(active) >= MOST_ACTIVE:
            running = active.count("running") + active.count("pausing")
            message = (
                "This fine-tune request has been rate-limited. Your organization has reached the maximum of "
                f"{MOST_ACTIVE} active requests ({running} running, {len(active) - running} pending). "
                "Wait until one has ended, or cancel one."
            )
            raise WireError(429, message, code="rate_limit_exceeded", again=False)

    def pause(self, job: str) -> Record:
        """Pause a job, and return its record as it was.

        Raises:
            WireError: it has ended, or is paused already.
        """
        with self._turn, self._store.transaction():
            record = self._store.get("jobs", job) or {}
            if record["status"] in (*FINAL, *HELD):
                raise WireError(400, f'Cannot pause a job {job} that already has status "{record["status"]}".')
            if record["status"] == "running":
                self._store.update_job(job, status="pausing")
                if self._worker and self._worker[0] == job:
                    self._worker[1].send(pause=True)
            else:
                narrator_of(self._store, job).pause()
            return record

    def resume(self, job: str) -> Record:
        """Put a paused job behind all others in the queue, and return its record.

        Raises:
            WireError: it is not paused, or its key has too many active jobs.
        """
        with self._turn, self._store.transaction():
            status = (self._store.get("jobs", job) or {})["status"]
            if status != "paused":
                again = " Resume it when it is paused." if status == "pausing" else ""
                message = f'Cannot resume a job {job} that has status "{status}": only a paused one can be.{again}'
                raise WireError(400, message)
            self.require_room(self._store.columns("jobs", job)["owner"])
            self._store.queue_again(job)
            record = narrator_of(self._store, job).resume()
            self._turn.notify_all()
            return record

    def _run(self, status: str, stage: Callable[[Record], None]) -> None:
        """Take the jobs of one status through one stage, until the service closes."""
        while True:
            with self._turn:
                while not self._closing and not (waiting := self.line.waiting(status)):
                    self._turn.wait()
                if self._closing:
                    return
            try:
                self._take(waiting[0], stage)
                tidy(self._store, waiting[0]["id"])
            except Exception:  # not even the records can be written at the moment: into the service's log
                traceback.print_exc()
                self._put_back(waiting[0]["id"])
            self.wake()

    def _put_back(self, job: str) -> None:
        """Let a job be taken up again once the records can be written."""
        done = False
        while not done:
            with self._turn:
                if self._turn.wait_for(lambda: self._closing, AGAIN):
                    return
            with suppress(Exception):
                self._store.update_job(job, unless=NOT_QUEUED, status="queued")
                done = True

    def _take(self, job: Record, stage: Callable[[Record], None]) -> None:
        narrator = narrator_of(self._store, job["id"])
        try:
            stage(job)
        except FtwidgetsError as error:
            narrator.fault(str(error))
        except Exception as error:  # the queue must go on, and the learner must hear of it
            if is_passing(error):
                raise
            narrator.fault(f"The job failed due to an internal error: {error!r}")

    def _validate(self, job: Record) -> None:
        narrator = narrator_of(self._store, job["id"])
        data = validated(self._store, job)
        if isinstance(data, Refusal):
            narrator.failure(data.record())
            return
        asked = Hyperparameters(**self._store.plan(job["id"], format=data.kind)["hyperparameters"])
        chosen = asked.resolved(len(data))
        with self._store.transaction():
            changes = {"status": "queued", "hyperparameters": chosen.wire(), "method": block_of(chosen)}
            if self._store.update_job(job["id"], unless=(*FINAL, *HELD), **changes):
                self._store.plan(job["id"], validated=True)
                narrator.plan(chosen, asked)

    def _train(self, job: Record) -> None:
        base = self._fetched(job, self._store.plan(job["id"])["base"])
        with self._machine:
            self._train_on(base, job)

    def _train_on(self, base: Path, job: Record) -> None:
        narrator = narrator_of(self._store, job["id"])
        log = self._store.folder / "logs" / f"{job['id']}.log"
        with self._turn:
            if self._closing or not self._store.update_job(job["id"], unless=NOT_QUEUED, status="running"):
                return
            self.line.serve(job["id"])
            worker = Child(WORKER, log=log)
            self._worker = (job["id"], worker)
            worker.send(**self._order(job, base))  # before any order to pause
        try:
            narrator.tell("started", "Fine-tuning job started")
            finished = self._follow(worker, narrator, job["id"])
        finally:
            with self._turn:
                self._worker = None
            worker.end()
        if not finished and not self._closing:
            fallen(self._store, narrator, job["id"], worker, log)

    def _follow(self, worker: Child, narrator: Narrator, job: str) -> bool:
        """Write down what the worker says; True when it came to an end of its own."""
        path = Path()
        for line in worker.lines():
            kind = line.pop("kind")
            if self._store.columns("jobs", job)["status"] in FINAL:
                return True  # cancelled meanwhile
            if kind == "step":
                narrator.step(line)
            elif kind == "checkpoint":
                path = Path(line["path"])
                narrator.checkpoint(line["step"], path)
            elif kind == "paused":
                narrator.pause(line["step"], Path(line["path"]) if line["path"] else None)
                return True
            elif kind == "started":
                narrator.warn(line)
            elif kind == "failed":
                narrator.fault(line["message"])
                return True
            elif kind == "done":
                if not self._examiner.examine(job, path):
                    return False
                narrator.success(line["trained_tokens"], path)
                return True
        return bool(self._store.columns("jobs", job)["status"] in FINAL)

    def _fetched(self, job: Record, base: str) -> Path:
        """The folder of the base, which is fetched when it is not here yet."""
        if not self._fetches.here(base):
            narrator_of(self._store, job["id"]).tell("fetching", f"Fetching the model {base}, once for all jobs")
        return self._fetches.ensure(base)

    def _order(self, job: Record, base: Path) -> dict[str, Any]:
        chosen = job["hyperparameters"]
        validation = job["validation_file"]
        return {
            "base": str(base),
            "training_file": str(self._store.blob(job["training_file"])),
            "validation_file": str(self._store.blob(validation)) if validation else None,
            "adapter": self._store.plan(job["id"])["adapter"],
            "folder": str(self._store.folder / "models" / job["id"]),
            "compiled": str(self._home / "compiled"),
            "epochs": chosen["n_epochs"],
            "batch_size": chosen["batch_size"],
            "learning_rate_multiplier": chosen["learning_rate_multiplier"],
            "seed": job["seed"],
            "beta": chosen.get("beta"),
            "asked_at": time.time(),
        }
