"""What the views of an explorer know, and what is different since: whole at first, then only what has changed."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import orjson

from ftwidgets import page
from ftwidgets.data import page as data_page
from ftwidgets.data.overview import conversations
from ftwidgets.errors import InputError
from ftwidgets.widgets import causes
from ftwidgets.widgets.charts import charts, svg
from ftwidgets.widgets.cost import cost
from ftwidgets.widgets.desk import Desk, Places, words_of
from ftwidgets.widgets.rows import MOST_LINES, NOUNS, Rows
from ftwidgets.widgets.shares import Shares, places_of
from ftwidgets.widgets.sought import Sought, holding

Wire = dict[str, Any]

VIEW = 30
"""So many lines of the table are sent unasked: those around the row that is shown."""

INNER = 5
"""Where one of so many rows around the one that is shown is not known as it is now, those around it are sent."""

BESIDE = "the validation file"

NOTHING = Sought()


class Display:
    """What is shown of a desk. All views of a widget know the same: the `snapshot`, and all `news` since."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.progress = "being checked"
        self._known: dict[str, bytes] = {}
        self._causes: dict[str, bytes] = {}
        self._sent: dict[int, bytes] = {}
        self._order: list[int] | None = None
        self._number = 0  # of the rows found, raised when they are others
        self._found: tuple[Sought | None, Places] = (None, np.zeros(0, np.int64))
        self._lines = np.zeros(0, np.uint32)
        self._times = 0
        self.renew()

    def renew(self) -> None:
        """Hear that the rows, or what is found in them, are others."""
        self._rows = Rows(self._desk)
        self._times += 1
        self._found = (None, self._found[1])
        self._split: dict[Shares, tuple[Wire, str]] = {}
        self._parts: Wire | None = None

    def found(self, sought: Sought) -> Places:
        """The places of the rows that have what is sought."""
        if self._found[0] != sought:
            before, known = self._found
            narrower = before is not None and sought.narrows(before)
            places = holding(self._desk, known, sought.search) if narrower else sought.places(self._desk)
            lines = self._desk.dataset.index.number[places]
            if not np.array_equal(lines, self._lines):
                self._number += 1
            self._lines = lines
            self._found = sought, places
        return self._found[1]

    def shows(self, line: int, sought: Sought) -> bool:
        """Whether the row of a line is among those that are found."""
        return sought == NOTHING or line in self._desk.dataset.index.number[self.found(sought)]

    def next(self, place: int, sought: Sought) -> int | None:
        """The line of the row at a place, or of the first of those found after it; None where there are no rows."""
        found, rows = self.found(sought), self._desk.dataset.rows
        if not len(rows):
            return None
        near = (
            found[min(int(np.searchsorted(found, place)), len(found) - 1)] if len(found) else min(place, len(rows) - 1)
        )
        return rows[int(near)].number

    def snapshot(self, sought: Sought, selected: int | None, shares: Shares) -> Wire:
        """All that a view begins with; it and all others know it then."""
        self._known, self._sent, self._order = {}, {}, None
        parts = self.parts(shares)
        self._known = {name: _bytes(part) for name, part in parts.items()}
        self._causes = {cause["key"]: _bytes(cause) for cause in parts["causes"]}
        return parts | self._news_of_rows(sought, selected)

    def news(self, sought: Sought, selected: int | None, shares: Shares) -> Wire:
        """What is different from what the views know."""
        told = {}
        for name, part in self.parts(shares).items():
            if self._known.get(name) != (written := _bytes(part)):
                self._known[name] = written
                told[name] = self._news_of_causes(part) if name == "causes" else part
        return told | self._news_of_rows(sought, selected)

    def _news_of_causes(self, all_: list[Wire]) -> Wire:
        """The order of the causes, and those that are new or say something else."""
        now = {cause["key"]: _bytes(cause) for cause in all_}
        changed = [cause for cause in all_ if self._causes.get(cause["key"]) != now[cause["key"]]]
        self._causes = now
        return {"order": list(now), "changed": changed}

    def parts(self, shares: Shares) -> Wire:
        """All that is shown but the rows."""
        if self._parts is None:
            desk = self._desk
            noun = NOUNS.get(desk.kind, "row")
            self._parts = {
                "head": self.head(),
                "causes": causes.causes(desk),
                "charts": charts(desk.columns.facts, desk.labels, noun),
                "work": self._work(),
            }
        return self._parts | {"split": self.split(shares), "cost": self._split[shares][1]}

    def head(self) -> Wire:
        """Name, size, and how many of each level were found."""
        desk, data = self._desk, self._desk.dataset
        about = self._rows.about
        fixed = sum(len(step.touched) for step in data.steps if step.doing == "fix")
        tally = [*self.tally, *([f"{fixed:,} fixed"] if fixed else [])]
        counted = f"tokens as {desk.counter.name} counts them"
        return {"name": data.name, "about": about, "counted": counted, "tally": " · ".join(tally), "total": len(data)}

    @property
    def tally(self) -> list[str]:
        """How many findings of each level, those in the file beside apart; or that they are not known yet."""
        desk = self._desk
        if desk.findings is None or not desk.is_checked:
            return [self.progress]
        own, beside = (desk.findings.where(part=part) for part in (0, 1))
        return [*own.tally(), *([f"in {BESIDE}: {', '.join(beside.tally())}"] if len(beside) else [])]

    @property
    def title(self) -> str:
        """One line about all."""
        return f"DataExplorer of {self._desk.dataset.name}: {self._rows.size}, {', '.join(self.tally)}"

    def split(self, shares: Shares) -> Wire:
        """What each part of the split holds."""
        if shares not in self._split:
            desk = self._desk
            parts = self._parts_of(shares)
            self._split = {shares: (shares.told(desk.labels, parts), self._cost(parts))}
        return self._split[shares][0]

    def lines(self, number: int, first: int, last: int) -> Wire:
        """The lines of the table from `first` to before `last`, of the rows found that have this number."""
        first = max(0, int(first))
        last = min(int(last), first + MOST_LINES)
        rows = self._rows.lines(self._found[1][first:last]) if number == self._number else []
        return {"lines": {"found": number, "first": first, "rows": rows}}

    def places(self, rule: str, first: int) -> Wire:
        """More of the lines in which a rule found something."""
        findings = self._desk.findings
        told = {"lines": [], "more": 0} if findings is None else causes.lines_of(findings, rule, int(first))
        return {"rule": rule, "first": int(first)} | told

    def twin(self, shares: Shares) -> str:
        """The same as static HTML."""
        desk, parts = self._desk, [f"<p><b>{escape(self.title)}</b></p>"]
        if desk.findings:
            parts.append(data_page.causes(desk.findings.where(part=0)))
            if len(beside := desk.findings.where(part=1)):
                parts.append(page.paragraph(f"In {BESIDE}:") + data_page.causes(beside))
        if len(desk.dataset):
            parts.append(conversations(desk.dataset.rows[:3]))
            parts += [svg(chart) for chart in self.parts(shares)["charts"][:1]]
            parts.append(page.paragraph(self.split(shares)["words"]))
        return "".join(parts)

    def _work(self) -> Wire:
        desk = self._desk
        steps, columns = desk.dataset.steps, desk.columns
        marked = {"reviewed": int(columns.reviewed.sum()), "changed": int(columns.changed.sum())}
        checked = desk.is_checked
        return {
            "undo": words_of(desk.last),
            "safe": desk.safe,
            "steps": len(steps),
            "checked": checked,
        } | marked

    def _parts_of(self, shares: Shares) -> list[Places]:
        """Where the rows of each part are; none where no share is possible."""
        try:
            parts = shares.parts(self._desk.dataset)
        except InputError:
            return []
        return [places_of(self._desk.dataset, part) for part in parts]

    def _cost(self, parts: list[Places]) -> str:
        desk = self._desk
        if not parts:
            return ""
        training, validation = (desk.columns.facts.take(part) for part in parts[:2])
        return cost(training, validation, desk.counter.name, desk.counter.context)

    def _news_of_rows(self, sought: Sought, selected: int | None) -> Wire:
        if self._rows.whole:
            return self._whole()
        found, place = self.found(sought), self._desk.place(selected)
        if place is None:
            return {"whole": False, "rows": [], "table": self._table(sought, -1, 0, None)}
        before = int(np.searchsorted(found, place))
        at = before if before < len(found) and found[before] == place else -1
        told: Wire = {"whole": False, "table": self._table(sought, at, before, selected)}
        rows = self._rows.near(place, found)
        now = {row["line"]: _bytes(row) for row in rows}
        if any(self._sent.get(row["line"]) != now[row["line"]] for row in rows[:INNER]):
            told["rows"] = [row for row in rows if self._sent.get(row["line"]) != now[row["line"]]]
            told["near"] = list(now)
            self._sent = now
        if self._known.get("table") == (written := _bytes(told["table"])):
            del told["table"]
        self._known["table"] = written
        return told if len(told) > 1 else {}

    def _whole(self) -> Wire:
        order = self._desk.dataset.index.number.tolist()
        rows = [self._rows.row(place) for place in range(len(order))]
        now = {row["line"]: _bytes(row) for row in rows}
        told: Wire = {}
        if different := [row for row in rows if self._sent.get(row["line"]) != now[row["line"]]]:
            told["rows"] = different
        if self._order is None or order != self._order:
            told |= {"order": order, "whole": True}
        self._sent, self._order = now, order
        return told

    def _table(self, sought: Sought, at: int, before: int, selected: int | None) -> Wire:
        """What is found, and the lines around the row that is shown, or where it would be among them."""
        found = self.found(sought)
        first = max(0, before - VIEW // 2)
        lines = self._rows.lines(found[first : first + VIEW])
        marks = {"found": self._number, "times": self._times, "count": len(found), "at": at, "before": before}
        return marks | {"line": selected, "sought": sought.wire, "first": first, "rows": lines}


def _bytes(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
