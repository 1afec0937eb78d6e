"""Whose the tokens of each row are: kept only while someone asks, for it is not needed to judge a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SPEAKERS = ("system", "user", "assistant", "tool", "not preferred")
"""Who a text can be of; the columns of a tally."""

_OF = {
    "system": 0,
    "developer": 0,
    "user": 1,
    "prompt": 1,
    "assistant": 2,
    "completion": 2,
    "preferred_output": 2,
    "tool": 3,
    "function": 3,
    "non_preferred_output": 4,
}


class Tally:
    """Counts the tokens of texts by who says them."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[np.uint32]] = []

    def add(self, roles: Sequence[str], row: npt.NDArray[Any], counts: npt.NDArray[Any], rows: int) -> None:
        """Count texts in: of each its role, in which of so many `rows` it stands, and how many tokens it has."""
        who = np.fromiter(map(_OF.__getitem__, roles), np.int64, len(roles))
        sums = np.bincount(row * len(SPEAKERS) + who, counts, rows * len(SPEAKERS))
        self._parts.append(sums.reshape(rows, len(SPEAKERS)).astype(np.uint32))

    @property
    def tokens(self) -> npt.NDArray[np.uint32]:
        """The tokens of each row by who says them, of shape (rows, speakers); without what the chat format adds."""
        return np.concatenate(self._parts) if self._parts else np.zeros((0, len(SPEAKERS)), np.uint32)
