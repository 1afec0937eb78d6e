"""What is looked at aside of the rules about rows: which examples are nearly alike.

It takes as long as all the rest; of a large file a second process does it, beside the first: see `beside`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ftwidgets.data.dataset import Dataset
from ftwidgets.data.near import near_pairs
from ftwidgets.data.row import read
from ftwidgets.data.talk import talk_of
from ftwidgets.errors import MissingExtraError


@dataclass(frozen=True)
class Aside:
    """Of the rows of a data set the pairs that are nearly alike.

    `first`, `second` (P,) are places, `similarity` (P,) Jaccard's. `skipped` are sentences on what could not be looked
    at, since a package is missing.
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    skipped: tuple[str, ...] = ()

    @classmethod
    def nothing(cls, *skipped: str) -> Aside:
        """Where nothing was looked at, and why."""
        places = np.zeros(0, np.int64)
        return cls(places, places, np.zeros(0), skipped)


def aside(data: Dataset) -> Aside:
    """Look at the texts of all rows; what users and assistants say counts, and a system message does not."""
    try:
        pairs = near_pairs((talk_of(read(raw)[0]) for raw in data.raws()), lambda n: talk_of(data.rows[n].value))
    except MissingExtraError as error:
        return Aside.nothing(f"Near-duplicates were not looked for. {error}")
    return Aside(pairs.first, pairs.second, pairs.similarity)


def moved(known: Aside, origin: npt.NDArray[np.int64], rows: int) -> Aside:
    """The same of rows of which each was at the place `origin` (N,) among `rows` before, -1 where it is new."""
    to = np.full(rows, -1)
    to[origin[origin >= 0]] = np.flatnonzero(origin >= 0)
    first, second = to[known.first], to[known.second]
    keep = (first >= 0) & (second >= 0)
    new = int((origin < 0).sum())
    word = f"Rows that were changed ({new:,}) are held against the others when all are checked again."
    skipped = (*known.skipped, word) if new else known.skipped
    return Aside(first[keep], second[keep], known.similarity[keep], skipped)
