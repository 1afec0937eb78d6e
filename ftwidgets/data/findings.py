"""What a check found: one entry an occurrence, shown grouped by cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
import numpy.typing as npt

from ftwidgets.data.examination import examined, text_findings
from ftwidgets.data.hits import Hits, kept
from ftwidgets.data.row import Row
from ftwidgets.data.rules import RULES, Fault, Rule
from ftwidgets.data.rules.rule import LEVELS, Level, Spot
from ftwidgets.data.survey import Survey
from ftwidgets.data.terms import Terms
from ftwidgets.quantities import count

if TYPE_CHECKING:
    import pandas as pd

BY_NUMBER = tuple(RULES.values())
LEVEL_OF = np.array([LEVELS.index(rule.level) for rule in BY_NUMBER], np.uint8)


@dataclass(frozen=True)
class Finding:
    """One fault: where it is, what is wrong with the value shown, why it matters, and the remedy.

    An error is what a job would fail of; a warning trains, but probably does harm. `line` and `message_index`
    (within the example) count from 1; None where the finding is about more than one. `other_line` is the line of the
    row that this one is held against, `file` the name of the file where several were checked, `span` the characters
    of the text that the finding is about, from and to.
    """

    rule: str
    level: Level
    line: int | None
    message_index: int | None
    field: str | None
    message: str
    remedy: str
    fixable: bool = False
    why: str = ""
    other_line: int | None = None
    file: str | None = None
    span: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.place}{self.message} {self.remedy}"

    @property
    def place(self) -> str:
        """The beginning of the sentence: "Line 12, message 2: ", or nothing where it is about the whole file."""
        parts = [
            shortened(self.file or ""),
            f"line {self.line}" if self.line else "",
            f"message {self.message_index}" if self.message_index else "",
        ]
        place = ", ".join(part for part in parts if part)
        return f"{place[0].upper() if not self.file else place[0]}{place[1:]}: " if place else ""


def shortened(name: str, most: int = 48) -> str:
    """The name of a file in at most so many characters, as it stands in a sentence: without its middle if too long."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[len(name) - (most - 1) // 2 :]}"


RECORDED = [name for name in Finding.__dataclass_fields__ if name != "span"]
"""What a finding is as plain values."""


