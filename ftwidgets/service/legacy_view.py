"""A legacy job as `/v1/fine-tunes` shows it, out of the record that the queue works with."""

from __future__ import annotations

from ftwidgets.service.classification import Classification
from ftwidgets.service.holdings import Holdings
from ftwidgets.service.wire import Record

STATUSES = {"validating_files": "pending", "queued": "pending"}
"""The statuses that had another name."""

MOST_EVENTS = 10_000_000


def view(own: Holdings, job: Record, *, with_events: bool = True) -> Record:
    """The job's object; in a list it is shown without its events."""
    plan = own.store.plan(job["id"])
    told = messages(own, job["id"])
    shown = {
        "object": "fine-tune",
        "id": job["id"],
        "hyperparams": _hyperparams(job, plan),
        "organization_id": job["organization_id"],
        "model": job["model"],
        "training_files": [_current(own, plan["training"])],
        "validation_files": [_current(own, plan["validation"])] if plan["validation"] else [],
        "result_files": [file for one in job["result_files"] if (file := own.get("files", one))],
        "created_at": job["created_at"],
        "updated_at": told[-1]["created_at"] if told else job["created_at"],
        "status": STATUSES.get(job["status"], job["status"]),
        "fine_tuned_model": job["fine_tuned_model"],
    }
    return shown | ({"events": told} if with_events else {})


def _hyperparams(job: Record, plan: Record) -> Record:
    """What trains the model; what was left open is null while the job is pending, as it was."""
    known = plan["asked" if job["status"] in STATUSES else "hyperparameters"]
    names = ("n_epochs", "batch_size", "learning_rate_multiplier")
    shown = {name: known[name] for name in names} | {"prompt_loss_weight": 0.0}  # only completions are trained
    classes = plan["classification"]
    return shown | (Classification(**classes).wire() if classes else {})


def _current(own: Holdings, file: Record) -> Record:
    """The file's record; for one that was deleted since, its last, with that status."""
    return own.get("files", file["id"]) or file | {"status": "deleted"}


def messages(own: Holdings, job: str) -> list[Record]:
    """The events of a job, the oldest first; the numbers of its steps were not among them."""
    return [shown(event) for event in own.store.events_after(job, 0, MOST_EVENTS, without="metrics")]


def shown(event: Record) -> Record:
    """An event as the legacy endpoint shows it."""
    return {"object": "fine-tune-event"} | {name: event[name] for name in ("created_at", "level", "message")}
