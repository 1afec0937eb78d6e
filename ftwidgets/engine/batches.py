"""Examples to batches of a few fixed shapes, in an order that a seed decides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ftwidgets.bases.chat import Rendered
from ftwidgets.engine.examples import Example, longest, rows_of, trained

Ints = NDArray[np.int32]

GRID = [*range(16, 129, 16), 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192]
"""The lengths that rows are padded to. Each length in use costs the compilation of a program."""

COMPILATION = 1_500
"""What compiling one more program costs, in tokens that could be trained meanwhile (about 3 s)."""


NOTHING = Rendered((), ())
"""What stands in a batch where an example is missing."""


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
    """The batches of a set of examples: every epoch has each example once, in the order that the seed gives.

    Of examples with two rows, those of one batch have their first rows in its first half, and their second ones in the
    second. Nothing of them needs to be remembered: `memory` is empty.
    """

    memory = ()

    def __init__(self, examples: Sequence[Example], batch_size: int, epochs: int = 1) -> None:
        """Choose the row lengths for `epochs` passes over `examples`; the longest example sets the longest row."""
        self.examples = examples
        self.batch_size = batch_size
        self.lengths = choose_lengths([longest(example) for example in examples], epochs)
        self._length = [_at_least(longest(example), self.lengths) for example in examples]
        self._places = {length: self._most_places(length) for length in self.lengths}

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return math.ceil(len(self.examples) / self.batch_size)

    def epoch(self, seed: int, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch."""
        return map(self.batch, self.order(seed, epoch))

    def all(self) -> Iterator[Batch]:
        """Every example once, the shortest first."""
        return map(self.batch, self.by_length())

    def order(self, seed: int, epoch: int) -> Iterator[list[int]]:
        """The numbers of each batch's examples: those of like length together, the batches in a random order."""
        random = np.random.default_rng([seed, epoch])
        rows = sorted(random.permutation(len(self.examples)).tolist(), key=lambda row: self._length[row])
        groups = [rows[n : n + self.batch_size] for n in range(0, len(rows), self.batch_size)]
        for n in random.permutation(len(groups)).tolist():
            yield groups[n]

    def by_length(self) -> Iterator[list[int]]:
        """The same for every example once, the shortest first."""
        rows = sorted(range(len(self.examples)), key=lambda row: self._length[row])
        for n in range(0, len(rows), self.batch_size):
            yield rows[n : n + self.batch_size]

    def _most_places(self, length: int) -> int:
        """Room for the trained tokens of any batch of this row length, as a power of two."""
        most = sorted(
            (trained(e) for e, own in zip(self.examples, self._length, strict=True) if own <= length), reverse=True
        )
        return max(16, 1 << (sum(most[: self.batch_size]) - 1).bit_length())

    def batch(self, numbers: list[int]) -> Batch:
        """The batch of the examples with these numbers."""
        length = max(self._length[number] for number in numbers)
        missing = [NOTHING] * (self.batch_size - len(numbers))
        parts = zip(*(rows_of(self.examples[number]) for number in numbers), strict=True)
        return _laid_out([row for part in parts for row in (*part, *missing)], length, self._places[length])


def _laid_out(rows: Sequence[Rendered], length: int, room: int) -> Batch:
    ids = np.zeros((len(rows), length), np.int32)
    lengths = np.ones(len(rows), np.int32)  # an empty row still attends to its first slot
    places, targets = [], []
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = row.ids
        lengths[n] = max(1, len(row.ids))
        learned = [t for t in range(1, len(row.ids)) if row.mask[t]]
        places += [n * length + t - 1 for t in learned]
        targets += [row.ids[t] for t in learned]
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
