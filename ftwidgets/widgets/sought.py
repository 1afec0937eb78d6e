"""What is looked for among the rows: a text, a rule, a label, a mark, a bar of a chart; and the rows that have it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data.row import parse
from ftwidgets.data.rules import RULES
from ftwidgets.data.transcript import transcript
from ftwidgets.errors import InputError
from ftwidgets.widgets.charts import ANSWER, TOKENS, within
from ftwidgets.widgets.desk import SOUND, Desk, Places

MARKS = ("", "reviewed", "not reviewed", "changed")

PLAIN = re.compile(r"[ !#-.0-\[\]-~]+")
"""Signs that JSON writes as they are, if it does not write them by their numbers."""


@dataclass(frozen=True)
class Sought:
    """All that the rows shown must have; what is empty asks nothing.

    `between` names a chart and the first and last value of a bar: {"tokens": (20, 60)}.
    """

    search: str = ""
    only_findings: bool = False
    rule: str = ""
    label: str = ""
    marked: str = ""
    between: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wire(self) -> dict[str, Any]:
        """As the browser has it."""
        return {**self.__dict__, "between": {name: list(ends) for name, ends in self.between.items()}}

    def narrows(self, before: Sought) -> bool:
        """Whether all that has it has what was sought `before` too, since only more of a text is typed."""
        longer = bool(before.search) and before.search.lower() in self.search.lower()
        return longer and replace(before, search=self.search) == self

    def places(self, desk: Desk) -> Places:
        """Where the rows are that have it."""
        keep = np.ones(len(desk.dataset), bool)
        columns = desk.columns
        if self.only_findings:
            keep &= columns.level < SOUND
        if self.rule:
            keep &= _of_rule(desk, self.rule)
        if self.label:
            names = desk.labels.names
            keep &= desk.labels.codes == (names.index(self.label) if self.label in names else -2)
        if self.marked:
            keep &= {"reviewed": columns.reviewed, "not reviewed": ~columns.reviewed, "changed": columns.changed}[
                self.marked
            ]
        for name, (low, high) in self.between.items():
            keep &= within(name, low, high, columns.facts)
        return holding(desk, np.flatnonzero(keep), self.search)


def holding(desk: Desk, places: Places, text: str) -> Places:
    """Those of the rows at these places whose turns hold a text, in any case.

    A row without the longest part of it that JSON writes as it is, is never parsed.
    """
    if not text:
        return places
    wanted = text.lower()
    needle = max((run.strip() for run in PLAIN.findall(wanted)), key=len, default="").encode()
    found = []
    data = desk.dataset.take(places)
    numbers = zip(places.tolist(), data.index.number.tolist(), data.raws(), strict=True)
    for place, number, raw in numbers:
        small = raw.lower()
        if (needle in small or _is_odd(raw)) and _says(number, raw, wanted):
            found.append(place)
    return np.array(found, np.int64)


def _is_odd(raw: bytes) -> bool:
    """Whether a row may say a plain letter that is no byte in it: as a number, or as K of Kelvin and I with a dot."""
    return b"\\u" in raw or (not raw.isascii() and (b"\xe2\x84\xaa" in raw or b"\xc4\xb0" in raw))


def _says(number: int, raw: bytes, wanted: str) -> bool:
    return wanted in "\n".join(turn.text for turn in transcript(parse(number, 0, raw))).lower()


def _of_rule(desk: Desk, rule: str) -> npt.NDArray[np.bool_]:
    findings = desk.findings
    if findings is None or rule not in RULES:
        return np.zeros(len(desk.dataset), bool)
    hits = findings.hits[(findings.hits["part"] == 0) & (findings.hits["rule"] == RULES[rule].number)]
    return np.isin(desk.columns.known, hits["place"][hits["place"] >= 0])


def ends(between: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """The first and last values of bars, by their charts.

    Raises:
        InputError: there is no such chart, or these are no two numbers.
    """
    found = {}
    for name, values in between.items():
        if name not in (TOKENS, ANSWER):
            raise InputError(f"There is no chart '{name}'. Use {TOKENS} or {ANSWER}.")
        if not isinstance(values, list | tuple) or [type(value) for value in values] != [int, int]:
            raise InputError(
                f"{values!r} is not where a bar begins and ends. Give two whole numbers, such as (20, 60)."
            )
        found[name] = (values[0], values[1])
    return found
