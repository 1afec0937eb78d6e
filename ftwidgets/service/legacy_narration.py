"""The story of a job of the legacy endpoint, in the words that OpenAI's service used there."""

from __future__ import annotations

import csv
import io
import time
from itertools import takewhile
from pathlib import Path
from typing import ClassVar

from ftwidgets.service.line import Line
from ftwidgets.service.models import base_name
from ftwidgets.service.narration import Narrator, slug
from ftwidgets.service.schema import LEGACY
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record

COLUMNS = {
    "step": "step",
    "elapsed_tokens": None,
    "elapsed_examples": "elapsed_examples",
    "training_loss": "train_loss",
    "training_sequence_accuracy": None,
    "training_token_accuracy": "train_mean_token_accuracy",
}
VALIDATION = {
    "validation_loss": "valid_loss",
    "validation_sequence_accuracy": None,
    "validation_token_accuracy": "valid_mean_token_accuracy",
}
"""The result file's columns, and where each takes its values from. None: the engine does not measure it (the tokens so
far, and how many answers were right as a whole), and the column stays empty."""


def narrator_of(store: Store, job: str) -> Narrator:
    """Who tells the story of that job: the API that it was created with decides."""
    legacy = store.columns("jobs", job)["api"] == LEGACY
    return LegacyNarrator(store, job) if legacy else Narrator(store, job)


class LegacyNarrator(Narrator):
    """Writes the events of a legacy job, and its model under a legacy name."""

    NEW_MODEL = "Uploaded model: {}"
    RESULT_FILE = "compiled_results.csv"
    WORDS: ClassVar = {
        "started": "Fine-tune started",
        "cancelled": "Fine-tune cancelled",
        "success": "Fine-tune succeeded",
    }

    def tell(self, kind: str, message: str, *, step: int = 0, level: str = "info") -> None:
        """Add a message event, in the legacy words where there are some."""
        if kind == "queued":
            super().tell("costs", "Fine-tune costs $0.00")
            message = f"Fine-tune enqueued. Queue number: {self._ahead()}"
        super().tell(kind, self.WORDS.get(kind, message), step=step, level=level)

    def checkpoint(self, step: int, path: Path) -> None:  # noqa: ARG002
        """Say that an epoch is over; the legacy endpoint knew no checkpoints."""
        seen = self._store.page("events", 1, job=self._job, kind="metrics", step=step)[0]["data"]
        epochs = self._record()["hyperparameters"]["n_epochs"]
        self.tell("epoch", f"Completed epoch {step * epochs // seen['total_steps']}/{epochs}", step=step)

    def _ahead(self) -> int:
        """How many jobs come before this one, as it is now: the jobs of other keys may still come in between."""
        waiting = [job["id"] for job in Line(self._store).whole()]
        return len(list(takewhile(lambda one: one != self._job, waiting)))

    def _name(self, job: Record) -> str:
        """A new model id. It tells the second; where that is taken, the next free one (our choice)."""
        suffix = slug(job["user_provided_suffix"])
        stem = f"{base_name(job['model'])}:ft-personal{':' if suffix else ''}{suffix}"
        second, name = int(time.time()), ""
        while not name or self._store.get("models", name):
            name = f"{stem}-{time.strftime('%Y-%m-%d-%H-%M-%S', time.gmtime(second))}"
            second += 1
        return name

    def _keep_results(self) -> Record:
        file = super()._keep_results()
        self.tell("result-file", f"Uploaded result file: {file['id']}")
        return file

    def _result_file(self) -> bytes:
        """The steps as plain CSV: that is how the legacy endpoint sent them."""
        text = io.StringIO()
        columns = COLUMNS | (VALIDATION if self._record()["validation_file"] else {})
        scores = {f"classification/{name}": one for name, one in self._store.plan(self._job).get("scores", {}).items()}
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*columns, *scores])
        for event in self._store.page("events", 10_000_000, job=self._job, kind="metrics", oldest_first=True):
            seen = event["data"] | {"elapsed_examples": self._examples(event["data"])}
            last = seen["step"] == seen["total_steps"]  # the model was examined when it was trained
            values = [seen.get(field) if field else None for field in columns.values()]
            writer.writerow([*values, *(score if last else None for score in scores.values())])
        return text.getvalue().encode()

    def _examples(self, seen: Record) -> int | None:
        """How many examples had been shown after that step; None where that is not known."""
        plan = self._store.plan(self._job)
        rows, chosen = plan["rows"], plan["hyperparameters"]
        an_epoch = seen["total_steps"] // chosen["n_epochs"]
        if an_epoch != -(-rows // chosen["batch_size"]):
            return None  # some rows were left out
        epochs, within = divmod(seen["step"], an_epoch)
        if within and rows % chosen["batch_size"]:
            return None  # the batch that is not full may come at any place of an epoch
        return int(epochs * rows + within * chosen["batch_size"])
