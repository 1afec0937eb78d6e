"""Texts to shingles: every run of three words as one 64-bit number, many texts at once.

Texts are compared without regard to case and white space, as `letters` tells. A text of one or two words has its words
as shingles; a text without words has none. Two different shingles share a number with a chance of about 1 in 10^19.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ftwidgets.data.near.letters import Bytes, Small, small_letters

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]

WORDS = 3
"""Words in a shingle."""

LONGEST = 256
"""Bytes of a word hashed eight at a time; what is longer (an image in base64) goes through hashlib."""

# odd constants of splitmix64 and of the murmur finaliser: any odd numbers whose bits look random would do
A, B, C = (np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)


@dataclass(frozen=True)
class Shingles:
    """The shingles of text `k` are `numbers[offsets[k]:offsets[k + 1]]`, in order; one may occur twice."""

    numbers: Numbers
    offsets: Places

    @property
    def sizes(self) -> Places:
        """How many shingles each text has."""
        return np.diff(self.offsets)

    @property
    def rows(self) -> Places:
        """Of each shingle: the text it is from."""
        return np.repeat(np.arange(len(self.offsets) - 1), self.sizes)

    def sums(self) -> Numbers:
        """One number a text, the same for texts with the same shingles in any order; 0 where there are none."""
        total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(self.numbers, dtype=np.uint64)])
        sums: Numbers = total[self.offsets[1:]] - total[self.offsets[:-1]]
        return sums


def shingles(texts: Sequence[str]) -> Shingles:
    """The shingles of `texts`; a shingle that follows upon itself ("ha ha ha ha") counts once."""
    words, offsets = _words(texts)
    counts = np.diff(offsets)
    numbers = words * A
    if len(words) >= WORDS:
        numbers[:-2] += words[1:-1] * B + words[2:] * C
    few = np.flatnonzero((counts > 0) & (counts < WORDS))
    few = np.concatenate([offsets[few], offsets[few + 1] - 1])
    numbers[few] = words[few] * B
    numbers = _mixed(numbers)
    kept = np.ones(len(words), bool)
    kept[1:] = numbers[1:] != numbers[:-1]
    kept[offsets[:-1][counts > 0]] = True
    ends = offsets[1:][counts >= WORDS]
    kept[ends - 1] = kept[ends - 2] = False
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
    return Shingles(numbers[kept], before[offsets])


def _words(texts: Sequence[str]) -> tuple[Numbers, Places]:
    """A number for each word, and where each text's words begin among them."""
    small = small_letters(texts)
    raw = b" " + small.raw + b" " * 9
    space = _is_space(np.frombuffer(raw, np.uint8))
    if not len(small.first):
        edges = np.flatnonzero(space[1:] != space[:-1]) + 1
        starts, ends = edges[::2], edges[1::2]
    else:
        starts, ends = (np.flatnonzero(edges) + 1 for edges in _edges(space, small))
    return _hashed(raw, starts, ends - starts), np.searchsorted(starts, small.begins + 1).astype(np.int64)


def _is_space(signs: Bytes) -> Bits:
    """Whether Python's `split` splits at a byte of ASCII: at a space, a tab and the four after it, and at 28 to 31."""
    space = signs - np.uint8(9) <= 4
    space |= signs - np.uint8(28) <= 3
    space |= signs == 32
    return space


def _edges(space: Bits, small: Small) -> tuple[Bits, Bits]:
    """Whether a word begins, and whether one ends, after each byte but the last, where single signs are words."""
    begins, ends = space[:-1] & ~space[1:], ~space[:-1] & space[1:]
    begins[small.first] = True
    begins[small.end] = ~space[small.end + 1]
    ends[small.first] = ~space[small.first]
    ends[small.end] = True
    return begins, ends


def _hashed(raw: bytes, starts: Places, lengths: Places) -> Numbers:
    eights = np.ndarray((len(raw) - 7,), "<u8", raw, strides=(1,))  # the eight bytes from each byte on
    numbers = eights[starts]
    numbers &= FIRST_BYTES[np.minimum(lengths, 8)]
    numbers += lengths.astype(np.uint64) * C
    numbers = _mixed(numbers)
    for word in np.flatnonzero(lengths > LONGEST):
        whole = hashlib.blake2b(raw[starts[word] : starts[word] + lengths[word]], digest_size=8).digest()
        numbers[word] = int.from_bytes(whole, "little")
    left = np.flatnonzero((lengths > 8) & (lengths <= LONGEST))
    done = 8
    while len(left):
        more = eights[starts[left] + done] & FIRST_BYTES[np.minimum(lengths[left] - done, 8)]
        numbers[left] = _mixed(numbers[left] * B + more)
        done += 8
        left = left[lengths[left] > done]
    return numbers


def _mixed(numbers: Numbers) -> Numbers:
    """The numbers themselves, each made over so that each bit of the result depends on each bit of the number."""
    for shift, factor in ((30, B), (27, C)):
        numbers ^= numbers >> np.uint64(shift)
        numbers *= factor
    numbers ^= numbers >> np.uint64(31)
    return numbers
