"""Sketches to candidates: the pairs that may be alike, and the crowds in which there would be too many pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ftwidgets.data.near.shingles import Places
from ftwidgets.data.near.sketches import Sketches

Codes = npt.NDArray[np.uint64]
Halves = npt.NDArray[np.uint32]
Sides = npt.NDArray[np.uint8]

CROWD = 16
"""A text with so many texts that may be like it is compared with the likeliest, not with all."""

SIZES = tuple(CROWD << doubled for doubled in range(9))
"""Up to one of these sizes all two texts of a group are looked at; of more, it is cheaper to read the texts again."""

AT_ONCE = 500_000
"""Pairs whose sketches are compared at a time, in some 100 MB."""

MARGIN = 0.16
"""A pair whose sketches are less alike than the threshold by more than this, three standard errors, is let go."""

HALF = np.uint64(32)


@dataclass(frozen=True)
class Groups:
    """Texts with the same key in one band, group after group; each group has two at least. `sizes` are how many."""

    members: Halves
    sizes: Places

    def of(self, chosen: npt.NDArray[np.bool_]) -> Groups:
        """Some of the groups."""
        return Groups(self.members[np.repeat(chosen, self.sizes)], self.sizes[chosen])


@dataclass(frozen=True)
class Candidates:
    """Pairs, and what else may be alike: `crowd` are texts with so common a key that only `led` pairs were formed."""

    pairs: Codes
    led: Codes
    crowd: Places

    @property
    def thronged(self) -> npt.NDArray[np.bool_]:
        """Of each of `pairs`: whether one of its texts is in the crowd, or in so many pairs as are not all compared."""
        first, second = decoded(self.pairs)
        partners = np.bincount(np.concatenate([first, second]))
        throng = np.concatenate([self.crowd, np.flatnonzero(partners >= CROWD)])
        return np.isin(first, throng) | np.isin(second, throng)


def coded(first: Places | Halves, second: Places | Halves) -> Codes:
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


def neighbours(sizes: Places, most: int | None = None) -> Iterator[tuple[Places, Places]]:
    """The places of every two of a group that stand less than `most` apart, many at a time; groups by their sizes."""
    after = np.repeat(np.cumsum(sizes), sizes) - np.arange(sizes.sum()) - 1
    after = after if most is None else np.minimum(after, most - 1)
    for part in np.split(np.arange(len(after)), np.flatnonzero(np.diff(np.cumsum(after) // AT_ONCE)) + 1):
        first = np.repeat(part, after[part])
        yield first, first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(after[part]) - after[part], after[part])


def candidates(sketches: Sketches, texts: Places, sides: Sides, threshold: float) -> Candidates:
    """The pairs among `texts` (ascending) that share a key in some band and whose sketches are alike."""
    bands = [_groups(band, texts, sides) for band in sketches.bands]
    largest = _largest(bands, sketches)
    pairs, led = np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    crowded = np.zeros(len(sketches.sums), bool)
    for groups in bands:
        few, many = groups.of(groups.sizes <= largest), groups.of(groups.sizes > largest)
        new = [pairs]
        for first, second in neighbours(few.sizes):
            codes = _new(coded(few.members[first], few.members[second]), pairs)
            new.append(alike(codes, sketches, sides, threshold))
        pairs = merged(*new)
        crowded[many.members] = True
        leaders = np.repeat(many.members[np.cumsum(many.sizes) - many.sizes], many.sizes)
        led = merged(led, alike(_new(coded(leaders, many.members), led), sketches, sides, threshold))
    return Candidates(pairs, led, np.flatnonzero(crowded))


def _groups(band: Halves, texts: Places, sides: Sides) -> Groups:
    """Those of `texts` with the same key in a band, where they are from both sides."""
    keys, members = decoded(np.sort(coded(band[texts], texts)))
    if not len(keys):
        return Groups(np.zeros(0, np.uint32), np.zeros(0, np.int64))
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    sizes = np.diff(starts, append=len(keys))
    both = np.bitwise_or.reduceat(sides[members], starts) == 3
    return Groups(members.astype(np.uint32), sizes).of((sizes > 1) & both)


def _largest(bands: list[Groups], sketches: Sketches) -> int:
    """The size of groups up to which it is the least work to look at all two: a pair takes as long as a shingle."""
    largest = np.zeros(len(sketches.sums), np.int64)
    for groups in bands:
        largest[groups.members] = np.maximum(largest[groups.members], np.repeat(groups.sizes, groups.sizes))
    sizes = np.concatenate([groups.sizes for groups in bands])
    pairs = sizes * (sizes - 1) // 2
    work = [pairs[sizes <= size].sum() + sketches.sizes[largest > size].sum(dtype=np.int64) for size in SIZES]
    return SIZES[int(np.argmin(work))]


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
