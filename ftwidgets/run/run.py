"""The caller's handle on a job."""

from __future__ import annotations

import base64
import binascii
import io
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ftwidgets.errors import JobError
from ftwidgets.events import Curves, Event
from ftwidgets.page import document
from ftwidgets.run.uploading import Client

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ENDED = ("succeeded", "failed", "cancelled")
PAGE = 100


class Run:
    """One job, on any host: what it is, what it has said so far, and what one can do with it.

    `refresh` asks the service; everything else tells what was last heard. A status that is not known here is shown
    as it is, and taken as not ended.
    """

    def __init__(self, client: Client, job: Any) -> None:
        self.curves = Curves()
        self._client = client
        self._job = job
        self._events: dict[str, Event] = {}

    id = property(lambda self: str(self._job.id), doc="The job's id.")
    status = property(lambda self: str(self._job.status), doc="The job's status, when last asked.")
    base_model = property(
        lambda self: str(self._job.model), doc="The model that the job started from, as it was named."
    )

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
        return list(self._events.values())

    def refresh(self) -> Run:
        """Ask for the job's record and for the events that are new."""
        self._job = self._client.fine_tuning.jobs.retrieve(self.id)
        new: list[Event] = []
        after: dict[str, str] = {}
        while True:
            page = self._client.fine_tuning.jobs.list_events(self.id, limit=PAGE, **after)
            events = [Event.from_wire(record) for record in page.data]  # newest first
            unheard = [event for event in events if event.id not in self._events]
            new += unheard
            if not page.has_more or len(unheard) < len(events) or not events:
                break
            after = {"after": events[-1].id}
        self._events |= {event.id: event for event in reversed(new)}
        self.curves.add(new)
        return self

    def wait(self, *, seconds: float = 1.0, heard: Callable[[Run], None] | None = None) -> Run:
        """Refresh every so many seconds until the job has ended; `heard` is called after each time.

        Raises:
            JobError: the job failed or was cancelled; the message says why.
        """
        while not self.refresh().ended:
            if heard:
                heard(self)
            time.sleep(seconds)
        if heard:
            heard(self)
        if self.status != "succeeded":
            raise JobError(self.outcome)
        return self

    def cancel(self) -> Run:
        """Stop the job; the checkpoints that it has made stay."""
        self._job = self._client.fine_tuning.jobs.cancel(self.id)
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
        return pd.read_csv(io.BytesIO(_csv(self._client.files.content(files[0]).read())))

    def figure(self) -> Figure:
        """The curves as a matplotlib figure, for the record."""
        from ftwidgets.run.figure import draw  # matplotlib takes a third of a second to load

        return draw(self.curves)

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
