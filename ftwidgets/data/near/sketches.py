"""Texts to sketches: 140 bytes a text by which those that may be alike are found, without the texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data.blocks import blocks
from ftwidgets.data.near.shingles import Numbers, Places, Shingles, shingles

PERMUTATIONS = 64
"""Values of a MinHash. With four of them to a band, 0.02 % of the pairs at 0.8 are in no band together."""

MISSED = 0.0005
"""Of the pairs that are just alike enough, the share that no band may bring together."""

SEED = 7
BLOCK_TEXTS, BLOCK_CHARACTERS = 10_000, 500_000
"""What is looked at together: as much as stays near the processor, which is a third faster than eight times that."""

ONES = np.uint64(0x0101010101010101)
"""Multiplied by it, the highest byte of a number is the sum of all its bytes."""

SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Sketches:
    """Of each text: `sums`, equal for equal sets of shingles; `sizes`, how many shingles it has.

    `bands` (bands, texts): texts that are alike have the same key in at least one of them.
    `marks` (texts, permutations): the share of equal marks tells about how alike two texts are.
    """

    sums: Numbers
    sizes: npt.NDArray[np.uint32]
    bands: npt.NDArray[np.uint32]
    marks: npt.NDArray[np.uint8]

    def likeness(self, first: Places, second: Places) -> npt.NDArray[np.float64]:
        """About how alike the texts `first` are to the texts `second`; its standard error at 0.8 is 0.05."""
        likeness = np.empty(len(first))
        for start in range(0, len(first), 100_000):
            part = slice(start, start + 100_000)
            same = (self.marks[first[part]] == self.marks[second[part]]).view(np.uint64)  # eight marks in a number
            likeness[part] = (same.sum(axis=1, dtype=np.uint64) * ONES >> np.uint64(56)) / PERMUTATIONS
        return likeness


def sketched(texts: Iterable[str], minhash: Any, threshold: float) -> Sketches:
    """The sketches of `texts`, read once, block by block; `minhash` is the class `rensa.RMinHash`."""
    rows = rows_of_a_band(threshold)
    parts = [_sketch(shingles(block), minhash, rows) for block in blocks(texts, len, BLOCK_CHARACTERS, BLOCK_TEXTS)]
    parts = parts or [_sketch(shingles([]), minhash, rows)]
    return Sketches(
        np.concatenate([part.sums for part in parts]),
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.bands for part in parts], axis=1),
        np.concatenate([part.marks for part in parts]),
    )


def rows_of_a_band(threshold: float) -> int:
    """As many values to a band as the threshold allows: the more, the fewer pairs are looked at in vain.

    Two texts of similarity s share a band of r values with the chance s^r, and one of b bands with 1 - (1 - s^r)^b.
    """
    fit = (rows for rows in (8, 4, 2) if (1 - threshold**rows) ** (PERMUTATIONS // rows) <= MISSED)
    return next(fit, 1)


def _sketch(of: Shingles, minhash: Any, rows: int) -> Sketches:
    digest = minhash.digest_matrix_from_flat_token_hashes(
        of.numbers, of.offsets.astype(np.uint64), PERMUTATIONS, SEED
    ).to_rows()
    values = np.array(digest, np.uint32).reshape(-1, PERMUTATIONS)
    keys = np.zeros((PERMUTATIONS // rows, len(values)), np.uint64)
    for row in range(rows):
        keys = (keys + values[:, row::rows].T) * SPREAD
        keys ^= keys >> np.uint64(29)
    marks = (values ^ values >> 16).astype(np.uint8)
    return Sketches(of.sums(), of.sizes.astype(np.uint32), (keys >> np.uint64(32)).astype(np.uint32), marks)
