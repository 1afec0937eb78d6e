"""Findings as a page, and as a part of one."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ftwidgets import page
from ftwidgets.data.findings import Findings, shortened
from ftwidgets.data.overview import conversations
from ftwidgets.data.privacy import masked
from ftwidgets.data.rules import RULES
from ftwidgets.quantities import count

MOST_LINES, MOST_OF_NAME = 10, 24


def report(findings: Findings) -> str:
    """A whole page about data sets: what was found, why it matters, and the first row of each cause.

    Personal data and secrets in it are masked: such a page is passed on.
    """
    names = ", ".join(findings.names)
    parts = [page.paragraph(sentence) for sentence in (findings.summary(), *findings.skipped)]
    parts += [_section(rule, group) for rule, group in findings.by_cause().items()]
    return page.document(f"What was found in {masked(names)}", *parts)


def _section(rule: str, group: Findings) -> str:
    """One cause: its first occurrence in words, why it matters, the lines of all, and the row."""
    first, number = group[0], int(group.hits[0]["place"])
    survey = group.surveys[group.hits[0]["part"]]
    told = masked(first.place) + _masked(first.message, RULES[rule].title)
    parts = [
        f"<p><b>{escape(told)}</b> {escape(_masked(first.remedy))}</p>",
        page.paragraph(f"Why: {first.why}"),
    ]
    if number >= 0:
        parts += [
            page.paragraph(f"Lines: {lines_of(group, shown=masked)}"),
            conversations([survey.data.rows[number]], masked),
        ]
    return page.section(f"{first.level}: {rule} ({count(len(group))})", *parts)


def causes(findings: Findings) -> str:
    """The findings as a table: a row a cause, with its first occurrence in words and the lines of the others."""
    rows = []
    for group in findings.by_cause().values():
        first = group[0]
        said = f"<b>{escape(first.place + first.message)}</b> {escape(first.remedy)}"
        rows.append([escape(first.level), said, escape(lines_of(group))])
    return page.table(["level", "what is wrong, and the remedy", "lines"], rows)


def _masked(told: str, instead: str = "") -> str:
    """What was found, in words that may quote the row; `instead` where a quote is cut: half a number goes unseen."""
    return instead if "…" in told else masked(told)


def lines_of(group: Findings, most: int = MOST_LINES, shown: Callable[[str], str] = str) -> str:
    """The first lines in which something was found, and how many more there are.

    Where they are of several files, each has its name before its own, as `shown` gives it.
    """
    told = [(name, _some(own.lines, most)) for name, own in zip(group.names, group.by_file(), strict=True) if own.lines]
    if len(told) == 1:
        return told[0][1]
    return "; ".join(f"{shortened(shown(name), MOST_OF_NAME)}: {lines}" for name, lines in told)


def _some(lines: list[int], most: int) -> str:
    more = f" and {count(len(lines) - most)} more" if len(lines) > most else ""
    return ", ".join(map(str, lines[:most])) + more
