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
    if not len(codes):
        return found[0], likeness[0]
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
    low = np.uint64(64 - max(len(texts), len(first)).bit_length())  # bits of a shingle's number beside those of a place
    numbers, offsets = _sets([text_at(int(text)) for text in texts], low)
    one, other = places[: len(first)], places[len(first) :]
    sizes = np.diff(offsets)
    pair = np.concatenate([np.repeat(np.arange(len(first)), sizes[side]) for side in (one, other)])
    both = np.concatenate([_gathered(numbers, offsets, side) for side in (one, other)])
    both = np.sort((pair.astype(np.uint64) << low) | both)
    shared = np.bincount((both[1:][both[1:] == both[:-1]] >> low).astype(np.int64), minlength=len(first))
    either = sizes[one] + sizes[other] - shared
    return np.divide(shared, np.maximum(either, 1))


def _sets(texts: list[str], low: np.uint64) -> tuple[Numbers, Places]:
    """The `low` bits of the shingles of each text, each once and in order, and where each text's begin."""
    all_of = shingles(texts)
    below = (np.uint64(1) << low) - np.uint64(1)
    keyed = np.sort((all_of.rows.astype(np.uint64) << low) | (all_of.numbers & below))
    keyed = keyed[np.flatnonzero(np.diff(keyed, prepend=~keyed[:1]))]
    starts = np.arange(len(texts) + 1).astype(np.uint64) << low
    return keyed & below, np.searchsorted(keyed, starts).astype(np.int64)


def _gathered(numbers: Numbers, offsets: Places, texts: Places) -> Numbers:
    """The numbers of each of `texts`, one text after the other."""
    sizes = np.diff(offsets)[texts]
    places = np.arange(sizes.sum()) + np.repeat(offsets[texts] - (np.cumsum(sizes) - sizes), sizes)
    gathered: Numbers = numbers[places]
    return gathered
