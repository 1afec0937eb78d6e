"""The caller's handle on a job."""

from __future__ import annotations

import base64
import binascii
import io
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import openai
from openai.types.fine_tuning import FineTuningJob

from ftwidgets.data import jsonl
from ftwidgets.errors import JobError, ServiceError
from ftwidgets.events import Checkpoint, Curves, Event
from ftwidgets.page import document
from ftwidgets.run.client import Client, in_words
from ftwidgets.run.following import Follower

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ENDED = ("succeeded", "failed", "cancelled")
PAGE = 100


class Run:
    """One job, on any host: what it is, what it has said so far, and what one can do with it.

    `refresh` asks the service, `follow` listens to it; everything else tells what was last heard. A status that is not
    known here is shown as it is, and taken as not ended. Safe to use from several threads.
    """

    def __init__(self, client: Client, job: Any) -> None:
        self.curves = Curves()
        self.client = client
        self._job = job
        self._lock = threading.RLock()
        self._events: dict[str, Event] = {}
        self._checkpoints: dict[int, Checkpoint] = {}
        self._waits: Mapping[str, Any] = {}
        self._follower = Follower(self)

    id = property(lambda self: str(self._job.id), doc="The job's id.")
    status = property(lambda self: str(self._job.status), doc="The job's status, when last asked.")
    base_model = property(
        lambda self: str(self._job.model), doc="The model that the job started from, as it was named."
    )

    @property
    def name(self) -> str:
        """What the job was called: its suffix, else "fine-tuning job"."""
        return str(getattr(self._job, "user_provided_suffix", None) or "fine-tuning job")

    @property
    def fine_tuned_model(self) -> str | None:
        """The new model's id; None until the job has succeeded."""
        model = self._job.fine_tuned_model
        return None if model is None else str(model)

    @property
    def error(self) -> str | None:
        """Why the job failed, as a sentence of the service; None where it did not."""
        error = self._job.error
        message = error.get("message") if isinstance(error, dict) else getattr(error, "message", None)
        return str(message) if message else None

    @property
    def outcome(self) -> str:
        """How the job stands, as a sentence."""
        verb = {"failed": "has failed", "cancelled": "was cancelled", "succeeded": "has succeeded"}
        reason = f": {self.error}" if self.error else "."
        return f"The job {self.id} {verb.get(self.status, f'is {self.status}')}{reason}"

    @property
    def ended(self) -> bool:
        """Whether the job will not go on."""
        return self.status in ENDED

    @property
    def trained_tokens(self) -> int | None:
        """The tokens of all examples, counted once each epoch; None until the job has succeeded."""
        tokens: int | None = self._job.trained_tokens
        return tokens

    @property
    def seconds(self) -> int | None:
        """From the job's creation to its end, in whole seconds as the service tells them; None before."""
        job = self._job
        return int(job.finished_at - job.created_at) if job.finished_at else None

    @property
    def events(self) -> list[Event]:
        """Every event heard so far, the oldest first."""
        with self._lock:
            return list(self._events.values())

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """The checkpoints heard of so far, the first first."""
        with self._lock:
            return [checkpoint for _, checkpoint in sorted(self._checkpoints.items())]

    @cached_property
    def system_message(self) -> str | None:
        """The system message that all training rows share, read from the job's file once; None where there is none.

        Raises:
            openai.APIConnectionError: the service does not answer.
        """
        try:
            content = self.client.files.content(self._job.training_file).read()
        except openai.APIStatusError:  # a host that does not give the file back
            return None
        return jsonl(content).system_message

    @property
    def n_epochs(self) -> int | None:
        """Passes over the training file; None while "auto" is not yet decided, or where the host does not say."""
        epochs = getattr(getattr(self._job, "hyperparameters", None), "n_epochs", None)
        return epochs if isinstance(epochs, int) else None

    @property
    def epoch_ends(self) -> tuple[int, ...]:
        """The last step of each epoch; none while the steps or the epochs are not known."""
        total, epochs = self.curves.total_steps, self.n_epochs
        return tuple(round(total * n / epochs) for n in range(1, epochs + 1)) if total and epochs else ()

    @property
    def waits(self) -> Mapping[str, Any]:
        """Of a job that waits on the embedded service: `ahead`, the jobs before it, and what is `fetching`."""
        return self._waits

    @property
    def away_since(self) -> float | None:
        """When the service was lost, while it is being looked for; in seconds since 1970."""
        return self._follower.away_since

    @property
    def trouble(self) -> str | None:
        """Why the run cannot be followed any more, as a sentence."""
        return self._follower.trouble

    def follow(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Keep this run up to date, and call `heard` after each change, both in a daemon thread.

        One thread serves all listeners. What is returned ends the listening; the thread ends with the last listener,
        or with the job.
        """
        return self._follower.add(heard)

    def refresh(self) -> Run:
        """Ask for the job's record, and for the events and checkpoints that are new."""
        job = self.client.fine_tuning.jobs.retrieve(self.id)
        new: list[Any] = []
        after: dict[str, str] = {}
        while True:
            page = self.client.fine_tuning.jobs.list_events(self.id, limit=PAGE, **after)  # newest first
            unheard = [record for record in page.data if record.id not in self._events]
            new += unheard
            if not page.has_more or len(unheard) < len(page.data) or not page.data:
                break
            after = {"after": page.data[-1].id}
        self.take(job, reversed(new), self._listed_checkpoints() if new else ())
        return self

    def _listed_checkpoints(self) -> list[Any]:
        try:
            return list(self.client.fine_tuning.jobs.checkpoints.list(self.id, limit=PAGE).data)
        except openai.APIStatusError:  # a host without them
            return []

    def take(
        self,
        job: Any = None,
        events: Iterable[Any] = (),
        checkpoints: Iterable[Any] = (),
        waits: Mapping[str, Any] | None = None,
    ) -> None:
        """Take in what was heard: records of a host, as the SDK's objects or as mappings, again or for the first time.

        A job that has ended stays ended, whatever an older record says.
        """
        heard = [Event.from_wire(record) for record in events]
        job = FineTuningJob.construct(**job) if isinstance(job, Mapping) else job
        with self._lock:
            if job is not None and (not self.ended or job.status in ENDED):
                self._job = job
            if waits is not None:
                self._waits = waits
            self._events |= {event.id: event for event in heard if event.id not in self._events}
            for checkpoint in map(Checkpoint.from_wire, checkpoints):
                self._checkpoints[checkpoint.step] = checkpoint
            self.curves.add(heard)

    def wait(self, *, seconds: float = 1.0, heard: Callable[[Run], None] | None = None) -> Run:
        """Refresh every so many seconds until the job has ended; `heard` is called after each time.

        Raises:
            JobError: the job failed or was cancelled; the message says why.
            ServiceError: the service does not answer any more.
        """
        while not self._reached().ended:
            if heard:
                heard(self)
            time.sleep(seconds)
        if heard:
            heard(self)
        if self.status != "succeeded":
            raise JobError(self.outcome)
        return self

    def _reached(self) -> Run:
        try:
            return self.refresh()
        except openai.APIConnectionError as error:
            raise ServiceError(
                f"The service at {self.client.base_url} does not answer any more. The job {self.id} goes on from its "
                "last saved step when it is back: ft.connect() starts the embedded one. "
                f'Then: run = ft.attach(client, "{self.id}")'
            ) from error

    def cancel(self) -> Run:
        """Stop the job; the checkpoints that it has made stay.

        Raises:
            InputError: it has ended already.
            ServiceError: the service does not answer.
        """
        with in_words(self.client):
            self._job = self.client.fine_tuning.jobs.cancel(self.id)
        return self

    def results(self) -> pd.DataFrame:
        """The job's result file, one row a step, as the service wrote it.

        Raises:
            JobError: the job has none, because it has not succeeded.
        """
        import pandas as pd

        files = list(self._job.result_files or [])
        if not files:
            raise JobError(f"The job {self.id} is {self.status}: only one that has succeeded has a result file.")
        return pd.read_csv(io.BytesIO(_csv(self.client.files.content(files[0]).read())))

    def figure(self) -> Figure:
        """The curves as a matplotlib figure, for the record; a notebook shows it as a picture."""
        from ftwidgets.run.figure import draw  # matplotlib takes a third of a second to load

        return draw(self.curves, epochs=self.epoch_ends)

    @property
    def notes(self) -> list[str]:
        """What a person should know of the job: that a base stood in for another, warnings, and errors."""
        return [event.message for event in self.events if "stands in" in event.message or event.level != "info"]

    def sections(self) -> list[str]:
        """The curves and the job's facts, as parts of an HTML page."""
        from ftwidgets.run.page import sections

        facts = {
            "job": self.id,
            "status": self.status,
            "base model": self.base_model,
            "fine-tuned model": self.fine_tuned_model,
            "steps": self.curves.step or None,
            "trained tokens": f"{self.trained_tokens:,}" if self.trained_tokens else None,
            "seconds from creation to end": self.seconds,
            "reason": self.error,
        }
        return sections(self.curves, facts, self.notes)

    def to_html(self) -> str:
        """One offline page with the curves and the job's facts."""
        return document(f"Run {self.id}", *self.sections())

    def __repr__(self) -> str:
        step, total = self.curves.step, self.curves.total_steps
        progress = f", step {step} of {total}" if total else ""
        return f"Run {self.id}: {self.status}{progress}" + (
            f", {self.fine_tuned_model}" if self.fine_tuned_model else ""
        )


def _csv(content: bytes) -> bytes:
    """The CSV text, which OpenAI's service sends in base64 and others as it is."""
    try:
        return base64.b64decode(content.translate(None, b"\r\n"), validate=True)
    except (binascii.Error, ValueError):
        return content
