"""What the Launcher tells of a job, as plain values: its size and time, what could be changed, and how it stands."""

from __future__ import annotations

from typing import Any

from ftwidgets.data.cost.hyperparameters import auto_epochs
from ftwidgets.quantities import count
from ftwidgets.run import Estimate, Run
from ftwidgets.run.draft import Draft, basis
from ftwidgets.run.standing import standing


def proposals(draft: Draft, estimate: Estimate | None) -> list[dict[str, Any]]:
    """Buttons that change what is chosen: what would make a long job shorter, and the way back to all rows."""
    whole, offered = len(draft.train.data), []
    if estimate and (rows := estimate.fewer_rows):
        kept = {"n_epochs": estimate.n_epochs} if auto_epochs(rows) != estimate.n_epochs else {}
        offered.append(
            {"words": f"Use {rows:,} of the {whole:,} rows", "traits": {"rows": rows} | kept, "shortens": True}
        )
    if estimate and (epochs := estimate.fewer_epochs):
        offered.append({"words": f"Use {count(epochs, 'epoch')}", "traits": {"n_epochs": epochs}, "shortens": True})
    if draft.used < whole:
        offered.append({"words": f"Use all {whole:,} rows", "traits": {"rows": None}, "shortens": False})
    return offered


def told(estimate: Estimate | None, *, measurable: bool) -> dict[str, Any] | None:
    """The lines on a job's size and time; `measurable` is whether its machine is free to be measured."""
    if estimate is None:
        return None
    tokens = f" · {estimate.tokens:,} tokens" if estimate.tokens else ""
    return {
        "size": f"{estimate.size}{tokens}",
        "time": estimate.time and f"{estimate.time} on this machine",
        "basis": basis(estimate),
        "is_long": estimate.is_long,
        "can_measure": estimate.can_measure and measurable,
    }


def stands(run: Run | None) -> dict[str, Any] | None:
    """How the job that was started stands."""
    if run is None:
        return None
    seen = standing(run)
    names = ("label", "kind", "progress", "note", "note_kind", "step", "total")
    return {"id": run.id} | {name: getattr(seen, name) for name in names}
