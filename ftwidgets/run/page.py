"""A run as a page: its curves and its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftwidgets import page
from ftwidgets.events import Points
from ftwidgets.run.figure import picture, validation_points

if TYPE_CHECKING:
    from ftwidgets.run.run import Run


def write(run: Run) -> str:
    """One offline page about the run."""
    return page.document(f"Run {run.id}", *sections(run))


def sections(run: Run) -> list[str]:
    """What the page says of the run: also a part of larger reports."""
    curves = run.curves
    points = {"training": curves["train_loss"], "validation": validation_points(curves)}
    told = [
        f"{name} loss {p[0][1]:.2f} at step {p[0][0]}, {p[-1][1]:.2f} at step {p[-1][0]}"
        for name, p in points.items()
        if p
    ]
    spoken = "; ".join(told).capitalize() or "No step has been taken"
    figure = picture(curves, f"Loss and token accuracy by step. {spoken}")
    known = {
        "job": run.id,
        "status": run.status,
        "base model": run.base_model,
        "fine-tuned model": run.fine_tuned_model,
        "steps": curves.step or None,
        "trained tokens": f"{run.trained_tokens:,}" if run.trained_tokens else None,
        "seconds from creation to end": run.seconds,
        "reason": run.error,
    }
    notes = [
        page.paragraph(event.message) for event in run.events if "stands in" in event.message or event.level != "info"
    ]
    return [
        page.section("While it learned", figure, page.paragraph(f"{spoken}.")),
        page.section("The job", *notes, page.facts(known)),
    ]


def _told(name: str, series: Points) -> str:
    (first, first_loss), (last, last_loss) = series[0], series[-1]
    return f"{name} loss {first_loss:.2f} at step {first}, {last_loss:.2f} at step {last}"
