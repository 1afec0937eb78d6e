"""Where rules found something: 18 bytes an occurrence, whose words are made when it is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
import numpy.typing as npt

from ftwidgets.data.examination import Found
from ftwidgets.data.rules.rule import Rule, Spots

Hits = npt.NDArray[np.void]
"""A structured array of `HIT`."""

HIT = np.dtype(
    {
        "names": ["place", "rule", "nth", "other", "value", "part", "against"],
        "formats": ["i4", "u2", "u2", "i4", "f4", "u1", "u1"],
    }
)
"""The row's place, -1 for the whole file; the rule's number; and which of the rule's faults in that row it is. Of a
rule about a file: the place of the other row, -1 for none, and a number. `part` is the file, from 0, that the row is
in, and `against` the one of the other row."""

Occurrence = tuple[int, int, int, int, float, int, int]
"""One hit, before it is in an array."""

MOST = 1000
"""So many faults of one row are kept."""


def kept(found: Iterable[Found]) -> list[Found]:
    """The first faults of a row; after them the first that is an error, where none was before."""
    every = iter(found)
    first = list(islice(every, MOST))
    if len(first) == MOST and not any(rule.level == "error" for rule, _ in first):
        first += islice((one for one in every if one[0].level == "error"), 1)
    return first


def hits_of_row(place: int, found: Iterable[Found]) -> list[Occurrence]:
    """What was found in one row, and is `kept`, as tuples for an array of `HIT`."""
    seen: dict[int, int] = {}
    hits = []
    for rule, _ in found:
        seen[rule.number] = nth = seen.get(rule.number, -1) + 1
        hits.append((place, rule.number, nth, -1, 0.0, 0, 0))
    return hits


def hits_of_file(rule: Rule, spots: Spots, against: int = 0) -> Hits:
    """What a rule about a file found; between files, in the one that it was held `against`."""
    hits = np.zeros(len(spots.place), HIT)
    hits["place"], hits["rule"], hits["other"], hits["value"] = spots.place, rule.number, spots.other, spots.value
    hits["against"] = against
    return hits


def hits_of(tuples: list[Occurrence]) -> Hits:
    """An array of such tuples."""
    return np.array(tuples, HIT)


def sorted_by_place(hits: list[Hits]) -> Hits:
    """All hits of one file in the order of the rows, those of one row in the order in which they were found."""
    joined = np.concatenate([np.zeros(0, HIT), *hits])
    return joined[np.argsort(joined["place"], kind="stable")]


def hits_of_parts(parts: list[Hits]) -> Hits:
    """The hits of several files, one file after another."""
    for number, hits in enumerate(parts):
        hits["part"] = number
    return np.concatenate([np.zeros(0, HIT), *parts])
