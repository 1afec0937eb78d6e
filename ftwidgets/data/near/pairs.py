"""Near-duplicates within one list of texts, and between two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from ftwidgets.data.near.candidates import candidates, decoded, merged
from ftwidgets.data.near.comparison import compared, likeliest
from ftwidgets.data.near.crowds import joined
from ftwidgets.data.near.shingles import Places
from ftwidgets.data.near.sketches import Sketches, sketched
from ftwidgets.errors import InputError, require

ALIKE = 0.8


@dataclass(frozen=True)
class Pairs:
    """Texts that are alike: the text `first[k]` and the text `second[k]`, and their `similarity[k]`.

    The similarity is Jaccard's: of the runs of three words in either text, the share that is in both.
    """

    first: Places
    second: Places
    similarity: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.first)

    def __iter__(self) -> Iterator[tuple[int, int, float]]:
        return zip(self.first.tolist(), self.second.tolist(), self.similarity.tolist(), strict=True)


def near_pairs(texts: Iterable[str], text_at: Callable[[int], str], threshold: float = ALIKE) -> Pairs:
    """The pairs of texts whose similarity is at least `threshold`, each pair in ascending order.

    `texts` are read once, in blocks; `text_at` gives a text again by its number, from 0, to be compared. Case and
    white space do not count. Texts with the same shingles are each paired with the first of them (similarity 1), and
    only that first one is compared with others; where more than 16 texts resemble one another so much that they meet
    by what they share, each is paired with the likeliest other. So pairs grow with the texts, not with their square;
    `groups` makes groups of them. Texts without words are like none.

    Raises:
        InputError: the threshold is not above 0 and at most 1.
        MissingExtraError: the package rensa is not installed.
    """
    found = _found(sketch_all(texts, threshold), None, text_at, threshold)
    return _ordered(*found)


def near_between(
    first: Iterable[str],
    second: Iterable[str],
    first_at: Callable[[int], str],
    second_at: Callable[[int], str],
    threshold: float = ALIKE,
) -> Pairs:
    """The pairs of a text of `first` and a text of `second`, such as training and validation, that are alike.

    Every text of `second` that is like some text of `first` is in at least one pair. Errors as in `near_pairs`.
    """
    counted = 0

    def counting() -> Iterator[str]:
        nonlocal counted
        for text in first:
            counted += 1
            yield text

    sketches = sketch_all(chain(counting(), second), threshold)

    def text_at(number: int) -> str:
        return first_at(number) if number < counted else second_at(number - counted)

    ones, others, similarity = _found(sketches, counted, text_at, threshold)
    return _ordered(ones, others - counted, similarity)


def sketch_all(texts: Iterable[str], threshold: float) -> Sketches:
    """The sketches of `texts`; errors as in `near_pairs`."""
    minhash = require("rensa", "data").RMinHash
    if not 0 < threshold <= 1:
        raise InputError(f"The threshold {threshold!r} is not a similarity; give a number above 0 and at most 1.")
    return sketched(texts, minhash, threshold)


Found = tuple[Places, Places, npt.NDArray[np.float64]]


def _found(sketches: Sketches, border: int | None, text_at: Callable[[int], str], threshold: float) -> Found:
    """Pairs among all texts or, where there is a `border`, of one text before it and one from it on."""
    numbers = np.arange(len(sketches.sums))
    own = np.full(len(numbers), 3, np.uint8) if border is None else np.where(numbers < border, 1, 2).astype(np.uint8)
    _, heads, place = np.unique(sketches.sums, return_index=True, return_inverse=True)
    head = np.where(sketches.sizes > 0, heads[place], -1)  # of each text: the first with the same shingles
    sides = np.zeros(len(numbers), np.uint8)
    np.bitwise_or.at(sides, head[head >= 0], own[head >= 0])
    near = candidates(sketches, np.flatnonzero(head == numbers), sides, threshold)
    codes, similarity = compared(near.pairs[~near.thronged], sketches, threshold, text_at)
    rare = joined(near.crowd, sketches, sides, threshold, text_at)
    crowded = merged(near.led, rare, near.pairs[near.thronged])
    more, how_much = likeliest(crowded, sketches, threshold, text_at)
    first, second = decoded(np.concatenate([codes, more]))
    found = first, second, np.concatenate([similarity, how_much])
    copies = np.flatnonzero((head >= 0) & (head != numbers))
    if border is None:
        return _joined([found, (head[copies], copies, np.ones(len(copies)))])
    return _across(found, head, border)


def _across(found: Found, head: Places, border: int) -> Found:
    """Pairs of heads to pairs across the border: for each text beyond it, the head that it is like."""
    beyond = np.arange(border, len(head))
    beyond = beyond[np.argsort(head[beyond], kind="stable")]
    heads = head[beyond]
    same = np.flatnonzero((heads >= 0) & (heads < border))
    parts = [(heads[same], beyond[same], np.ones(len(same)))]
    for one, other, similarity in (found, (found[1], found[0], found[2])):
        inside = one < border
        starts, ends = (np.searchsorted(heads, other[inside], side) for side in ("left", "right"))
        sizes = ends - starts
        places = np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
        parts.append((np.repeat(one[inside], sizes), beyond[places], np.repeat(similarity[inside], sizes)))
    return _joined(parts)


def _joined(parts: list[Found]) -> Found:
    first, second, similarity = (np.concatenate(column) for column in zip(*parts, strict=True))
    return first, second, similarity


def _ordered(first: Places, second: Places, similarity: npt.NDArray[np.float64]) -> Pairs:
    order = np.lexsort((second, first))
    return Pairs(first[order], second[order], similarity[order])


def groups(pairs: Pairs, texts: int) -> Places:
    """Of each of `texts` texts: the number of the first text that it is tied to by pairs, its own if it is in none.

    Texts with the same number belong on the same side of a split.
    """
    group = np.arange(texts)
    while True:
        one, other = group[pairs.first], group[pairs.second]
        if np.array_equal(one, other):
            return group
        np.minimum.at(group, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(group, group[group]):
            group = group[group]
