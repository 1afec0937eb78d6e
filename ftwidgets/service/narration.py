"""A job's story as it goes into the store: each thing that happens becomes an event in OpenAI's words."""

from __future__ import annotations

import base64
import csv
import io
import time
from pathlib import Path
from typing import Any

from ftwidgets.data.cost.hyperparameters import Hyperparameters
from ftwidgets.service.files import keep
from ftwidgets.service.holdings import Holdings
from ftwidgets.service.models import Model, base_name, record_of
from ftwidgets.service.schema import FINAL
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record, new_id, now

METRICS = (
    "train_loss",
    "valid_loss",
    "full_valid_loss",
    "train_mean_token_accuracy",
    "valid_mean_token_accuracy",
    "full_valid_mean_token_accuracy",
)

COLUMNS = {
    "step": "step",
    "train_loss": "train_loss",
    "train_accuracy": "train_mean_token_accuracy",
    "valid_loss": "valid_loss",
    "valid_mean_token_accuracy": "valid_mean_token_accuracy",
}
"""The result file's columns, and the field of the metrics events that each takes its values from."""

CHECKPOINTS_KEPT = 3
"""As on OpenAI's service: those of the last three epochs. Those of a pause are kept besides: a person asked for it."""

MOST_CHECKPOINTS = 10_000

PREFERENCES = (
    "Of preferences, the training loss is that of DPO, and the accuracy is the share of pairs whose preferred output "
    "has gained more likelihood than the other, since the model that this job starts from"
)
"""Our choice: what OpenAI's service tells of such jobs is not published."""


