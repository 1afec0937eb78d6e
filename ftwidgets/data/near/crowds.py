"""Crowds to candidates: in texts from one template, those are alike that share what is rare among them.

A template's shingles bring all its texts together, and a million texts would be 10^12 pairs. Two texts of which
each pair shares the template must share more than that to be alike: a name, a number, a sentence of their own.
So texts of a crowd are joined by shingles that only few of the crowd have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from ftwidgets.data.near.candidates import CROWD, Codes, Halves, Sides, alike, coded, decoded, merged, neighbours
from ftwidgets.data.near.shingles import Places, shingles
from ftwidgets.data.near.sketches import Sketches

SLOTS = 25
"""Bits of a place in the largest table of counts: 33 million counts in 128 MB, for a crowd of any size; a small crowd
has a table with four to eight places a shingle."""

RAREST = 12
"""Rare shingles by which a text is joined: those with the smallest numbers, so that texts alike choose alike."""

BLOCK_SHINGLES = 200_000

ROOM = 32_000_000
"""So many shingles are remembered from one pass to the next, in 128 MB; the texts of others are read twice."""


@dataclass(frozen=True)
class Block:
    """Some texts, by their numbers, and their shingles, text after text, in four bytes each; `sizes` are how many."""

    texts: Places
    shingles: Halves
    sizes: Places


def joined(crowd: Places, sketches: Sketches, sides: Sides, threshold: float, text_at: Callable[[int], str]) -> Codes:
    """The pairs of the `crowd` that share a shingle which at most 16 of the crowd have, and whose sketches are alike.

    A text that shares too few of its shingles with any other to reach the threshold is left out.
    """
    if not len(crowd):
        return np.zeros(0, np.uint64)
    total = int(sketches.sizes[crowd].sum(dtype=np.int64))
    counts = np.zeros(1 << min(SLOTS, (4 * total).bit_length()), np.uint32)
    remembered, room, again = [], ROOM, 0
    for block in blocks(crowd, sketches, text_at):
        np.add.at(counts, _slots(block.shingles, counts), np.uint32(1))  # of another type it takes ten times as long
        room -= len(block.shingles)
        if room >= 0:
            remembered.append(block)
            again += len(block.texts)
    every = chain(remembered, blocks(crowd[again:], sketches, text_at))
    keys = [_rare(block, counts, threshold) for block in every]
    del counts, remembered
    postings = np.sort(np.concatenate(keys))
    shingle, text = decoded(postings)
    pairs = [np.zeros(0, np.uint64)]
    sizes = np.diff(np.flatnonzero(np.diff(shingle, prepend=-1)), append=len(shingle))
    for first, second in neighbours(sizes, CROWD):
        codes = merged(coded(np.minimum(text[first], text[second]), np.maximum(text[first], text[second])))
        pairs.append(alike(codes, sketches, sides, threshold))
    return merged(*pairs)


def blocks(texts: Places, sketches: Sketches, text_at: Callable[[int], str]) -> Iterator[Block]:
    """The shingles of `texts`, read again some at a time."""
    ends = np.cumsum(sketches.sizes[texts].astype(np.int64)) // BLOCK_SHINGLES
    for part in np.split(texts, np.flatnonzero(np.diff(ends)) + 1) if len(texts) else []:
        found = shingles([text_at(int(text)) for text in part])
        yield Block(part, found.numbers.astype(np.uint32), found.sizes)


def _slots(numbers: Halves, counts: npt.NDArray[np.uint32]) -> Places:
    return (numbers >> np.uint32(33 - len(counts).bit_length())).astype(np.int64)


def _rare(block: Block, counts: npt.NDArray[np.uint32], threshold: float) -> Codes:
    """The smallest rare shingles of each text, each with its text, as one number."""
    count = counts[_slots(block.shingles, counts)]
    rows = np.repeat(np.arange(len(block.texts)), block.sizes)
    alone = np.bincount(rows[count == 1], minlength=len(block.texts))
    hopeful = alone <= (1 - threshold) * block.sizes + 1e-9
    rare = np.flatnonzero((count > 1) & (count <= CROWD) & hopeful[rows])
    keyed = np.sort(coded(rows[rare], block.shingles[rare].astype(np.int64)))
    row, number = decoded(keyed)
    starts = np.searchsorted(row, np.arange(len(block.texts)))
    smallest = np.arange(len(row)) - starts[row] < RAREST
    return coded(number[smallest], block.texts[row[smallest]])
