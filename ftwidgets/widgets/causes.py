"""Findings as they are sent: one entry a cause, its first occurrence in words, and the lines of the others."""

from __future__ import annotations

from typing import Any

from ftwidgets.data import Finding, Findings

MOST_LINES = 12


def causes(findings: Findings) -> list[dict[str, Any]]:
    """The causes in the order of `Findings.by_cause`."""
    return [_cause(group) for group in findings.by_cause().values()]


def by_line(findings: Findings) -> dict[int, list[Finding]]:
    """The findings of each line that has some."""
    lines: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.line is not None:
            lines.setdefault(finding.line, []).append(finding)
    return lines


def _cause(group: Findings) -> dict[str, Any]:
    first, lines = group[0], list(dict.fromkeys(finding.line for finding in group if finding.line))
    return {
        "level": first.level,
        "message": first.place + first.message,
        "remedy": first.remedy,
        "lines": lines[:MOST_LINES],
        "more": max(0, len(lines) - MOST_LINES),
    }
