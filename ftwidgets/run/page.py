"""A run's curves and facts as parts of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ftwidgets import page
from ftwidgets.events import Curves, Points
from ftwidgets.run.figure import picture


def sections(curves: Curves, facts: Mapping[str, object], notes: Sequence[str]) -> list[str]:
    """The curves, as a picture and in a sentence; then the notes and the facts."""
    points = {"training": curves["train_loss"], "validation": curves.validation()}
    spoken = "; ".join(_told(name, series) for name, series in points.items() if series)
    spoken = spoken.capitalize() or "No step has been taken"
    figure = picture(curves, f"Loss and token accuracy by step. {spoken}")
    return [
        page.section("While it learned", figure, page.paragraph(f"{spoken}.")),
        page.section("The job", *map(page.paragraph, notes), page.facts(facts)),
    ]


def _told(name: str, series: Points) -> str:
    (first, first_loss), (last, last_loss) = series[0], series[-1]
    return f"{name} loss {first_loss:.2f} at step {first}, {last_loss:.2f} at step {last}"
