"""How a run stands, in words and in a few numbers: what a widget, a table or a terminal shows of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from ftwidgets.events import Curves
from ftwidgets.quantities import count, duration
from ftwidgets.run.run import ENDED, Run

Kind = Literal["", "run", "good", "bad", "warn"]

LABELS: dict[str, tuple[str, Kind]] = {
    "validating_files": ("checking the files", ""),
    "queued": ("waiting", ""),
    "running": ("running", "run"),
    "pausing": ("pausing", "warn"),
    "paused": ("paused", "warn"),
    "resuming": ("resuming", ""),
    "succeeded": ("succeeded", "good"),
    "failed": ("failed", "bad"),
    "cancelled": ("cancelled", "warn"),
}


@dataclass(frozen=True)
class Standing:
    """`label` and `kind` are the status; `progress` is how far it is; `note` is what a person should know now.

    `epochs` are the steps at which each epoch ends; `best` is the checkpoint with the lowest validation loss.
    """

    label: str
    kind: Kind
    progress: str
    note: str
    note_kind: Kind
    step: int
    total: int | None
    epochs: tuple[int, ...]
    best: int | None


def standing(run: Run) -> Standing:
    """How `run` stands, from what was last heard of it."""
    label, kind = LABELS.get(run.status, (run.status.replace("_", " "), ""))
    note, note_kind = _note(run)
    if run.away_since is not None:
        label, kind = "not reached", "warn"
    return Standing(
        label=label,
        kind=kind,
        progress=_progress(run),
        note=note,
        note_kind=note_kind,
        step=run.curves.step,
        total=run.curves.total_steps,
        epochs=run.epoch_ends,
        best=best_checkpoint(run),
    )


def best_checkpoint(run: Run) -> int | None:
    """The step of the checkpoint with the lowest validation loss; None where fewer than two have one."""
    losses = dict(run.curves.validation())
    measured = {one.step: losses[one.step] for one in run.checkpoints if one.step in losses}
    return min(measured, key=measured.__getitem__) if len(measured) > 1 else None


def _progress(run: Run) -> str:
    if not run.ended and run.status != "running":
        return _waiting(run)
    curves = run.curves
    if not curves.step:
        return "getting ready: no step yet" if run.status == "running" else "no step was taken"
    total = f"step {curves.step} of {curves.total_steps}" if curves.total_steps else f"step {curves.step}"
    if run.status == "succeeded":
        total = count(curves.step, "step")
    return " · ".join(part for part in (total, _epoch(run), _time(run, curves)) if part)


def _epoch(run: Run) -> str:
    ends = run.epoch_ends
    if not ends or run.status == "succeeded":
        return count(len(ends), "epoch") if ends else ""
    return f"epoch {sum(end < run.curves.step for end in ends) + 1} of {len(ends)}"


def _time(run: Run, curves: Curves) -> str:
    if run.ended:
        verb = "done in" if run.status == "succeeded" else "after"
        return f"{verb} {duration(run.seconds)}" if run.seconds is not None else ""
    left = curves.seconds_left if run.away_since is None else None
    return "" if left is None else f"{duration(left)} left"


def _waiting(run: Run) -> str:
    fetching, ahead = run.waits.get("fetching"), run.waits.get("ahead")
    if fetching and not ahead:
        done, total = fetching.get("done", 0) / 1e6, fetching.get("total", 0) / 1e6
        return f"fetching the model · {done:.0f} of {total:.0f} MB" if total else "fetching the model"
    return f"{count(ahead, 'job')} before it" if ahead else ""


def _note(run: Run) -> tuple[str, Kind]:
    if run.trouble:
        return f"It cannot be followed any more: {run.trouble}", "bad"
    if run.away_since is not None:
        since = time.strftime("%H:%M:%S", time.localtime(run.away_since))
        return (
            f"The service does not answer; it is looked for since {since}. If it has ended, ft.connect() starts it "
            "again, and a training goes on from its last saved step."
        ), "warn"
    if run.status == "failed":
        return run.error or "It failed, and the service does not say why.", "bad"
    if run.status not in LABELS and run.status not in ENDED:
        return f"The service calls its status '{run.status}', which is not known here; it is taken as going on.", "warn"
    return " ".join(_sentence(note) for note in run.notes), ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
