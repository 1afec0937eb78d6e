"""How two data sets differ: row by row, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt

from ftwidgets.data.changes.matching import by_content, by_steps, is_later
from ftwidgets.data.changes.wording import Part, Parts, text_of, wordwise, written
from ftwidgets.quantities import count

if TYPE_CHECKING:
    import pandas as pd

    from ftwidgets.data.dataset import Dataset

SHOWN = 20
"""So many rows are shown; all of them are in the table and in the sequence."""

ONLY_WRITTEN = "only how it is written: it says the same"
"""Of a row in which blank space or the like differs, and no value."""

STYLE = "white-space: pre-wrap; overflow-wrap: anywhere"


@dataclass(frozen=True)
class Change:
    """One row that differs: its line, its bytes before and after (None where it was not there), and what was done."""

    line: int
    before: bytes | None
    after: bytes | None
    step: str = ""

    @property
    def words(self) -> str:
        """The line, what became of it, and by which step: "Line 12 changed: change to 'user'"."""
        what = "added" if self.before is None else "removed" if self.after is None else "changed"
        only = f" ({ONLY_WRITTEN})" if self.says_the_same else ""
        return f"Line {self.line} {what}{': ' if self.step else ''}{self.step}{only}"

    @property
    def says_the_same(self) -> bool:
        """Whether only the writing differs, such as blank space between the values, and no value does."""
        both = self.before is not None and self.after is not None
        return both and written(self.before) == written(self.after)

    @property
    def sides(self) -> list[tuple[str, Parts]]:
        """The row before, "-", and after, "+", in parts: where it was there; neither where both say the same."""
        if self.says_the_same:
            return []
        sides = zip("-+", wordwise(written(self.before), written(self.after)), (self.before, self.after), strict=True)
        return [(sign, parts) for sign, parts, raw in sides if raw is not None]

    def __str__(self) -> str:
        return "\n".join([self.words, *(f"{sign} {''.join(p.text for p in parts)}" for sign, parts in self.sides)])


class Diff(Sequence[Change]):
    """The rows in which `other` differs from `one`, in the order of the lines; each is read when it is looked at.

    Rows of a data set and of what it was changed into are known to be the same ones; those of any two data sets are
    matched by what they say, and what differs between two matches by its order.
    """

    def __init__(self, one: Dataset, other: Dataset) -> None:
        self.one, self.other = one, other

    @cached_property
    def _pairs(self) -> npt.NDArray[np.int64]:
        """Of each row that differs its place in both, (N, 2); -1 where it is not there."""
        return by_steps(self.one, self.other) if is_later(self.one, self.other) else by_content(self.one, self.other)

    def __len__(self) -> int:
        return len(self._pairs)

    @overload
    def __getitem__(self, n: int) -> Change: ...
    @overload
    def __getitem__(self, n: slice) -> list[Change]: ...
    def __getitem__(self, n: int | slice) -> Change | list[Change]:
        if isinstance(n, slice):
            return [self._change(*pair) for pair in self._pairs[n].tolist()]
        return self._change(*self._pairs[n].tolist())

    def __iter__(self) -> Iterator[Change]:
        return (self._change(*pair) for pair in self._pairs.tolist())

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each that differs: line, before, after, step."""
        import pandas as pd

        def said(raw: bytes | None) -> str | None:
            return None if raw is None else text_of(raw)

        records = [(one.line, said(one.before), said(one.after), one.step) for one in self]
        return pd.DataFrame(records, columns=["line", "before", "after", "step"])

    def summary(self) -> str:
        """One sentence: how many rows were changed, removed and added."""
        gone, new = (self._pairs[:, 1] < 0).sum(), (self._pairs[:, 0] < 0).sum()
        parts = ((len(self) - gone - new, "changed"), (gone, "removed"), (new, "added"))
        told = ", ".join(f"{count(int(n), 'row')} {what}" for n, what in parts if n)
        return f"{told}." if told else "No row differs."

    def __str__(self) -> str:
        more = [f"… and {count(len(self) - SHOWN, 'more row')}"] if len(self) > SHOWN else []
        return "\n".join([self.summary(), *map(str, self[:SHOWN]), *more])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        more = f"<p>… and {count(len(self) - SHOWN, 'more row')}</p>" if len(self) > SHOWN else ""
        return f"<p>{escape(self.summary())}</p>{''.join(map(_html, self[:SHOWN]))}{more}"

    def _change(self, before: int, after: int) -> Change:
        was = self.one.rows[before] if before >= 0 else None
        now = self.other.rows[after] if after >= 0 else None
        line = was.number if was else now.number if now else 0
        return Change(line, was.raw if was else None, now.raw if now else None, self._words.get(line, ""))

    @cached_property
    def _words(self) -> dict[int, str]:
        """What was done last to each line, in words."""
        steps = self.other.steps[len(self.one.steps) :] if is_later(self.one, self.other) else ()
        return {line: step.by for step in steps if step.doing != "reviewed" for line in step.lines}


def _html(change: Change) -> str:
    rows = "".join(
        f'<div style="{STYLE}" dir="auto">{"−" if sign == "-" else sign} {"".join(map(_marked, parts))}</div>'
        for sign, parts in change.sides
    )
    return f'<div style="margin: 8px 0"><b>{escape(change.words)}</b>{rows}</div>'


def _marked(part: Part) -> str:
    return f"<mark>{escape(part.text)}</mark>" if part.changed else escape(part.text)
