"""The curves as a matplotlib figure."""

from __future__ import annotations

import base64
import io

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ftwidgets.events import Curves, Points

TRAINING, VALIDATION, ACCURACY = "#0072b2", "#c24e00", "#00795a"
"""Colours that colour-blind eyes tell apart; line styles differ as well."""

TEXT, LINE = "#1f2328", "#d8dee4"


def draw(curves: Curves) -> Figure:
    """Loss above, token accuracy below, by step. A series that has no points is not drawn."""
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    loss, accuracy = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    _line(loss, _smoothed(curves["train_loss"]), "training", color=TRAINING, linewidth=2)
    _line(loss, curves["train_loss"], None, color=TRAINING, linewidth=1, alpha=0.28)
    _line(
        loss,
        validation_points(curves),
        "validation",
        color=VALIDATION,
        linestyle="--",
        marker="o",
        markerfacecolor="none",
    )
    _line(accuracy, curves["train_accuracy"], "training", color=ACCURACY, linewidth=1.4)
    _line(
        accuracy,
        curves["full_valid_accuracy"],
        "validation",
        color=VALIDATION,
        linestyle="--",
        marker="o",
        markerfacecolor="none",
    )
    _finish(loss, "loss (nats a token)")
    _finish(accuracy, "token accuracy")
    accuracy.set_xlabel("step")
    accuracy.set_ylim(0, 1.02)
    accuracy.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def validation_points(curves: Curves) -> Points:
    """The validation loss: over all rows where it was measured so, else on the sample."""
    return sorted((dict(curves["valid_loss"]) | dict(curves["full_valid_loss"])).items())


def png(figure: Figure) -> bytes:
    """The figure as a picture."""
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=144)
    return target.getvalue()


def data_url(figure: Figure) -> str:
    """The figure as a picture that stands inside a page."""
    return "data:image/png;base64," + base64.b64encode(png(figure)).decode()


def _line(axes: Axes, points: Points, label: str | None, **style: object) -> None:
    if points:
        steps, values = zip(*points, strict=True)
        axes.plot(steps, values, label=label, markersize=4, **style)  # type: ignore[arg-type]


def _smoothed(points: Points, weight: float = 0.8) -> Points:
    """An exponential moving average, corrected for its start."""
    total, norm, smoothed = 0.0, 0.0, []
    for step, value in points:
        total, norm = weight * total + (1 - weight) * value, weight * norm + (1 - weight)
        smoothed.append((step, total / norm))
    return smoothed


def _finish(axes: Axes, label: str) -> None:
    axes.set_ylabel(label, color=TEXT)
    axes.set_ylim(bottom=0)
    axes.grid(color=LINE, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(frameon=False, loc="upper right" if "loss" in label else "lower right")
