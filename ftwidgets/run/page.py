"""A run as a page: its curves and its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftwidgets import page
from ftwidgets.run.figure import data_url, validation_points

if TYPE_CHECKING:
    from ftwidgets.run.run import Run


def write(run: Run) -> str:
    """One offline page about the run."""
    return page.document(f"Run {run.id}", *sections(run))


def sections(run: Run) -> list[str]:
    """What the page says of the run: also a part of larger reports."""
    curves = run.curves
    points = [["train", curves["train_loss"]], ["validation", validation_points(curves)]]
    spoken = [
        f"{name} loss {p[0][1]:.2f} at step {p[0][0]}, {p[-1][1]:.2f} at step {p[-1][0]}" for name, p in points if p
    ]  # type: ignore[index]
    figure = f'<img alt="Loss and token accuracy by step: {"; ".join(spoken)}" src="{data_url(run.figure())}">'
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
        page.section(
            "While it learned", figure, page.paragraph("; ".join(spoken).capitalize() + ".") if spoken else ""
        ),
        page.section("The job", *notes, page.facts(known)),
    ]
