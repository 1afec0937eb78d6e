"""Examples to batches of a few fixed shapes, in an order that a seed decides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ftwidgets.bases.chat import Rendered

Ints = NDArray[np.int32]

GRID = [*range(16, 129, 16), 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192]
"""The lengths that rows are padded to. Each length in use costs the compilation of a program."""

COMPILATION = 1_500
"""What compiling one more program costs, in tokens that could be trained meanwhile (about 3 s)."""


class Batch(NamedTuple):
    """Rows of one step, padded to fixed shapes.

    Of `ids` (B, T) the first `lengths` (B) of each row count. The places (P) are flat indices into B·T, of the tokens
    after which a trained token comes; `targets` (P) are those trained tokens; `counts` (P) is 0 where P is padding.
    """

    ids: Ints
    lengths: Ints
    places: Ints
    targets: Ints
    counts: NDArray[np.float32]


class Batches:
    """The batches of a set of examples: every epoch has each example once, in the order that the seed gives."""

    def __init__(self, examples: Sequence[Rendered], batch_size: int, epochs: int = 1) -> None:
        """Choose the row lengths for `epochs` passes over `examples`; the longest example sets the longest row."""
        self.examples = examples
        self.batch_size = batch_size
        self.lengths = choose_lengths([len(example.ids) for example in examples], epochs)
        self._length = [_at_least(len(example.ids), self.lengths) for example in examples]
        self._places = {length: self._most_places(length) for length in self.lengths}

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return math.ceil(len(self.examples) / self.batch_size)

    def epoch(self, seed: int, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch: rows of like length together, the batches themselves in a random order."""
        random = np.random.default_rng([seed, epoch])
        rows = sorted(random.permutation(len(self.examples)).tolist(), key=lambda row: self._length[row])
        groups = [rows[n : n + self.batch_size] for n in range(0, len(rows), self.batch_size)]
        for n in random.permutation(len(groups)).tolist():
            yield self._batch(groups[n])

    def all(self) -> Iterator[Batch]:
        """Every example once, the shortest first."""
        rows = sorted(range(len(self.examples)), key=lambda row: self._length[row])
        for n in range(0, len(rows), self.batch_size):
            yield self._batch(rows[n : n + self.batch_size])

    def _most_places(self, length: int) -> int:
        """Room for the trained tokens of any batch of this row length, as a power of two."""
        trained = sorted(
            (sum(e.mask) for e, own in zip(self.examples, self._length, strict=True) if own <= length), reverse=True
        )
        return max(16, 1 << (sum(trained[: self.batch_size]) - 1).bit_length())

    def _batch(self, rows: list[int]) -> Batch:
        length = max(self._length[row] for row in rows)
        room = self._places[length]
        ids = np.zeros((self.batch_size, length), np.int32)
        lengths = np.ones(self.batch_size, np.int32)  # an empty row still attends to its first slot
        places, targets = [], []
        for n, example in enumerate(self.examples[row] for row in rows):
            ids[n, : len(example.ids)] = example.ids
            lengths[n] = len(example.ids)
            trained = [t for t in range(1, len(example.ids)) if example.mask[t]]
            places += [n * length + t - 1 for t in trained]
            targets += [example.ids[t] for t in trained]
        counts = np.zeros(room, np.float32)
        counts[: len(places)] = 1
        return Batch(ids, lengths, _padded(places, room), _padded(targets, room), counts)


def choose_lengths(lengths: Sequence[int], epochs: int) -> list[int]:
    """The few row lengths of the grid at which padding and compilation together cost least.

    Beginning with every length that is needed, one is given up for the next longer while the padding
    that this adds costs fewer tokens than its program's compilation would.
    """
    count: dict[int, int] = {}
    for length in lengths:
        own = _at_least(length, GRID)
        count[own] = count.get(own, 0) + 1
    kept = sorted(count)
    n = 0
    while n < len(kept) - 1:
        if (kept[n + 1] - kept[n]) * count[kept[n]] * epochs < COMPILATION:
            count[kept[n + 1]] += count[kept.pop(n)]
        else:
            n += 1
    return kept


def _at_least(length: int, choices: Sequence[int]) -> int:
    return next((choice for choice in choices if choice >= length), choices[-1] if choices[-1] >= length else length)


def _padded(values: list[int], size: int) -> Ints:
    return np.array(values + [0] * (size - len(values)), np.int32)
