"""The one look at each row of a data set."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import numpy as np

from ftwidgets.data.counting import Counter
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.hits import Hits, hits_of
from ftwidgets.data.looks import Looks
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.survey import Facts
from ftwidgets.data.tally import Tally
from ftwidgets.data.terms import Terms

CHUNK = 2048
"""Rows whose texts are counted and sieved together."""


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
    columns, hits = [], []
    raws, numbers, start = data.raws(), data.index.number, 0
    while chunk := list(islice(raws, CHUNK)):
        looks = Looks(terms, counter, sieve, start, tally)
        for number, raw in zip(numbers[start : start + len(chunk)].tolist(), chunk, strict=True):
            looks.at(raw, number)
        columns.append(looks.facts())
        hits.append(hits_of(looks.hits))
        start += len(chunk)
        if heard:
            heard(start)
    facts = Facts(*map(np.concatenate, zip(*columns, strict=True))) if columns else Facts.none()
    return Look(facts, np.concatenate([hits_of([]), *hits]))
