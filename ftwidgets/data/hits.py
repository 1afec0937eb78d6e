"""Where rules found something: 20 bytes an occurrence, whose words are made when it is looked at."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ftwidgets.data.examination import Found
from ftwidgets.data.rules.rule import Rule, Spots

Hits = npt.NDArray[np.void]
"""A structured array of `HIT`."""

HIT = np.dtype([("place", "i4"), ("rule", "u2"), ("nth", "u2"), ("other", "i4"), ("value", "f4")])
"""The row's place, -1 for the whole file; the rule's number; and which of the rule's faults in that row it is. Of a
rule about a file: the place of the other row, -1 for none, and a number."""

MOST = 1000
"""So many faults of one row are kept."""


def hits_of_row(place: int, found: Iterable[Found]) -> list[tuple[int, int, int, int, float]]:
    """What was found in one row, as tuples for an array of `HIT`."""
    seen: dict[int, int] = {}
    hits = []
    for rule, _ in found:
        seen[rule.number] = nth = seen.get(rule.number, -1) + 1
        hits.append((place, rule.number, nth, -1, 0.0))
        if len(hits) == MOST:
            break
    return hits


def hits_of_file(rule: Rule, spots: Spots) -> Hits:
    """What a rule about a file found."""
    hits = np.zeros(len(spots.place), HIT)
    hits["place"], hits["rule"], hits["other"], hits["value"] = spots.place, rule.number, spots.other, spots.value
    return hits


def hits_of(tuples: list[tuple[int, int, int, int, float]]) -> Hits:
    """An array of such tuples."""
    return np.array(tuples, HIT)


def sorted_by_place(parts: list[Hits]) -> Hits:
    """All hits in the order of the rows, those of one row in the order in which they were found."""
    hits = np.concatenate([np.zeros(0, HIT), *parts])
    return hits[np.argsort(hits["place"], kind="stable")]
