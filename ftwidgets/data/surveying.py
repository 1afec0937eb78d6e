"""The one look at each row of a data set."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ftwidgets.data.dataset import Dataset
from ftwidgets.data.hits import Hits, hits_of
from ftwidgets.data.looks import Looks
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.survey import Facts
from ftwidgets.data.tally import Tally
from ftwidgets.data.terms import Terms
from ftwidgets.data.tokens.counting import Counter

CHUNK = 2**18
"""Bytes of rows whose texts are counted and sieved together: what stays near the processor is looked at in half the
time."""


class Look(NamedTuple):
    """What one look at some rows gave: their facts, and where the rules about rows found something."""

    facts: Facts
    hits: Hits


def looked_at(
    data: Dataset,
    terms: Terms,
    *,
    counter: Counter | None = None,
    sieve: Sieve | None = None,
    tally: Tally | None = None,
    heard: Callable[[int], None] | None = None,
) -> Look:
    """Look at each row once. Without a `counter` no tokens are counted, without a `sieve` no texts are judged.

    A `tally` is told whose the tokens are. `heard` hears how many rows have been looked at.
    """
    if counter:
        counter.expect(int(data.index.length.sum(dtype=np.int64)))
    facts, hits = Facts.none(len(data)), []
    raws, numbers, start = data.raws(), data.index.number, 0
    for end in _ends(data.index.length):
        looks = Looks(terms, counter, sieve, start, tally)
        for number, raw in zip(numbers[start:end].tolist(), islice(raws, end - start), strict=True):
            looks.at(raw, number)
        for column, known in zip(facts, looks.facts(), strict=True):
            column[start:end] = known
        hits.append(hits_of(looks.hits))
        start = end
        if heard:
            heard(start)
    return Look(facts, np.concatenate([hits_of([]), *hits]))


def _ends(lengths: npt.NDArray[np.uint32]) -> list[int]:
    """The places at which the chunks end, of rows of these lengths."""
    reached = np.cumsum(lengths, dtype=np.int64)
    total = int(reached[-1]) if len(reached) else 0
    ends = np.searchsorted(reached, np.arange(CHUNK, total + CHUNK, CHUNK)) + 1
    return [int(end) for end in np.unique(np.minimum(ends, len(reached))) if end]
