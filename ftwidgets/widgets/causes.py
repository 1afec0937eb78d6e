"""Findings as they are sent: one entry a cause, its first occurrence in words, what can be done, and the lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ftwidgets.data import Findings
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.explanation import explanation
from ftwidgets.widgets.desk import Desk

MOST_LINES, MORE_LINES = 12, 100


def causes(desk: Desk) -> list[dict[str, Any]]:
    """The causes in the order of `Findings.by_cause`: those of the rows shown, then those of the file beside."""
    if desk.findings is None:
        return []
    own = np.flatnonzero(desk.findings.hits["part"] == 0)
    numbers, firsts = np.unique(desk.findings.hits["rule"][own], return_index=True)
    first = dict(zip(numbers.tolist(), own[firsts].tolist(), strict=True))
    shown = desk.findings.where(part=0).by_cause()
    beside = desk.findings.where(part=1).by_cause()
    return [
        *(_cause(group, desk.mends(first[RULES[rule].number])) for rule, group in shown.items()),
        *(_cause(group, [], file=desk.findings.surveys[1].data.name) for group in beside.values()),
    ]


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


def _cause(group: Findings, mends: list[str], file: str = "") -> dict[str, Any]:
    """One cause; `file` names the one beside, of which nothing is shown or mended here, where it is of that."""
    first = group[0]
    all_ = len(group) if len(mends) == 1 and len(group) > 1 else 0
    return {
        "key": f"{first.rule} beside" if file else first.rule,
        "file": file,
        "level": first.level,
        "rule": first.rule,
        "count": len(group),
        "message": replace(first, file=None).place + first.message,
        "remedy": first.remedy,
        "why": first.why,
        "line": 0 if file else int(first.line or 0),
        "mends": mends,
        "all": all_,
    } | lines_of(group, first.rule, 0, MOST_LINES)
