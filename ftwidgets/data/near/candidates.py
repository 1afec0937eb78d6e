"""Sketches to candidates: the pairs that may be alike, and the crowds in which there would be too many pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ftwidgets.data.near.shingles import Places
from ftwidgets.data.near.sketches import Sketches

Codes = npt.NDArray[np.uint64]
Sides = npt.NDArray[np.uint8]

CROWD = 16
"""Of up to so many texts with a key in common every pair is a candidate: at most 8 a text and band."""

MARGIN = 0.16
"""A pair whose sketches are less alike than the threshold by more than this, three standard errors, is let go."""

HALF = np.uint64(32)


@dataclass(frozen=True)
class Candidates:
    """Pairs, and what else may be alike: `crowd` are texts with so common a key that only `led` pairs were formed."""

    pairs: Codes
    led: Codes
    crowd: Places


def coded(first: Places, second: Places) -> Codes:
    """Pairs of texts as one number each, in the order of the first."""
    return (first.astype(np.uint64) << HALF) | second.astype(np.uint64)


def decoded(codes: Codes) -> tuple[Places, Places]:
    """The first and the second text of each pair."""
    return (codes >> HALF).astype(np.int64), (codes & np.uint64(0xFFFFFFFF)).astype(np.int64)


def meet(sides: Sides, first: Places, second: Places) -> npt.NDArray[np.bool_]:
    """Whether a pair has one text from each side (bit 1: the first texts; bit 2: the second)."""
    one, other = sides[first], sides[second]
    return ((one & 1) & (other >> 1) | (other & 1) & (one >> 1)).astype(bool)


def merged(*lists: Codes) -> Codes:
    """All the numbers, sorted, each once; NumPy's own `unique` takes five times as long for these."""
    numbers = np.sort(np.concatenate(lists))
    first = np.ones(len(numbers), bool)
    first[1:] = numbers[1:] != numbers[:-1]
    return numbers[first]


def neighbours(keys: Places | Codes, most: int) -> tuple[Places, Places]:
    """Of sorted `keys`: the places of every two equal ones that stand less than `most` apart."""
    found = [np.flatnonzero(keys[apart:] == keys[:-apart]) for apart in range(1, min(most, len(keys)))]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(found), np.concatenate([places + apart for apart, places in enumerate(found, 1)])


def candidates(sketches: Sketches, texts: Places, sides: Sides, threshold: float) -> Candidates:
    """The pairs among `texts` (ascending) that share a key in some band and whose sketches are alike."""
    pairs, led = np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    crowded = np.zeros(len(sketches.sums), bool)
    for band in sketches.bands:
        keyed = np.sort(coded(band[texts].astype(np.int64), texts))
        keys, members = decoded(keyed)
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        sizes = np.diff(starts, append=len(keys))
        several = (sizes > 1) & (np.bitwise_or.reduceat(sides[members], starts) == 3) if len(keys) else sizes > 1
        few = np.repeat(several & (sizes <= CROWD), sizes)
        first, second = neighbours(keys[few], CROWD)
        new = _new(coded(members[few][first], members[few][second]), pairs)
        pairs = merged(pairs, alike(new, sketches, sides, threshold))
        many = several & (sizes > CROWD)
        inside = np.repeat(many, sizes)
        leaders = np.repeat(members[starts[many]], sizes[many])
        crowded[members[inside]] = True
        led = merged(led, alike(_new(coded(leaders, members[inside]), led), sketches, sides, threshold))
    return Candidates(pairs, led, np.flatnonzero(crowded))


def alike(codes: Codes, sketches: Sketches, sides: Sides, threshold: float) -> Codes:
    """The pairs of `codes` that are worth reading both texts for."""
    first, second = decoded(codes)
    kept = (first != second) & meet(sides, first, second)
    codes, first, second = codes[kept], first[kept], second[kept]
    return codes[sketches.likeness(first, second) >= threshold - MARGIN]


def _new(codes: Codes, known: Codes) -> Codes:
    """Those of `codes` that are not among the `known` (sorted) ones."""
    if not len(known):
        return codes
    places = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    new: Codes = codes[known[places] != codes]
    return new
