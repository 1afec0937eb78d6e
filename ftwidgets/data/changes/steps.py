"""What was done to a data set, one step a change, each with what undoing it needs and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ftwidgets.data.index import Index, Places, joined
from ftwidgets.quantities import count

if TYPE_CHECKING:
    from ftwidgets.data.terms import Terms

Doing = Literal["fix", "edit", "delete", "add", "reviewed", "convert"]

MOST_LINES = 3
"""So many lines are named in a step's words."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Step:
    """One change: `what` says what was done, `doing` what kind it is of, `rule` whose fix it was.

    `touched` are the places, before the step, of the N rows that it replaced, dropped or marked; `before` is where
    they lay, `after` where they lie since; `gone` (N,) tells which of them were dropped. `added` rows came in at the
    end. `terms` are those by which a fix was made that a rule makes again on the same rows: of all lines, or of
    those `asked` for. `recipe` is how a conversion is done again, where it can be told in words.
    """

    what: str
    doing: Doing
    touched: Places
    before: Index
    after: Index
    gone: Mask
    added: Index
    rule: str | None = None
    asked: tuple[int, ...] | None = None
    terms: Terms | None = None
    recipe: dict[str, Any] | None = None

    @property
    def lines(self) -> list[int]:
        """The lines that were changed, dropped, marked or added."""
        return [int(line) for line in np.concatenate([self.before.number, self.added.number])]

    @property
    def words(self) -> str:
        """What was done to which lines: "line 12 edited", "204 rows added", "change to 'user': lines 3, 7"."""
        if self.doing == "add":
            return f"{count(len(self.added), 'row')} {self.what}"
        return f"{self.what}: {named(self.lines)}" if self.rule else f"{named(self.lines)} {self.what}"

    @property
    def by(self) -> str:
        """Who did it: "by hand", or a rule's fix in words."""
        return self.what if self.rule else "by hand"

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


def merged(before: Index, after: Index, steps: Sequence[Step]) -> tuple[Places, Index, Index, Mask]:
    """Several steps that add no rows as one: what it touched, where that lay before and lies after, and what went."""
    origin = origins(steps, len(after))
    now = Index(before.offset.copy(), before.length.copy(), before.number, before.source.copy())
    now.offset[origin], now.length[origin], now.source[origin] = after.offset, after.length, after.source
    gone = np.ones(len(before), bool)
    gone[origin] = False
    touched = np.flatnonzero(gone | ~is_same(before, now))
    return touched, before.take(touched), now.take(touched), gone[touched]


def named(lines: Sequence[int]) -> str:
    """Lines in words: "line 12", "lines 12, 340", "204 lines"."""
    if len(lines) > MOST_LINES:
        return count(len(lines), "line")
    return f"line{'' if len(lines) == 1 else 's'} {', '.join(map(str, lines))}"


def is_same(one: Index, other: Index) -> Mask:
    """Of each of N rows whether it lies at the same place in both indexes; both are of N rows of one data set."""
    return np.asarray((one.offset == other.offset) & (one.source == other.source) & (one.length == other.length))


def _columns(index: Index) -> tuple[npt.NDArray[Any], ...]:
    return index.offset, index.length, index.number, index.source
