"""Candidates to near-duplicates: the texts are read again, and their shingles compared exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ftwidgets.data.near.candidates import Codes, decoded
from ftwidgets.data.near.shingles import Numbers, Places, shingles
from ftwidgets.data.near.sketches import Sketches

BATCH_SHINGLES = 2_000_000
"""Shingles compared at a time, on both sides of all pairs: some 100 MB."""

TRIES = 4
"""How many candidates a text of a crowd is compared with, the likeliest first, until one is alike."""

Likeness = npt.NDArray[np.float64]


def compared(
    codes: Codes, sketches: Sketches, threshold: float, text_at: Callable[[int], str]
) -> tuple[Codes, Likeness]:
    """Those pairs of `codes` (sorted) whose similarity reaches the threshold, and that similarity."""
    found, likeness = [np.zeros(0, np.uint64)], [np.zeros(0)]
    first, second = decoded(codes)
    work = sketches.sizes[first].astype(np.int64) + sketches.sizes[second]
    for batch in np.split(codes, np.flatnonzero(np.diff(np.cumsum(work) // BATCH_SHINGLES)) + 1):
        similarity = _jaccard(*decoded(batch), text_at)
        found.append(batch[similarity >= threshold])
        likeness.append(similarity[similarity >= threshold])
    return np.concatenate(found), np.concatenate(likeness)


def likeliest(
    codes: Codes, sketches: Sketches, threshold: float, text_at: Callable[[int], str]
) -> tuple[Codes, Likeness]:
    """For the second text of each pair the first one found alike, of the four likeliest candidates.

    In a crowd everything may be like everything: so each text is compared with a few, and shown with one.
    """
    found, likeness = [np.zeros(0, np.uint64)], [np.zeros(0)]
    first, second = decoded(codes)
    order = np.lexsort((first, -sketches.likeness(first, second), second))
    codes, second = codes[order], second[order]
    rank = np.arange(len(codes)) - np.searchsorted(second, second)
    done = np.zeros(len(sketches.sums), bool)
    for tried in range(TRIES):
        due = np.sort(codes[(rank == tried) & ~done[second]])
        pairs, similarity = compared(due, sketches, threshold, text_at)
        done[decoded(pairs)[1]] = True
        found.append(pairs)
        likeness.append(similarity)
    return np.concatenate(found), np.concatenate(likeness)


def _jaccard(first: Places, second: Places, text_at: Callable[[int], str]) -> Likeness:
    """Shingles in both texts over shingles in either, pair by pair."""
    texts, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    numbers, offsets = _sets([text_at(int(text)) for text in texts])
    one, other = places[: len(first)], places[len(first) :]
    sizes = np.diff(offsets)
    pair = np.concatenate([np.repeat(np.arange(len(first)), sizes[side]) for side in (one, other)])
    both = np.concatenate([_gathered(numbers, offsets, side) for side in (one, other)])
    order = np.lexsort((both, pair))
    pair, both = pair[order], both[order]
    shared = np.bincount(pair[1:][(both[1:] == both[:-1]) & (pair[1:] == pair[:-1])], minlength=len(first))
    either = sizes[one] + sizes[other] - shared
    return np.divide(shared, np.maximum(either, 1))


def _sets(texts: list[str]) -> tuple[Numbers, Places]:
    """The shingles of each text, each once, and where each text's begin."""
    all_of = shingles(texts)
    order = np.lexsort((all_of.numbers, all_of.rows))
    rows, numbers = all_of.rows[order], all_of.numbers[order]
    new = np.ones(len(numbers), bool)
    new[1:] = (numbers[1:] != numbers[:-1]) | (rows[1:] != rows[:-1])
    return numbers[new], np.searchsorted(rows[new], np.arange(len(texts) + 1))


def _gathered(numbers: Numbers, offsets: Places, texts: Places) -> Numbers:
    """The numbers of each of `texts`, one text after the other."""
    sizes = np.diff(offsets)[texts]
    ends = np.cumsum(sizes)
    places = np.arange(sizes.sum()) + np.repeat(offsets[texts] - (ends - sizes), sizes)
    return np.take(numbers, places)
