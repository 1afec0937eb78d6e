"""How the rows are spread: tokens, lengths of answers and labels, as bars of which each can be looked into."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data.survey import Facts
from ftwidgets.quantities import count
from ftwidgets.widgets.labels import Labels

BARS = 20

FAR, FEW = 3.0, 0.05
"""Beyond so many widths of the middle half a value lies far out (Tukey, Exploratory Data Analysis, 1977); where more
than this share of the rows does, they are no outliers but the shape of the data."""

Chart = dict[str, Any]

LABEL, TOKENS, ANSWER = "label", "tokens", "answer"


def charts(facts: Facts, labels: Labels, noun: str) -> list[Chart]:
    """The bars of the rows without an error; where answers are labels, how many each has, and not how long it is."""
    sound = facts.sound
    made = [
        histogram(TOKENS, f"tokens per {noun}", facts.tokens[sound], "token"),
        histogram(ANSWER, "characters per answer", facts.length[sound], "character"),
    ]
    found = [chart for chart in made if chart]
    return [*found[:1], _of_labels(labels)] if labels.names else found


def histogram(name: str, title: str, values: npt.NDArray[Any], unit: str) -> Chart | None:
    """Bars of equal width, from and to inclusive with how many; what lies far out is one bar at the end."""
    if not len(values) or not values.any():
        return None
    values = values.astype(np.int64)
    quarter, middle, three = np.quantile(values, [0.25, 0.5, 0.75])
    is_far = values > three + FAR * max(three - quarter, 1)
    if is_far.mean() > FEW:
        is_far[:] = False
    near, far = values[~is_far], values[is_far]
    low, high = int(near.min()), int(near.max())
    width = -(-(high - low + 1) // BARS)
    counts = np.bincount((near - low) // width)
    bars = [[low + n * width, low + (n + 1) * width - 1, int(many)] for n, many in enumerate(counts)]
    words = f"{high:,}"
    if len(far):
        bars.append([int(far.min()), int(far.max()), len(far)])
        where = f" at {far.max():,}" if len(far) == 1 else f", {far.min():,} to {far.max():,}"
        words = count(len(far), "outlier") + where
    ends = {"low": f"{low:,}", "middle": f"median {middle:,.0f}", "high": words}
    return {"name": name, "title": title, "unit": unit, "bars": bars, "far": bool(len(far)), **ends}


def within(name: str, low: int, high: int, facts: Facts) -> npt.NDArray[np.bool_]:
    """Of each row whether it is in a bar."""
    values = facts.tokens if name == TOKENS else facts.length
    return np.asarray(facts.sound & (values >= low) & (values <= high))


def svg(chart: Chart) -> str:
    """A chart as a picture for where no script runs, with its words below."""
    bars = chart["bars"]
    most = max(bar[-1] for bar in bars)
    drawn = "".join(
        f'<rect x="{n * 20}" y="{60 - 58 * bar[-1] / most:.1f}" width="18" height="{58 * bar[-1] / most:.1f}" '
        'fill="#0072b2"></rect>'
        for n, bar in enumerate(bars)
    )
    words = (
        f"{chart['title']}: {chart['low']}, {chart['middle']}, {chart['high']}" if "low" in chart else chart["title"]
    )
    return (
        f'<svg role="img" aria-label="{escape(words)}" width="{20 * len(bars)}" height="60">{drawn}</svg>'
        f"<p>{escape(words)}</p>"
    )


def _of_labels(labels: Labels) -> Chart:
    bars = [[name, many] for name, many in zip(labels.names, labels.counts(), strict=True)]
    return {"name": LABEL, "title": "rows per label", "unit": "row", "bars": bars, "far": False}
