"""What a check found: one entry an occurrence, shown grouped by cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["error", "warning", "note"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One fault: where it is, what is wrong with the value shown, why it matters, and the remedy.

    An error is what a job would fail of; a warning trains, but probably does harm. `line` and `message_index`
    (within the example) count from 1; None where the finding is about more than one.
    """

    rule: str
    level: Level
    line: int | None
    message_index: int | None
    field: str | None
    message: str
    remedy: str
    fixable: bool = False

    def __str__(self) -> str:
        return f"{self.place}{self.message} {self.remedy}"

    @property
    def place(self) -> str:
        """The beginning of the sentence: "Line 12, message 2: ", or nothing where it is about the whole file."""
        parts = [
            f"line {self.line}" if self.line else "",
            f"message {self.message_index}" if self.message_index else "",
        ]
        place = ", ".join(part for part in parts if part)
        return f"{place.capitalize()}: " if place else ""


class Findings:
    """The findings of one check, in the order of the lines."""

    def __init__(self, findings: Iterable[Finding], examples: int) -> None:
        self._findings = tuple(findings)
        self.examples = examples

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def __len__(self) -> int:
        return len(self._findings)

    def __getitem__(self, n: int) -> Finding:
        return self._findings[n]

    @property
    def errors(self) -> list[Finding]:
        """Those that a job would fail of."""
        return [finding for finding in self if finding.level == "error"]

    def by_cause(self) -> dict[str, list[Finding]]:
        """The findings of each rule, errors first, the most frequent first."""
        groups: dict[str, list[Finding]] = {}
        for finding in self:
            groups.setdefault(finding.rule, []).append(finding)
        return dict(sorted(groups.items(), key=lambda item: (LEVELS.index(item[1][0].level), -len(item[1]))))

    def records(self) -> list[dict[str, Any]]:
        """The findings as plain values, for JSON or a table."""
        return [asdict(finding) for finding in self]

    def tally(self) -> list[str]:
        """How many of each level, such as "3 errors" and "1 warning"; or that there is nothing to mend."""
        count = {level: sum(finding.level == level for finding in self) for level in LEVELS}
        return [f"{n} {level}{'' if n == 1 else 's'}" for level, n in count.items() if n] or ["nothing to mend"]

    def summary(self) -> str:
        """One sentence: how many of each level, in how many examples."""
        return f"{self.examples} example{'' if self.examples == 1 else 's'}: {', '.join(self.tally())}."

    def __repr__(self) -> str:
        lines = [self.summary()]
        for rule, group in self.by_cause().items():
            lines.append(f"  {group[0].level} {rule} ({len(group)}): {group[0]}")
        return "\n".join(lines)