class Narrator:
    """Writes one job's events, checkpoints and models; the legacy endpoint has one of its own (`legacy_narration`)."""

    NEW_MODEL = "New fine-tuned model created: {}"
    RESULT_FILE = "step_metrics.csv"

    def __init__(self, store: Store, job: str) -> None:
        self._store = store
        self._job = job

    def tell(self, kind: str, message: str, *, step: int = 0, level: str = "info") -> None:
        """Add a message event, unless one of this kind and step is there."""
        self._add(kind, message, step=step, level=level)

    def stand_in(self, model: Model) -> None:
        """Say so where another base is trained than the one that was named."""
        if model.stand_in:
            said = f"{model.name} cannot be trained on this machine: {model.base} stands in for it"
            self.tell("stand-in", said)

    def plan(self, chosen: Hyperparameters, asked: Hyperparameters) -> None:
        """Say that the files are sound, and what was chosen where `asked` left it open."""
        self.tell("queued", "Files validated, moving job to queued state")
        if decided := chosen.chosen_for(asked):
            self.tell("auto", f"Chosen for 'auto': {', '.join(decided)}")
        if chosen.method == "dpo":
            self.tell("preferences", PREFERENCES)

    def _add(self, kind: str, message: str, *, step: int, level: str = "info", numbers: Record | None = None) -> None:
        event = {
            "object": "fine_tuning.job.event",
            "id": new_id("ftevent-"),
            "created_at": now(),
            "level": level,
            "message": message,
            "data": numbers or {},
            "type": "metrics" if numbers else "message",
        }
        with self._store.transaction():
            if self._record()["status"] != "cancelled":  # after that, nothing more is told
                self._store.add("events", event, job=self._job, kind=kind, step=step, time=time.time())

    def step(self, seen: dict[str, Any]) -> None:
        """Add the metrics event of one step."""
        numbers = {name: round(seen[name], 6) for name in METRICS if seen.get(name) is not None}
        step, total = seen["step"], seen["total_steps"]
        message = f"Step {step}/{total}: training loss={seen['train_loss']:.2f}"
        for name, words in (("valid_loss", "validation loss"), ("full_valid_loss", "full validation loss")):
            if name in numbers:
                message += f", {words}={numbers[name]:.2f}"
        self._add("metrics", message, step=step, numbers={"step": step, "total_steps": total} | numbers)

    def checkpoint(self, step: int, path: Path) -> None:
        """Keep the checkpoint of an epoch's end, as a model that answers at once, and let go of the fourth last."""
        with self._store.transaction():
            kept = self._checkpoints()
            if kept and kept[0]["step_number"] >= step:
                return  # told again after a resume
            self._add_checkpoint(step, path)
            pauses = self._store.plan(self._job).get("pauses", [])
            ends = [one for one in kept if one["step_number"] not in pauses]
            for old in ends[CHECKPOINTS_KEPT - 1 :]:
                self._store.remove("checkpoints", old["id"])
                self._store.remove("models", old["fine_tuned_model_checkpoint"])

    def _checkpoints(self) -> list[Record]:
        """The job's checkpoints, the newest first."""
        return self._store.page("checkpoints", MOST_CHECKPOINTS, job=self._job)

    def _add_checkpoint(self, step: int, path: Path) -> str:
        job = self._record()
        model = f"{self._name(job)}:ckpt-step-{step}"
        checkpoint: Record = {
            "object": "fine_tuning.job.checkpoint",
            "id": new_id("ftckpt_"),
            "created_at": now(),
            "fine_tuned_model_checkpoint": model,
            "fine_tuning_job_id": self._job,
            "step_number": step,
            "metrics": self._metrics_at(step),
        }
        self._store.add("checkpoints", checkpoint, job=self._job, step=step)
        self._add_model(model, job, path, listed=0)
        return model

    def warn(self, started: dict[str, Any]) -> None:
        """Say what of the examples could not be used."""
        words = {
            "cut": f"of {started['examples']} examples were cut at the model's context",
            "left_out": f"of {started['examples']} examples were left out: after the cut, no answer is left",
            "unwatched": "validation examples were left out: after the cut, no answer is left",
        }
        for kind, what in words.items():
            if started[kind]:
                self.tell(kind, f"{started[kind]} {what}", level="warn")

    def pause(self, step: int | None = None, path: Path | None = None) -> None:
        """Hold the job after `step`, by default the last that was told; the adapter in `path` becomes a checkpoint."""
        with self._store.transaction():
            if self._record()["status"] in FINAL:
                return
            step = self._last_step() if step is None else step
            pauses = [*self._store.plan(self._job).get("pauses", []), step]
            kept = {one["step_number"]: one["fine_tuned_model_checkpoint"] for one in self._checkpoints()}
            if path is not None and step not in kept:
                kept[step] = self._add_checkpoint(step, path)
            self._store.plan(self._job, pauses=pauses)
            self._store.update_job(self._job, status="paused")
            what = f"after step {step}" if step else "before its first step"
            answers = f"; the model as it is then answers as {kept[step]}" if step in kept else ""
            self.tell("paused", f"The job was paused {what}{answers}", step=len(pauses))

    def resume(self) -> Record:
        """Let the job wait for its turn again."""
        with self._store.transaction():
            plan = self._store.plan(self._job)
            step = self._last_step()
            where = f"it goes on after step {step}" if step else "it begins with its first step"
            self.tell("resumed", f"The job was resumed: {where} when its turn comes", step=len(plan.get("pauses", [])))
            status = "queued" if plan.get("validated") else "validating_files"
            record = self._store.update_job(self._job, status=status)
        assert record is not None
        return record

    def _last_step(self) -> int:
        """The last step that was told."""
        last = self._store.page("events", 1, job=self._job, kind="metrics")
        return int(last[0]["data"]["step"]) if last else 0

    def success(self, trained_tokens: int, path: Path) -> None:
        """Keep the fine-tuned model and the result file, and close the job."""
        with self._store.transaction():
            job = self._record()
            model = self._name(job)
            if job["status"] == "cancelled":
                return
            earlier = self._checkpoints()[:0:-1]
            for checkpoint in earlier:
                step, name = checkpoint["step_number"], checkpoint["fine_tuned_model_checkpoint"]
                self.tell("checkpoint", f"Checkpoint created at step {step} with Snapshot ID: {name}", step=step)
            self._add_model(model, job, path, listed=1)
            self.tell("model", self.NEW_MODEL.format(model))
            file = self._keep_results()
            self.tell("success", "The job has successfully completed")
            self._store.update_job(
                self._job,
                status="succeeded",
                finished_at=now(),
                fine_tuned_model=model,
                result_files=[file["id"]],
                trained_tokens=trained_tokens,
                estimated_finish=None,
            )

    def fault(self, message: str) -> None:
        """Close the job with an error that lies not in its files."""
        self.failure({"code": "server_error", "message": message, "param": None})

    def failure(self, error: Record) -> None:
        """Close the job with `error`, the fields of OpenAI's job error."""
        with self._store.transaction():
            if self._store.update_job(
                self._job, unless=("cancelled",), status="failed", finished_at=now(), error=error
            ):
                self.tell("failure", error["message"], level="error")

    def _record(self) -> Record:
        record = self._store.get("jobs", self._job)
        assert record is not None
        return record

    def _name(self, job: Record) -> str:
        """A new model id; each checkpoint has one of its own."""
        return f"ft:{base_name(job['model'])}:personal:{slug(job['user_provided_suffix'])}:{new_id('', 8)}"

    def _add_model(self, identity: str, job: Record, adapter: Path, *, listed: int) -> None:
        base = self._store.plan(self._job)["base"]
        record, folder = record_of(identity, now(), base), self._store.folder
        place = adapter.relative_to(folder) if adapter.is_relative_to(folder) else adapter  # the home may be moved
        self._holdings().add("models", record, job=str(job["id"]), base=base, adapter=place.as_posix(), listed=listed)

    def _holdings(self) -> Holdings:
        return Holdings(self._store, self._store.columns("jobs", self._job)["owner"])

    def _keep_results(self) -> Record:
        """Keep the result file, and return its record."""
        return keep(self._holdings(), io.BytesIO(self._result_file()), self.RESULT_FILE, "fine-tune-results")

    def _metrics_at(self, step: int) -> Record:
        events = self._store.page("events", 1, job=self._job, kind="metrics", step=step)
        found = events[0]["data"] if events else {"step": step}
        return {name: value for name, value in found.items() if name != "total_steps"}

    def _result_file(self) -> bytes:
        """The steps as CSV, in base64: that is how OpenAI's service sends it."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for event in self._store.page("events", 10_000_000, job=self._job, kind="metrics", oldest_first=True):
            row = [event["data"].get(field) for field in COLUMNS.values()]
            writer.writerow(
                "" if value is None else (value if isinstance(value, int) else f"{value:.5f}") for value in row
            )
        return base64.b64encode(text.getvalue().encode())


def slug(suffix: str | None) -> str:
    """A suffix as it stands in a model's id."""
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in (suffix or "").lower())
    return kept.strip("-")
