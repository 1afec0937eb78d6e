"""The curves as a matplotlib figure, on a light or a dark ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ftwidgets.data import drawing as drawn
from ftwidgets.data.drawing import LIGHT, Theme, drawing, finish
from ftwidgets.events import Curves, Points


def draw(curves: Curves, theme: Theme = LIGHT, *, epochs: Sequence[int] = ()) -> Figure:
    """Loss above, token accuracy below, by step; `epochs` are marked. A series that has no points is not drawn."""
    figure = drawing(theme, 8, 4.8)
    loss, accuracy = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    measured: dict[str, Any] = {"color": theme.validation, "linestyle": "--", "marker": "o", "markerfacecolor": "none"}
    _line(loss, curves["train_loss"], None, color=theme.training, linewidth=1, alpha=0.28)
    _line(loss, _smoothed(curves["train_loss"]), "training", color=theme.training, linewidth=2)
    sampled: dict[str, Any] = {"color": theme.validation, "linestyle": ":", "linewidth": 1}
    _line(loss, curves.validation("loss"), "validation", **measured)
    _line(loss, curves.sampled("loss"), "validation, on a sample of its rows", **sampled)
    _line(accuracy, curves["train_accuracy"], "training", color=theme.accuracy, linewidth=1.4)
    _line(accuracy, curves.validation("accuracy"), "validation", **measured)
    _line(accuracy, curves.sampled("accuracy"), None, **sampled)
    for axes, label in ((loss, "loss (nats a token)"), (accuracy, "token accuracy")):
        _mark(axes, epochs, theme)
        _finish(axes, label, theme)
    accuracy.set_xlabel("step", color=theme.text)
    accuracy.set_ylim(0, 1.02)
    accuracy.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def picture(curves: Curves, alternative: str, *, epochs: Sequence[int] = ()) -> str:
    """The figure as HTML: the dark one where the reader's system is dark; `alternative` is its text, escaped."""
    return drawn.picture(lambda theme: draw(curves, theme, epochs=epochs), alternative)


def _line(axes: Axes, points: Points, label: str | None, **style: Any) -> None:
    if points:
        steps, values = zip(*points, strict=True)
        axes.plot(steps, values, label=label, markersize=4, **style)


def _mark(axes: Axes, epochs: Sequence[int], theme: Theme) -> None:
    """A faint upright line at each epoch's end."""
    transform = axes.get_xaxis_transform()
    axes.vlines(list(epochs), 0, 1, transform=transform, color=theme.line, linestyle=(0, (2, 3)), linewidth=0.8)


def _smoothed(points: Points, weight: float = 0.8) -> Points:
    """An exponential moving average, corrected for its start."""
    total, norm, smoothed = 0.0, 0.0, []
    for step, value in points:
        total, norm = weight * total + (1 - weight) * value, weight * norm + (1 - weight)
        smoothed.append((step, total / norm))
    return smoothed


def _finish(axes: Axes, label: str, theme: Theme) -> None:
    finish(axes, theme)
    axes.set_ylabel(label, color=theme.text)
    axes.set_ylim(bottom=0)
    if axes.lines:
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, labelcolor=theme.text, borderpad=0)
