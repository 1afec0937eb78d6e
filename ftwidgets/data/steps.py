"""What was done to a data set, one step a change, each with what undoing it needs and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ftwidgets.data.index import Index, Places, joined

Doing = Literal["fix", "edit", "delete", "add", "reviewed", "convert"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Step:
    """One change: `words` say what was done, `doing` what kind it is of, `rule` whose fix it was.

    `touched` are the places, before the step, of the N rows that it replaced, dropped or marked; `before` is where
    they lay, `after` where they lie since; `gone` (N,) tells which of them were dropped. `added` rows came in at the
    end. `asked` are the lines for which a fix was asked, None where it was asked for all.
    """

    words: str
    doing: Doing
    touched: Places
    before: Index
    after: Index
    gone: Mask
    added: Index
    rule: str | None = None
    asked: tuple[int, ...] | None = None

    @property
    def lines(self) -> list[int]:
        """The lines that were changed, dropped, marked or added."""
        return [int(line) for line in np.concatenate([self.before.number, self.added.number])]

    @property
    def by(self) -> str:
        """Who did it: "by hand", or a rule's fix in words."""
        return self.words if self.rule else "by hand"

    def __repr__(self) -> str:
        return f"Step({self.words!r})"


def kept(step: Step, rows: int) -> Mask:
    """Of each of the `rows` that there were before a step, whether it is there after it."""
    mask = np.ones(rows, bool)
    mask[step.touched[step.gone]] = False
    return mask


def done(index: Index, step: Step) -> Index:
    """The index after a step."""
    columns = [column.copy() for column in _columns(index)]
    for column, after in zip(columns, _columns(step.after), strict=True):
        column[step.touched] = after
    return joined([Index(*columns).take(kept(step, len(index))), step.added])


def undone(index: Index, step: Step) -> Index:
    """The index as it was before a step: exactly, number by number."""
    rows = rows_before(step, len(index))
    mask = kept(step, rows)
    columns = []
    for now, before in zip(_columns(index), _columns(step.before), strict=True):
        column = np.empty(rows, now.dtype)
        column[mask] = now[: len(now) - len(step.added)]
        column[step.touched] = before
        columns.append(column)
    return Index(*columns)


def rows_before(step: Step, rows: int) -> int:
    """How many rows there were before a step, of the number that there are after it."""
    return rows - len(step.added) + int(step.gone.sum())


def origins(steps: Sequence[Step], rows: int) -> Places:
    """Of each of the `rows` that there are after the steps: at which place it was before them, -1 where it is new."""
    for step in reversed(steps):
        rows = rows_before(step, rows)
    places = np.arange(rows)
    for step in steps:
        places = np.append(places[kept(step, len(places))], np.full(len(step.added), -1))
    return places


def marked(steps: Sequence[Step], rows: int) -> Mask:
    """Which of the `rows` that there are after the steps were marked as reviewed."""
    for step in reversed(steps):
        rows = rows_before(step, rows)
    mask = np.zeros(rows, bool)
    for step in steps:
        if step.doing == "reviewed":
            mask[step.touched] = True
        mask = np.append(mask[kept(step, len(mask))], np.zeros(len(step.added), bool))
    return mask


def is_same(one: Index, other: Index) -> Mask:
    """Of each of N rows whether it lies at the same place in both indexes; both are of N rows of one data set."""
    return np.asarray((one.offset == other.offset) & (one.source == other.source) & (one.length == other.length))


def _columns(index: Index) -> tuple[npt.NDArray[Any], ...]:
    return index.offset, index.length, index.number, index.source
