"""The drawings of a profile, one for each thing that it tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from ftwidgets.data.drawing import Theme, drawing, finish
from ftwidgets.quantities import count

if TYPE_CHECKING:
    from ftwidgets.data.profiling import Profile

BINS, TALLEST, FEWEST = 40, 12, 4
"""Columns of a histogram; bars of other charts, at most, the rest put together, and places for them at least."""

SPREAD = 30
"""A largest value so many times the middle one is drawn on a logarithmic axis."""

Panel = Callable[[Axes, Theme], None]


def draw(profile: Profile, theme: Theme) -> Figure:
    """All panels of which something is known, two beside each other."""
    panels = _panels(profile)
    figure = drawing(theme, 9.5, 2.4 * max(1, (len(panels) + 1) // 2))
    places = figure.subplots((len(panels) + 1) // 2 or 1, 2, squeeze=False).ravel()
    for axes, panel in zip(places, panels, strict=False):
        panel(axes, theme)
    for axes in places[len(panels) :]:
        axes.set_visible(False)
    return figure


def _panels(profile: Profile) -> list[Panel]:
    known = profile.quantities
    if not known:
        return []
    panels: list[Panel] = [
        lambda axes, theme: _tokens(axes, theme, profile),
        lambda axes, theme: _speakers(axes, theme, profile),
        lambda axes, theme: _histogram(
            axes, theme, known["characters of the last answer"], "characters of the last answer"
        ),
        lambda axes, theme: _messages(axes, theme, known["messages"]),
    ]
    if profile.labels:
        panels.append(lambda axes, theme: _bars(axes, theme, profile.labels, "rows of each label"))
    if len(profile.languages) > 1:
        title = f"language of the answer, of {count(sum(profile.languages.values()), 'row')}"
        panels.append(lambda axes, theme: _bars(axes, theme, profile.languages, title))
    return panels


def _tokens(axes: Axes, theme: Theme, profile: Profile) -> None:
    tokens, context = profile.quantities["tokens"], profile.counter.context
    _histogram(axes, theme, tokens, "tokens of an example", end=context if profile.over else None)
    if context is None:
        return
    words = f"{count(profile.over, 'row')} cut at {count(context)}" if profile.over else f"all within {count(context)}"
    axes.set_title(f"tokens of an example: {words}", loc="left", color=theme.text, fontsize=10)
    if profile.over:
        axes.axvline(context, color=theme.validation, linestyle="--", linewidth=1.2)


def _histogram(axes: Axes, theme: Theme, values: npt.NDArray[Any], title: str, end: int | None = None) -> None:
    """How many rows have about so many; what lies beyond `end` is told apart."""
    wide = values.max() > SPREAD * max(1, np.median(values))
    edges = _edges(values, wide)
    rows, edges = np.histogram(values, edges)
    middle = edges[:-1] if end is None else (edges[:-1] + edges[1:]) / 2
    beyond = np.zeros(len(rows), np.bool_) if end is None else middle > end
    for shown, colour, hatch in ((~beyond, theme.training, None), (beyond, theme.validation, "//")):
        style: dict[str, Any] = {"color": colour, "edgecolor": theme.ground, "linewidth": 0.5, "hatch": hatch}
        axes.bar(edges[:-1][shown], rows[shown], np.diff(edges)[shown], align="edge", **style)
    if wide:
        axes.set_xscale("log")
    _finish(axes, theme, title)


def _edges(values: npt.NDArray[Any], wide: bool) -> npt.NDArray[np.float64]:
    low, high = int(values.min()), int(values.max()) + 1
    if wide:
        return np.unique(np.geomspace(max(1, low), high, BINS + 1).round()).astype(np.float64)
    step = max(1, -(-(high - low) // BINS))
    return np.arange(low, high + step, step, dtype=np.float64)


def _speakers(axes: Axes, theme: Theme, profile: Profile) -> None:
    """Of each speaker the median and the span of eight rows in ten, and its share of all that is said."""
    said = {name.removeprefix("tokens, "): v for name, v in profile.quantities.items() if name.startswith("tokens, ")}
    whole = max(1, sum(int(column.sum()) for column in said.values()))
    names = [f"{who} · {_share(int(column.sum()) / whole)}" for who, column in said.items()]
    for n, (who, column) in enumerate(said.items()):
        low, middle, high = np.percentile(column, [10, 50, 90])
        colour = theme.accuracy if who == "assistant" else theme.training
        axes.plot([low, high], [n, n], color=colour, linewidth=6, alpha=0.45, solid_capstyle="butt")
        axes.plot([middle], [n], color=colour, marker="o", markersize=6)
    _list(axes, theme, names, "tokens by speaker: the median, and 8 rows in 10")


def _messages(axes: Axes, theme: Theme, values: npt.NDArray[Any]) -> None:
    rows = np.bincount(np.minimum(values, TALLEST + 1))
    numbers = np.arange(int(values.min()), len(rows)) if values.min() <= TALLEST else np.array([TALLEST + 1])
    axes.bar(numbers, rows[numbers], 0.7, color=theme.training)
    axes.set_xticks(numbers, [str(n) if n <= TALLEST else "more" for n in numbers])
    axes.set_xlim(numbers[0] - 1, max(numbers[-1], numbers[0] + FEWEST) + 1)
    _finish(axes, theme, "messages of an example")


def _bars(axes: Axes, theme: Theme, rows: dict[str, int], title: str) -> None:
    shown = dict(list(rows.items())[:TALLEST])
    if len(rows) > TALLEST:
        shown[f"{len(rows) - TALLEST} others"] = sum(list(rows.values())[TALLEST:])
    axes.barh(range(len(shown)), list(shown.values()), 0.7, color=theme.training)
    names = [f"{name if len(name) <= 24 else f'{name[:23]}…'} · {count(number)}" for name, number in shown.items()]
    _list(axes, theme, names, title)


def _list(axes: Axes, theme: Theme, names: list[str], title: str) -> None:
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.set_ylim(max(len(names), FEWEST) - 0.4, -0.6)
    axes.set_xlim(left=0)
    _finish(axes, theme, title, grid="x")


def _finish(axes: Axes, theme: Theme, title: str, grid: str = "y") -> None:
    finish(axes, theme, grid=grid)
    axes.set_title(title, loc="left", color=theme.text, fontsize=10)
    axes.tick_params(labelsize=8.5, which="both")
    counted = axes.xaxis if grid == "x" else axes.yaxis
    counted.set_major_locator(MaxNLocator(nbins=5, integer=True))
    counted.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    if grid == "y" and axes.get_xscale() == "log":
        axes.xaxis.set_major_locator(LogLocator(numticks=4))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
        axes.xaxis.set_minor_locator(NullLocator())


def _share(part: float) -> str:
    return f"{part:.0%}".replace("%", " %") if part >= 0.01 else "under 1 %"
