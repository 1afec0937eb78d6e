"""Findings and conversations as parts of a page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ftwidgets import page
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.findings import Findings
from ftwidgets.data.row import Row
from ftwidgets.data.transcript import transcript
from ftwidgets.quantities import count

MOST_LINES = 10
MOST_TURNS, MOST_CHARACTERS = 12, 600
FIRST_ROWS = 3


def report(findings: Findings) -> str:
    """A whole page about data sets: what was found, and why it matters. Personal data in it are masked."""
    names = ", ".join(survey.data.name for survey in findings.surveys)
    return page.document(f"What is wrong with {names}", page.paragraph(findings.summary()), causes(findings))


def causes(findings: Findings) -> str:
    """The findings as a table: a row a cause, with its first occurrence in words and the lines of the others."""
    rows = []
    for group in findings.by_cause().values():
        first, lines = group[0], group.lines
        more = f" and {count(len(lines) - MOST_LINES)} more" if len(lines) > MOST_LINES else ""
        rows.append(
            [
                escape(first.level),
                f"<b>{escape(first.place + first.message)}</b> {escape(first.remedy)}",
                ", ".join(map(str, lines[:MOST_LINES])) + more,
            ]
        )
    return page.table(["level", "what is wrong, and the remedy", "lines"], rows)


def conversations(rows: Iterable[Row]) -> str:
    """Rows as a table: the line, who speaks, and what is said; long texts are cut."""
    said = [
        [str(row.number), escape(turn.label), f'<div style="white-space: pre-wrap" dir="auto">{_cut(turn.text)}</div>']
        for row in rows
        for turn in transcript(row)[:MOST_TURNS]
    ]
    return page.table(["line", "who", "what is said"], said)


def overview(data: Dataset) -> str:
    """A data set at the end of a cell: its name, how much it holds, its first rows, and what to do with it."""
    about = f"{count(len(data), 'row')} · {data.kind}" if len(data) else "no rows"
    bad = f" · {count(data.unreadable, 'line')} unreadable" if data.unreadable else ""
    more = f"… and {count(len(data) - FIRST_ROWS, 'more row')}. " if len(data) > FIRST_ROWS else ""
    hint = "ft.check(data) tells what is wrong with it, ft.DataExplorer(data) shows and mends it."
    rows = conversations(data.rows[:FIRST_ROWS]) if len(data) else ""
    return f"<p><b>{escape(data.name)}</b> {escape(about + bad)}</p>{rows}{page.paragraph(more + hint)}"


def _cut(text: str) -> str:
    left = len(text) - MOST_CHARACTERS
    return escape(text[:MOST_CHARACTERS]) + (f" … {count(left, 'more character')}" if left > 0 else "")
