"""Which layouts the rows of a data set have, which columns, and what these may mean: of a large set from a sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ftwidgets.data import Dataset
from ftwidgets.data.conversion import Layout, layout_of, mapping_of
from ftwidgets.data.conversion.outcome import text_of
from ftwidgets.data.row import read

SAMPLED = 50
"""So many rows, from the first to the last, are looked at; the others only where these are no chats."""

MOST_BYTES = 10_000_000
"""All rows are looked at where they have no more bytes."""


class Seen(NamedTuple):
    """What was seen in some rows: how many of each layout, of each list of columns, and how many could be read."""

    layouts: Counter[Layout]
    keys: Counter[tuple[str, ...]]
    readable: int

    @property
    def common(self) -> Layout | None:
        """The layout of more than half of them; None where there is none."""
        return next((layout for layout, n in self.layouts.items() if 2 * n > self.readable), None)


class Layouts:
    """The layouts of the rows of `data`, found when they are asked for."""

    def __init__(self, data: Dataset) -> None:
        self.data = data

    @property
    def common(self) -> Layout | None:
        """The layout of most readable rows, where they are no chats and no preference pairs: "other" is a table."""
        return None if self._is_ready else self._seen.common

    @property
    def is_table(self) -> bool:
        """Whether most rows are flat records, to be mapped by a template."""
        return self.common == "other"

    @property
    def is_whole(self) -> bool:
        """Whether all rows are few and short enough to be looked at."""
        return int(self.data.index.length.sum(dtype=np.int64)) <= MOST_BYTES

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return list(dict.fromkeys(name for keys in self._seen.keys for name in keys))

    def having(self, columns: Iterable[str]) -> int:
        """How many of the rows have all of these columns: of a large set, how many of the readable ones may have."""
        wanted = set(columns)
        share = sum(n for keys, n in self._seen.keys.items() if wanted <= {*keys})
        return share if self.is_whole or not share else self._readable

    @property
    def count(self) -> int:
        """How many rows have the common layout: of a large set, how many may have it."""
        return self._seen.layouts[self.common] if self.is_whole and self.common else self._readable

    @cached_property
    def guess(self) -> dict[str, str]:
        """What the user asks and the assistant answers, as far as it can be told from names and texts."""
        if not self.is_table:
            return {"system": "", "user": "", "assistant": ""}
        guess = mapping_of(self.columns, [value for value in self._sample if isinstance(value, dict)])
        asked = [name for name in (guess.context, guess.asked) if name]
        return {
            "system": _braced(guess.system),
            "user": "\n\n".join(map(_braced, asked)),
            "assistant": _braced(guess.answered),
        }

    @property
    def _readable(self) -> int:
        return len(self.data) - self.data.unreadable

    @cached_property
    def _sample(self) -> list[Any]:
        places = np.unique(np.linspace(0, len(self.data) - 1, min(SAMPLED, len(self.data))).astype(np.int64))
        rows = (self.data.rows[int(place)] for place in places)
        return [row.value for row in rows if row.fault is None]

    @cached_property
    def _is_ready(self) -> bool:
        return _seen(self._sample).common in ("chat", "preference", None)

    @cached_property
    def _seen(self) -> Seen:
        return _seen(_readable(self.data) if self.is_whole else self._sample)


def _readable(data: Dataset) -> Iterator[Any]:
    return (value for value, fault in map(read, data.raws()) if fault is None)


def _seen(values: Iterable[Any]) -> Seen:
    layouts: Counter[Layout] = Counter()
    keys: Counter[tuple[str, ...]] = Counter()
    readable = 0
    for value in values:
        readable += 1
        if isinstance(value, dict):
            keys[tuple(value)] += 1
            layout = layout_of(value)
            if layout != "other" or _is_flat(value):
                layouts[layout] += 1
    return Seen(layouts, keys, readable)


def _is_flat(record: dict[str, Any]) -> bool:
    """Whether a record has a cell with a text: lists of lists are no table."""
    return any(text_of(cell) is not None for cell in record.values())


def _braced(name: str | None) -> str:
    return "{" + name + "}" if name else ""
