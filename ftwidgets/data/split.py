"""Splits: which rows are trained on, which validate, and which are kept for the last judgement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ftwidgets.data.answers import answer_of
from ftwidgets.data.fingerprint import content_hashes, hold
from ftwidgets.data.near import groups, near_pairs
from ftwidgets.data.row import read
from ftwidgets.data.talk import talk_of
from ftwidgets.errors import InputError
from ftwidgets.quantities import count

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset

Numbers = npt.NDArray[np.int64]
Groups = str | Sequence[int] | Numbers

TRAIN, VALIDATION, TEST = range(3)


def _near(data: Dataset) -> Numbers:
    """Rows that say nearly the same, whether they are sound or not; so do those that are tied by a third."""
    texts = (talk_of(read(raw)[0]) for raw in data.raws())
    return groups(near_pairs(texts, lambda place: talk_of(data.rows[place].value)), len(data))


GROUPERS: dict[str, Callable[[Dataset], Numbers]] = {
    "duplicates": lambda data: np.arange(len(data)),
    "near-duplicates": _near,
}
"""Groups that can be asked for by name; of each row its group's number. Exact duplicates are joined in any case."""


class Shares(NamedTuple):
    """Which parts of all rows validate and test; the rest is trained on."""

    validation: float
    test: float


def split(
    data: Dataset,
    validation: float = 0.2,
    test: float = 0.0,
    seed: int = 0,
    *,
    stratify: bool = False,
    groups: Groups | None = None,
    frozen: bool = False,
    expect: str | None = None,
) -> tuple[Dataset, ...]:
    """Share the rows out: (train, validation), or (train, validation, test) where `test` is above 0.

    Shares are parts of 1; every row lands in exactly one part, which one is decided by `seed`.

    Args:
        data: what is shared out.
        validation: the share that validates.
        test: the share that tests.
        seed: a whole number from 0.
        stratify: every part has of each answer the share that all rows have, as well as whole rows allow; of a rare one
            at least one row is trained on. With `groups`, as well as whole groups allow.
        groups: of each row the number of its group, -1 for none, or "duplicates": the rows of a group stay together,
            and so do exact duplicates. Validation and test may come out a group smaller.
        frozen: what a row says and the seed decide where it goes, not which others there are: it stays there when rows
            are added, removed or reordered. The shares then hold on average only.
        expect: the fingerprint that was noted of this split (`split_fingerprint`), or of the data.

    Raises:
        InputError: a share is not between 0 and 1, nothing is left to train on, the answers are no labels, or the data
            or the split are not those that were expected.
    """
    shares = _checked(Shares(validation, test), seed)
    if stratify and frozen:
        raise InputError("A frozen split looks at each row alone and cannot be stratified. Use one of the two.")
    grouped = None if groups is None else _joined(_numbers(data, groups), content_hashes(data))
    if frozen:
        part = _by_content(data, shares, seed, grouped)
    else:
        strata = _strata(data) if stratify else np.zeros(len(data), np.int64)
        part = _dealt(shares, seed, strata, np.arange(len(data)) if grouped is None else grouped)
    if not (part == TRAIN).any():
        raise InputError(
            f"Shares of {validation} and {test} of {len(data)} rows leave nothing to train on. Use smaller ones."
        )
    names = ("train", "validation", "test")[: 3 if test else 2]
    parts = tuple(data.take(np.flatnonzero(part == n)).named(f"{data.name} ({name})") for n, name in enumerate(names))
    if expect is not None:
        hold(parts, expect)
    return parts


def _checked(shares: Shares, seed: int) -> Shares:
    if not (0 <= shares.validation < 1 and 0 <= shares.test < 1 and sum(shares) < 1):
        raise InputError(
            f"Shares of {shares.validation} and {shares.test} leave nothing to train on. "
            "Use parts of 1, such as 0.2 and 0.2."
        )
    if seed < 0:
        raise InputError(f"The seed {seed} is below 0. Use a whole number from 0.")
    return shares


