"""Figures on a light or a dark ground, and as pictures in a page. Loads matplotlib: import it where one is drawn."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Theme:
    """Colours that colour-blind eyes tell apart; what they mean is told in words or by line styles as well."""

    ground: str
    text: str
    line: str
    training: str
    validation: str
    accuracy: str


LIGHT = Theme("#ffffff", "#1f2328", "#d8dee4", "#0072b2", "#c24e00", "#00795a")
DARK = Theme("#111418", "#e6e9ed", "#2c333b", "#56b4e9", "#f0a04b", "#3ecf9b")


class Drawing(Figure):
    """A figure that a notebook shows as a picture, whether pyplot was imported or not."""

    def _repr_png_(self) -> bytes:
        return png(self)


def drawing(theme: Theme, width: float, height: float) -> Drawing:
    """An empty figure of so many inches."""
    figure = Drawing(figsize=(width, height), layout="constrained", facecolor=theme.ground)
    FigureCanvasAgg(figure)
    return figure


def png(figure: Figure) -> bytes:
    """The figure as a picture."""
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a label in another script: the table has it in full
        figure.savefig(target, format="png", dpi=144)
    return target.getvalue()


def picture(draw: Callable[[Theme], Figure], alternative: str) -> str:
    """A figure as HTML: the dark one where the reader's system is dark; `alternative` is its text, escaped."""
    light, dark = (base64.b64encode(png(draw(theme))).decode() for theme in (LIGHT, DARK))
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="data:image/png;base64,{dark}">'
        f'<img alt="{alternative}" src="data:image/png;base64,{light}"></picture>'
    )


def finish(axes: Axes, theme: Theme, *, grid: str = "y") -> None:
    """One look for all charts: a faint grid, one line to stand on, no ticks."""
    axes.set_facecolor(theme.ground)
    axes.grid(axis="x" if grid == "x" else "y", color=theme.line, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=theme.text, length=0)
    axes.spines[:].set_visible(False)
    axes.spines["left" if grid == "x" else "bottom"].set(visible=True, color=theme.line)
