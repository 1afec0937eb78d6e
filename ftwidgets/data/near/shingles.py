"""Texts to shingles: every run of three words as one 64-bit number, many texts at once.

Texts are compared without regard to case and white space. Where a script writes no spaces between words (Chinese,
Japanese, Thai, Lao, Burmese, Khmer), each character counts as a word. A text of one or two words has its words as
shingles; a text without words has none. Two different shingles share a number with a chance of about 1 in 10^19.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

WORDS = 3
"""Words in a shingle."""

SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]"
)
SPACE = re.compile(r"[^\S\x00-\x7f]")
"""White space beyond ASCII."""

ASCII = bytes(range(128))

FEW = 24
"""So many different signs beyond ASCII are looked for one by one."""

IS_SPACE = bytes(byte in b" \t\n\v\f\r\x1c\x1d\x1e\x1f" for byte in range(256))
"""For each byte 1 where str.split() splits at it, of ASCII."""

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
    words, offsets = _words([_normalised(text) for text in texts])
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


def _normalised(text: str) -> bytes:
    """The text as small letters; what parts its words are spaces of ASCII. Bytes are faster to look at than characters.

    Of other signs most texts have few, each of which is looked for apart; but what is a small sigma depends on where
    it stands.
    """
    raw = text.encode("utf-8", "surrogatepass").lower()  # of ASCII alone
    if text.isascii():
        return raw
    signs = set(raw.translate(None, ASCII).decode("utf-8", "surrogatepass"))
    if len(signs) > FEW or "\u03a3" in signs:
        return _spaced(text.lower()).encode("utf-8", "surrogatepass")
    for sign in signs:
        sought, instead = _replacement(sign)
        if instead is not None:
            raw = raw.replace(sought, instead)
    return raw


@cache
def _replacement(sign: str) -> tuple[bytes, bytes | None]:
    """A sign in UTF-8, and what is to stand in its place, if not the sign itself."""
    instead = _spaced(sign.lower())
    return sign.encode("utf-8", "surrogatepass"), None if instead == sign else instead.encode("utf-8", "surrogatepass")


def _spaced(text: str) -> str:
    return SPACELESS.sub(r" \g<0> ", SPACE.sub(" ", text))


def _words(texts: list[bytes]) -> tuple[Numbers, Places]:
    """A number for each word, and where each text's words begin among them."""
    raw = b" " + b" ".join(texts) + b" " * 9
    space = np.frombuffer(raw.translate(IS_SPACE), np.bool_)
    edges = np.flatnonzero(space[1:] != space[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)])
    return _hashed(raw, starts, ends - starts), np.searchsorted(starts, begins + 1).astype(np.int64)


def _hashed(raw: bytes, starts: Places, lengths: Places) -> Numbers:
    eights = np.ndarray((len(raw) - 7,), "<u8", raw, strides=(1,))  # the eight bytes from each byte on
    numbers = _mixed((eights[starts] & FIRST_BYTES[np.minimum(lengths, 8)]) + lengths.astype(np.uint64) * C)
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
    """Each bit of the result depends on each bit of the number."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * B
    numbers = (numbers ^ (numbers >> np.uint64(27))) * C
    return numbers ^ (numbers >> np.uint64(31))
