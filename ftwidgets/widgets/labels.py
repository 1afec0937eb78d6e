"""The labels of the rows on a desk, as each is written: where the answers are few and short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ftwidgets.data.labels import labels_of
from ftwidgets.data.survey import Survey

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Labels:
    """The `names` of the labels, the most frequent first; `codes` (N,) is the place of each row's, -1 for none."""

    names: tuple[str, ...]
    codes: Places

    def of(self, place: int) -> str:
        """The label of one row, "" where it has none."""
        code = int(self.codes[place])
        return self.names[code] if code >= 0 else ""

    def counts(self, places: Places | slice = slice(None)) -> list[int]:
        """How many of the rows at these places have each label."""
        codes = self.codes[places]
        return [int(many) for many in np.bincount(codes[codes >= 0], minlength=len(self.names))]


def labelled(survey: Survey | None, known: Places) -> Labels:
    """The labels of N rows, `known` (N,) being their places in what was checked, -1 for those that are not there."""
    found = None if survey is None else labels_of(survey)
    if found is None:
        return Labels((), np.full(len(known), -1))
    order = sorted(range(len(found.spellings)), key=lambda n: -found.spellings[n].rows)
    rank = np.append(np.argsort(order), -1)
    return Labels(tuple(found.spellings[n].text for n in order), rank[np.append(found.of_row, -1)[known]])
