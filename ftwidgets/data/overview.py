"""A data set and its conversations as parts of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING

from ftwidgets import page
from ftwidgets.data.row import Row
from ftwidgets.data.transcript import transcript
from ftwidgets.quantities import count

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset

MOST_TURNS, MOST_CHARACTERS = 12, 600
FIRST_ROWS = 3


def overview(data: Dataset) -> str:
    """A data set at the end of a cell: its name, how much it holds, its first rows, and what to do with it."""
    about = f"{count(len(data), 'row')} · {data.kind}" if len(data) else "no rows"
    bad = f" · {count(data.unreadable, 'line')} unreadable" if data.unreadable else ""
    more = f"… and {count(len(data) - FIRST_ROWS, 'more row')}. " if len(data) > FIRST_ROWS else ""
    hint = "ft.check(data) tells what is wrong with it, ft.DataExplorer(data) shows and mends it."
    rows = conversations(data.rows[:FIRST_ROWS]) if len(data) else ""
    return f"<p><b>{escape(data.name)}</b> {escape(about + bad)}</p>{rows}{page.paragraph(more + hint)}"


def conversations(rows: Iterable[Row], shown: Callable[[str], str] = str) -> str:
    """Rows as a table: the line, who speaks, and what is said, as `shown` gives it; long texts are cut."""
    said = [
        [str(row.number), escape(shown(turn.label)), _said(shown(turn.text))]
        for row in rows
        for turn in transcript(row)[:MOST_TURNS]
    ]
    return page.table(["line", "who", "what is said"], said)


def _said(text: str) -> str:
    return f'<div style="white-space: pre-wrap" dir="auto">{_cut(text)}</div>'


def _cut(text: str) -> str:
    left = len(text) - MOST_CHARACTERS
    return escape(text[:MOST_CHARACTERS]) + (f" … {count(left, 'more character')}" if left > 0 else "")