def _dealt(shares: Shares, seed: int, strata: Numbers, groups: Numbers) -> Numbers:
    """The part of each row: whole groups in an order drawn by `seed`, each to the first part that has room for it."""
    needs = _needs(shares, strata)
    _, first, group, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(sizes))
    rank = np.argsort(first)[order]  # groups are numbered by their first rows, so that groups of one are the rows
    parts = np.zeros(len(sizes), np.int64)
    rooms = [needs[VALIDATION].tolist(), needs[TEST].tolist()]
    of_group, size_of = strata[first].tolist(), sizes.tolist()
    for one in rank.tolist():
        stratum, size = of_group[one], size_of[one]
        for part, room in zip((VALIDATION, TEST), rooms, strict=True):
            if room[stratum] >= size:
                room[stratum] -= size
                parts[one] = part
                break
    return parts[group]


def _needs(shares: Shares, strata: Numbers) -> Numbers:
    """How many rows of each stratum each part is to have, (3, strata): largest remainders, one at least in train.

    The method of Hamilton: each its share rounded down, and the rows that are left over to the largest remainders.
    """
    sizes = np.bincount(strata, minlength=1)
    needs = np.zeros((3, len(sizes)), np.int64)
    room = sizes - 1 if len(sizes) > 1 else sizes
    for part, share in ((VALIDATION, shares.validation), (TEST, shares.test)):
        exact = sizes * share
        needs[part] = np.minimum(np.floor(exact), room)
        left = round(int(sizes.sum()) * share) - int(needs[part].sum())
        remainders = np.where(needs[part] < np.minimum(room, np.ceil(exact)), exact - needs[part], -1)
        for stratum in np.argsort(-remainders, kind="stable")[: max(0, left)]:
            needs[part, stratum] += remainders[stratum] >= 0
        room = room - needs[part]
    return needs


def _strata(data: Dataset) -> Numbers:
    """The number of each row's answer; rows that have none share one."""
    numbers: dict[str | None, int] = {}
    answers = (answer_of(read(raw)[0]) for raw in data.raws())
    strata = np.fromiter((numbers.setdefault(answer, len(numbers)) for answer in answers), np.int64, len(data))
    if 2 * len(numbers) > len(data):
        raise InputError(
            f"The {count(len(data), 'row')} have {count(len(numbers), 'different answer')}: no labels, of which each "
            "part could have its share. Leave stratify out."
        )
    return strata


def _numbers(data: Dataset, groups: Groups) -> Numbers:
    if isinstance(groups, str):
        if groups not in GROUPERS:
            raise InputError(f"{groups!r} are no groups. Use {' or '.join(map(repr, GROUPERS))}, or a number a row.")
        return GROUPERS[groups](data)
    numbers = np.asarray(groups)
    if numbers.shape != (len(data),) or not np.issubdtype(numbers.dtype, np.integer):
        raise InputError(f"Groups are one whole number a row: {count(len(data), 'number')}, not {groups!r:.60}.")
    alone = np.arange(len(data)) + int(numbers.max(initial=0)) + 1
    return np.where(numbers < 0, alone, numbers)


def _joined(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> Numbers:
    """Groups of the rows that are together in either of two groupings, or by way of others."""
    sides = [np.unique(side, return_inverse=True)[1] for side in (one, other)]
    group = np.arange(len(one))
    while True:
        before = group
        for side in sides:
            least = np.full(len(group), len(group))
            np.minimum.at(least, side, group)
            group = least[side]
        if np.array_equal(group, before):
            return group


def _by_content(data: Dataset, shares: Shares, seed: int, groups: Numbers | None) -> Numbers:
    """The part of each row by a hash of what it says; of a group, by the least hash of its rows."""
    drawn = content_hashes(data, seed)
    if groups is not None:
        least = np.full(len(drawn), np.iinfo(np.uint64).max, np.uint64)
        np.minimum.at(least, groups, drawn)
        drawn = _mixed(least)[groups]  # the least of several is small: it decides, and is drawn anew
    at = drawn.astype(np.float64) / 2.0**64
    return np.where(at < shares.validation, VALIDATION, np.where(at >= 1 - shares.test, TEST, TRAIN))


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Other numbers, evenly spread: the last step of splitmix64 (Steele, Lea and Flood, 2014)."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers ^ (numbers >> np.uint64(31))