class Findings(Sequence[Finding]):
    """The findings of one check, in the order of the lines; the words of each are made when it is looked at.

    `part` is the file that `lines` are of, where several were checked: the first unless `where` chose another.
    """

    def __init__(self, surveys: Sequence[Survey], hits: Hits, part: int = 0) -> None:
        self.surveys = tuple(surveys)
        self.hits = hits
        self.part = part

    @property
    def examples(self) -> int:
        """How many rows were checked."""
        return sum(map(len, self.surveys))

    @property
    def skipped(self) -> list[str]:
        """What was not looked for, since a package is missing: sentences with the remedy."""
        return list(dict.fromkeys(sentence for survey in self.surveys for sentence in survey.skipped))

    def __len__(self) -> int:
        return len(self.hits)

    @overload
    def __getitem__(self, n: int) -> Finding: ...
    @overload
    def __getitem__(self, n: slice) -> Findings: ...
    def __getitem__(self, n: int | slice) -> Finding | Findings:
        return self._those(self.hits[n]) if isinstance(n, slice) else self._told(self.hits[n])

    def __iter__(self) -> Iterator[Finding]:
        return (self._told(hit) for hit in self.hits)

    @property
    def errors(self) -> Findings:
        """Those that a job would fail of."""
        return self.where(level="error")

    def where(
        self, *, rule: str | None = None, level: Level | None = None, line: int | None = None, part: int | None = None
    ) -> Findings:
        """Those of one rule, of one level, in one line, of one of the files (the training file is 0).

        A line alone is that line of each file: give its `part` too where several were checked.
        """
        keep = np.ones(len(self.hits), bool)
        if rule is not None:
            keep &= self.hits["rule"] == (RULES[rule].number if rule in RULES else -1)
        if level is not None:
            keep &= LEVEL_OF[self.hits["rule"]] == LEVELS.index(level)
        if line is not None:
            keep &= self.numbers == line
        if part is not None:
            keep &= self.hits["part"] == part
        return self._those(self.hits[keep], part)

    def by_file(self) -> list[Findings]:
        """The findings of each file that was checked, in the order in which they were given: see `names`."""
        return [self.where(part=part) for part in range(len(self.surveys))]

    def by_cause(self) -> dict[str, Findings]:
        """The findings of each rule, errors first, the most frequent first."""
        numbers, counts = np.unique(self.hits["rule"], return_counts=True)
        order = np.lexsort((numbers, -counts, LEVEL_OF[numbers]))
        return {BY_NUMBER[number].id: self.where(rule=BY_NUMBER[number].id) for number in numbers[order]}

    @property
    def lines(self) -> list[int]:
        """The lines in which something was found, each once.

        Where several files were checked, those of the training file, since a line says nothing without its file; of
        another file those of `where(part=…)`, of each those of `by_file`.
        """
        return [int(line) for line in np.unique(self.numbers[self.hits["part"] == self.part]) if line]

    @property
    def names(self) -> list[str]:
        """The names of the files that were checked; those that have the same name are numbered."""
        names = [survey.data.name for survey in self.surveys]
        return [name if names.count(name) == 1 else f"{name} ({number})" for number, name in enumerate(names, 1)]

    @cached_property
    def numbers(self) -> npt.NDArray[np.int64]:
        """The line of each; 0 where it is about a whole file."""
        numbers = np.zeros(len(self.hits), np.int64)
        for part, survey in enumerate(self.surveys):
            own = np.flatnonzero((self.hits["part"] == part) & (self.hits["place"] >= 0))
            numbers[own] = survey.data.index.number[self.hits["place"][own]]
        return numbers

    def records(self) -> list[dict[str, Any]]:
        """The findings as plain values, for JSON or a table."""
        return list(self.each_record())

    def each_record(self) -> Iterator[dict[str, Any]]:
        """The same, one at a time: of millions no list is made."""
        return ({name: getattr(finding, name) for name in RECORDED} for finding in self)

    @property
    def frame(self) -> pd.DataFrame:
        """The findings as a table."""
        import pandas as pd

        return pd.DataFrame(self.records(), columns=RECORDED)

    def tally(self) -> list[str]:
        """How many of each level, such as "3 errors" and "1 warning"; or that there is nothing to mend."""
        counts = np.bincount(LEVEL_OF[self.hits["rule"]], minlength=len(LEVELS)).tolist()
        return [count(n, level) for n, level in zip(counts, LEVELS, strict=True) if n] or ["nothing to mend"]

    def summary(self) -> str:
        """One sentence: how many of each level, in how many examples."""
        return f"{count(self.examples, 'example')}: {', '.join(self.tally())}."

    def __repr__(self) -> str:
        lines = [self.summary()]
        for rule, group in self.by_cause().items():
            lines.append(f"  {group[0].level} {rule} ({len(group):,}): {group[0]}")
        lines += [f"  {sentence}" for sentence in self.skipped]
        return "\n".join(lines)

    def told(self, hit: np.void) -> tuple[Rule, Fault]:
        """The rule that an occurrence is of, and what it found."""
        rule, survey, place = BY_NUMBER[hit["rule"]], self.surveys[hit["part"]], int(hit["place"])
        if rule.tell is None:
            return rule, _examined(survey, place)[rule.number][int(hit["nth"])]
        spot = Spot(place, int(hit["other"]), float(hit["value"]))
        others = (self.surveys[hit["against"]],) if rule.scope == "between" else ()
        return rule, rule.tell(survey, spot, *others)

    def _those(self, hits: Hits, part: int | None = None) -> Findings:
        return Findings(self.surveys, hits, self.part if part is None else part)

    def _told(self, hit: np.void) -> Finding:
        rule, fault = self.told(hit)
        survey, against = self.surveys[hit["part"]], self.surveys[hit["against" if rule.scope == "between" else "part"]]
        place, other = int(hit["place"]), int(hit["other"])
        return Finding(
            rule.id,
            rule.level,
            survey.line(place) if place >= 0 else None,
            fault.message_index,
            fault.field,
            fault.message,
            fault.remedy,
            rule.mend is not None,
            rule.why,
            against.line(other) if other >= 0 else None,
            self.names[hit["part"]] if len(self.surveys) > 1 else None,
            fault.span,
        )


def _examined(survey: Survey, place: int) -> dict[int, list[Fault]]:
    """What each rule, by its number, finds in a row, as much of it as is kept; of the last row it is known."""
    known = survey.__dict__.get("examined")
    if known is None or known[0] != place:
        known = place, _faults(survey.data.rows[place], survey.terms)
        survey.__dict__["examined"] = known
    return cast("dict[int, list[Fault]]", known[1])


def _faults(row: Row, terms: Terms) -> dict[int, list[Fault]]:
    found = kept(examined(row, terms, texts=False))
    if row.fault is None and not any(rule.level == "error" for rule, _ in found):
        found += kept(text_findings(row.value))
    faults: dict[int, list[Fault]] = {}
    for rule, fault in found:
        faults.setdefault(rule.number, []).append(fault)
    return faults
