"""The desk: a data set while it is prepared, what the check finds in it as it is now, and the columns of its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ftwidgets.bases.chat import text_of
from ftwidgets.data import Dataset, Finding, Findings, check
from ftwidgets.data.changes.choices import chosen, mends_of
from ftwidgets.data.changes.fixing import fix
from ftwidgets.data.changes.matching import taken_over
from ftwidgets.data.changes.rechecking import rechecked
from ftwidgets.data.changes.steps import Step
from ftwidgets.data.findings import LEVEL_OF
from ftwidgets.data.kinds import KINDS, Kind, kind_of
from ftwidgets.data.loading import Heard
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.rule import LEVELS
from ftwidgets.data.rules.systems import usual_system
from ftwidgets.data.survey import Facts
from ftwidgets.data.tokens.counting import counter_for
from ftwidgets.errors import InputError
from ftwidgets.widgets.labels import Labels, labelled

SOUND = len(LEVELS)
"""The level of a row in which nothing was found."""

MOST_TRIED = 200
"""So many findings are asked one by one whether they can be mended; of more, those whose rule has a safe fix count."""

Places = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


class Desk:
    """The rows of `data` as they are now, in `dataset`, and their `findings`, None until `check` has been called.

    `beside` is a validation file that is checked with them; `model` the one whose tokens are counted.
    """

    def __init__(self, data: Dataset, beside: Dataset | None = None, model: str | None = None) -> None:
        self.data = self.dataset = data
        self.beside = beside
        self.counter = counter_for(model)
        self.findings: Findings | None = None
        self.model = model
        self._acts: list[int] = []  # how many steps there were before each act

    def check(self, heard: Heard | None = None) -> None:
        """Look at all rows, or where they were looked at before, at those that were changed since.

        `heard` hears how many rows have been looked at, of how many; without it nobody does.
        """
        if self.findings is None:
            model = self.model
            findings = check(self.dataset, self.beside, model=model, heard=heard or _nobody)
            if model == self.model:  # else another model's tokens are wanted by now
                self.findings = findings
        elif not self.is_checked:
            beside = [] if self.beside is None else [self.beside]
            self.findings = rechecked(self.findings, self.dataset, *beside)
        self._forget()

    def count_as(self, model: str | None) -> None:
        """Have the tokens counted as another model does. Raises InputError where it is not known how."""
        self.counter, self.model, self.findings = counter_for(model), model, None

    def put(self, dataset: Dataset) -> None:
        """Go on with these rows; what was found is kept until the next `check`."""
        steps = len(dataset.steps)
        if steps > len(self.dataset.steps):
            self._acts.append(len(self.dataset.steps))
        else:
            self._acts = [act for act in self._acts if act < steps]
        self.dataset = dataset
        self._forget()
        if self.findings is not None and "kinds" not in dataset.__dict__:  # else all rows would be read for them
            dataset.__dict__["kinds"] = kinds_of(dataset, self.columns)

    @property
    def last(self) -> tuple[Step, ...]:
        """The steps of the last act: a fix of several rules has one for each; none where nothing was done."""
        steps = self.dataset.steps
        return steps[min(self._acts[-1] if self._acts else len(steps), len(steps) - 1) :] if steps else ()

    def undone(self) -> Dataset:
        """The rows before the last act; those that are there where there was none."""
        data = self.dataset
        for _ in self.last:
            data = data.undone()
        return data

    def _forget(self) -> None:
        for name in ("columns", "labels", "safe"):
            self.__dict__.pop(name, None)

    @property
    def kind(self) -> Kind:
        """The format that the rows should have: that of the first, where they differ."""
        return self.dataset.kind if self.findings is None else self.findings.surveys[0].kind

    @property
    def is_checked(self) -> bool:
        """Whether the findings are those of the rows as they are now."""
        return self.findings is not None and self.findings.surveys[0].data is self.dataset

    @cached_property
    def columns(self) -> Columns:
        """What the table shows of each row, besides its words."""
        return columns_of(self.dataset, self.findings)

    @cached_property
    def labels(self) -> Labels:
        """The labels of the rows, where they have some."""
        return labelled(None if self.findings is None else self.findings.surveys[0], self.columns.known)

    @property
    def system(self) -> str | None:
        """The system message with which nearly all chats begin; None where they have none, or several."""
        if self.findings is None:
            return self.dataset.system_message
        facts = self.columns.facts
        chats = np.flatnonzero(facts.kind * facts.sound == KINDS.index("chat"))
        found = usual_system(facts.system[chats])
        if found is None or not found.system:
            return None
        return text_of(self.dataset.rows[int(chats[found.first])].value["messages"][0])

    def place(self, line: int | None) -> int | None:
        """Where the row of `line` is; None where there is none."""
        found = np.flatnonzero(self.dataset.index.number == (line or 0))
        return int(found[0]) if len(found) else None

    def heir(self, before: Dataset, line: int | None) -> int:
        """The place to go on at when the row of `line`, of the rows that were there `before`, is gone.

        It is that of the first row after it that is still there, else of the last one before it; 0 where none is.
        """
        numbers = before.index.number
        left = np.isin(numbers, self.dataset.index.number)
        at = int(np.argmax(numbers == line)) if len(numbers) else 0
        following, leading = numbers[at:][left[at:]], numbers[:at][left[:at]]
        near = following[:1] if len(following) else leading[-1:]
        return (self.place(int(near[0])) or 0) if len(near) else 0

    def findings_at(self, place: int) -> Iterator[tuple[int, Finding]]:
        """The findings in one row, each with its number; of a row that was changed since the check, none."""
        if self.findings is None or (known := int(self.columns.known[place])) < 0:
            return
        begin, end = np.searchsorted(self.columns.hits, [known, known + 1])
        yield from ((n, self.findings[n]) for n in range(int(begin), int(end)))

    def number(self, line: int, rule: str, nth: int) -> int:
        """Which of the findings is the nth of a rule in a line; line 0 stands for the whole file.

        Raises:
            InputError: there is none, any more.
        """
        if self.findings is not None and self.is_checked and rule in RULES:
            hits = self.findings.hits
            same = (hits["part"] == 0) & (hits["rule"] == RULES[rule].number) & (self.findings.numbers == line)
            if nth < same.sum():
                return int(np.flatnonzero(same)[nth])
        raise InputError("This has changed meanwhile: look at what is found now.")

    def mends(self, number: int) -> list[str]:
        """The words of what can be done about a finding; nothing about one in the validation file."""
        assert self.findings is not None
        if self.findings.hits["part"][number]:
            return []
        return [mend.words for mend in mends_of(self.findings, number)]

    def mended(self, number: int, choice: int) -> Dataset:
        """The rows after one of these. Raises InputError where it would make an error."""
        assert self.findings is not None
        return chosen(self.findings, number, choice)

    def fixed(self, *rules: str) -> Dataset:
        """The rows after the fixes of these rules, or of all that are safe. Raises InputError as `fix` does."""
        return fix(self.dataset, *rules, findings=self.findings if self.is_checked else None)

    @cached_property
    def _can(self) -> npt.NDArray[np.bool_]:
        """Of each rule, by its number, whether it has a fix that is safe."""
        return np.array([rule.safe and rule.scope != "between" for rule in RULES.values()])

    @cached_property
    def safe(self) -> int:
        """How many findings can be mended safely."""
        if self.findings is None or not self.is_checked:
            return 0
        numbers = np.flatnonzero(self._can[self.findings.hits["rule"]] & (self.findings.hits["part"] == 0))
        if len(numbers) > MOST_TRIED:
            return len(numbers)
        return sum(bool(mends_of(self.findings, int(number))) for number in numbers)


class Columns:
    """Of N rows: `known`, their places in the data that were checked (-1: changed since); `level`, the worst finding's.

    `facts` are those of the check, zero where a row is not known; `reviewed` and `changed` are marks.
    """

    def __init__(self, known: Places, level: npt.NDArray[np.uint8], facts: Facts, marks: Sequence[Marks]) -> None:
        self.known, self.level, self.facts = known, level, facts
        self.reviewed, self.changed = marks
        self.hits: Places = np.zeros(0, np.int64)


def columns_of(data: Dataset, findings: Findings | None) -> Columns:
    """The columns of `data`, of which `findings` may be older."""
    marks = [np.isin(data.index.number, lines) for lines in (data.reviewed_lines, _changed_lines(data))]
    if findings is None:
        nothing = Facts(*(np.zeros(len(data), column.dtype) for column in Facts.none()))
        return Columns(np.full(len(data), -1), np.full(len(data), SOUND, np.uint8), nothing, marks)
    survey = findings.surveys[0]
    hits = findings.hits[findings.hits["part"] == 0]
    level = np.full(len(survey) + 1, SOUND, np.uint8)  # the last stands for rows that are not known
    np.minimum.at(level, hits["place"][hits["place"] >= 0], LEVEL_OF[hits["rule"][hits["place"] >= 0]])
    known = np.arange(len(data)) if survey.data is data else taken_over(survey.data, data)
    facts = Facts(*(np.append(column, np.zeros(1, column.dtype))[known] for column in survey.facts))
    columns = Columns(known, level[known], facts, marks)
    columns.hits = np.ascontiguousarray(hits["place"])
    return columns


def _changed_lines(data: Dataset) -> list[int]:
    return sorted({line for step in data.steps if step.doing != "reviewed" for line in step.lines})


def kinds_of(data: Dataset, columns: Columns) -> npt.NDArray[np.int8]:
    """The kinds of the rows: of those that are not known, read again."""
    kinds = columns.facts.kind.copy()
    for place in np.flatnonzero(columns.known < 0):
        row = data.rows[int(place)]
        kinds[place] = KINDS.index(kind_of(row.value)) if row.fault is None else -1
    return kinds


def _nobody(done: int, of_all: int) -> None:
    """Hears how far a check is, and tells nobody: in a notebook a bar would stand under any cell."""


def words_of(steps: Sequence[Step]) -> str:
    """What an act did, in words: "line 12 deleted", "7 fixes"."""
    return steps[0].words if len(steps) == 1 else f"{len(steps)} fixes" if steps else ""
