"""Which rows of two data sets are the same row: by where they lie, by the steps between them, by what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ftwidgets.data.changes.steps import is_same, origins, undone
from ftwidgets.data.fingerprint import content_hashes
from ftwidgets.data.index import Index, Places

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset

Pairs = npt.NDArray[np.int64]


def is_later(one: Dataset, other: Dataset) -> bool:
    """Whether `other` is what `one` was changed into, step by step."""
    known = len(one.steps)
    if other.steps[:known] != one.steps or not _share(one, other):
        return False
    index = other.index
    for step in reversed(other.steps[known:]):
        index = undone(index, step)
    return len(index) == len(one) and bool(is_same(one.index, index).all())


def by_steps(one: Dataset, other: Dataset) -> Pairs:
    """The places of the rows that differ, (N, 2), by line; -1 where a row is not there. `other` is later."""
    origin = origins(other.steps[len(one.steps) :], len(other))
    stayed = np.flatnonzero(origin >= 0)
    moved = stayed[~is_same(one.index.take(origin[stayed]), other.index.take(stayed))]
    raws = zip(one.take(origin[moved]).raws(), other.take(moved).raws(), strict=True)
    moved = moved[np.fromiter((before != after for before, after in raws), bool, len(moved))]
    gone = np.setdiff1d(np.arange(len(one)), origin)
    new = np.flatnonzero(origin < 0)
    pairs = _pairs((origin[moved], moved), (gone, -1), (-1, new))
    lines = np.where(pairs[:, 0] >= 0, _numbers(one, pairs[:, 0]), _numbers(other, pairs[:, 1]))
    return pairs[np.argsort(lines, kind="stable")]


def by_content(one: Dataset, other: Dataset) -> Pairs:
    """The places of the rows that differ, (N, 2), in their order, of any two data sets.

    A row that says the same in both is the same row. Of those left over, the first between two such rows in one is
    taken for the first between them in the other.
    """
    before, after = _matched(content_hashes(one), content_hashes(other))
    left = [np.setdiff1d(np.arange(len(data)), at) for data, at in ((one, before), (other, after))]
    gaps = [np.searchsorted(np.sort(at), rest) for at, rest in zip((before, after), left, strict=True)]
    first, second = _matched(*(gap.astype(np.uint64) for gap in gaps))
    alone = [np.setdiff1d(np.arange(len(rest)), at) for rest, at in zip(left, (first, second), strict=True)]
    pairs = _pairs((left[0][first], left[1][second]), (left[0][alone[0]], -1), (-1, left[1][alone[1]]))
    gap = np.concatenate([gaps[0][first], gaps[0][alone[0]], gaps[1][alone[1]]])
    return pairs[np.argsort(gap, kind="stable")]


def taken_over(one: Dataset, other: Dataset) -> Places:
    """Of each row of `other` the place of the very same bytes in `one`, (N,); -1 where `one` does not have them."""
    known = {id(source): number for number, source in enumerate(one.sources)}
    number = np.array([known.get(id(source), -1) for source in other.sources], np.int64)[other.index.source]
    keys, wanted = _keys(one.index, one.index.source), _keys(other.index, number)
    if not len(keys):
        return np.full(len(wanted), -1)
    order = np.argsort(keys, kind="stable")
    at = order[np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)]
    found = (keys[at] == wanted) & (one.index.length[at] == other.index.length) & (number >= 0)
    return np.where(found, at, -1)


def _keys(index: Index, source: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    return index.offset + (source.astype(np.int64) << 50)  # no file has 2**50 bytes


def _share(one: Dataset, other: Dataset) -> bool:
    return all(a is b for a, b in zip(one.sources, other.sources, strict=False))


def _matched(one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> tuple[Places, Places]:
    """The places of equal values in both, the first with the first, the second with the second."""
    values = np.unique(np.concatenate([one, other]), return_inverse=True)[1].astype(np.int64)
    most = len(values) + 1
    first, second = (side * most + _nth(side) for side in (values[: len(one)], values[len(one) :]))
    _, before, after = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return before, after


def _nth(values: npt.NDArray[np.int64]) -> Places:
    """Of each value how many of the same there are before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.searchsorted(ordered, ordered)
    nth = np.empty(len(values), np.int64)
    nth[order] = np.arange(len(values)) - starts
    return nth


def _pairs(*columns: tuple[Places | int, Places | int]) -> Pairs:
    return np.concatenate([np.stack(np.broadcast_arrays(*sides), 1).reshape(-1, 2) for sides in columns]).astype(
        np.int64
    )


def _numbers(data: Dataset, places: Places) -> Places:
    return data.index.number[places].astype(np.int64) if len(data) else places
