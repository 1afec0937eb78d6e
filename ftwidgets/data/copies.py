"""Which values of a long array stood there before: with little memory, since mostly none did."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


def copies(values: npt.NDArray[Any]) -> tuple[Places, Places]:
    """The places at which a value stands again, ascending, and of each the place at which it stood first."""
    ordered = np.sort(values)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if not len(twice):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = np.searchsorted(twice, values).astype(np.int32)
    at[at == len(twice)] = 0
    rows = np.flatnonzero(twice[at] == values)
    _, first, which = np.unique(values[rows], return_index=True, return_inverse=True)
    before = rows[first[which]]
    again = before != rows
    return rows[again], before[again]
