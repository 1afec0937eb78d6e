"""Findings as they are sent: one entry a cause, its first occurrence in words, what can be done, and the lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from ftwidgets.data import Findings
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.explanation import explanation
from ftwidgets.widgets.desk import Desk

MOST_LINES, MORE_LINES = 12, 100


def causes(desk: Desk) -> list[dict[str, Any]]:
    """The causes in the order of `Findings.by_cause`."""
    if desk.findings is None:
        return []
    numbers, firsts = np.unique(desk.findings.hits["rule"], return_index=True)
    first = dict(zip(numbers.tolist(), firsts.tolist(), strict=True))
    return [_cause(group, desk.mends(first[RULES[rule].number])) for rule, group in desk.findings.by_cause().items()]


def lines_of(findings: Findings, rule: str, begin: int, most: int = MORE_LINES) -> dict[str, Any]:
    """Some of the lines in which a rule found something, in the training file, and how many come after them."""
    group = findings.where(rule=rule)
    lines = np.unique(group.numbers[group.hits["part"] == 0])
    lines = lines[lines > 0]
    return {"lines": lines[begin : begin + most].tolist(), "more": max(0, len(lines) - begin - most)}


def page(rule: str) -> dict[str, Any]:
    """The page of a rule. Raises InputError where there is none."""
    told = explanation(rule)
    paragraphs = [text.replace("`", "") for text in (*told.paragraphs, told.fix)]
    return {"rule": rule, "paragraphs": paragraphs, "fails": told.fails, "passes": told.passes}


def _cause(group: Findings, mends: list[str]) -> dict[str, Any]:
    first, hit = group[0], group.hits[0]
    all_ = len(group) if len(mends) == 1 and len(group) > 1 else 0
    return {
        "level": first.level,
        "rule": first.rule,
        "count": len(group),
        "message": first.place + first.message,
        "remedy": first.remedy,
        "why": first.why,
        "line": int(first.line or 0) if hit["part"] == 0 else 0,
        "mends": mends,
        "all": all_,
    } | lines_of(group, first.rule, 0, MOST_LINES)
