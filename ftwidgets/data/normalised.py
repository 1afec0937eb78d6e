"""Texts without what does not change what is said: case, blank space, punctuation; and hashes of what is left."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import xxhash

from ftwidgets.data.survey import Survey
from ftwidgets.data.texts import texts_of

NO_WORD = bytes(range(33)) + b"!\"'(),.:;?[]`{}*_\x7f"
"""Control characters, blank space and punctuation of ASCII. What calculates, such as + - / = < > %, is kept: 3-2 is not
3+2."""

MARKS = re.compile(
    rb"\xc2[\x80-\xa1\xa6-\xa9\xab\xad-\xaf\xb4\xb6-\xb8\xbb\xbf]|\xe2\x80[\x80-\xbf]|\xe2\x81[\x80-\xaf]|"
    rb"\xe3\x80[\x80-\x84\x88-\xa0]|\xef\xbc[\x81-\x8f\x9a-\xa0\xbb-\xbf]|\xef\xbd[\x80\x9b-\xa4]|\xef\xbb\xbf"
)
"""Punctuation and blank space beyond ASCII, as UTF-8: Latin-1's, the general, the Chinese and Japanese, the wide."""


def normalised(text: str) -> bytes:
    """What is left of a text, as UTF-8, without case, blank space and punctuation; of nothing but these, all of it.

    Bytes are deleted, since that is a hundred times as fast as looking at each character.
    """
    left = text.casefold().encode("utf-8", "surrogatepass").translate(None, NO_WORD)
    if not left.isascii():
        left = MARKS.sub(b"", left)
    return left or text.strip().encode("utf-8", "surrogatepass")


def normalised_hash(texts: Iterable[tuple[str, str]]) -> int:
    """A hash of what is said, by whom, without what does not change it; 0 where nothing is left."""
    parts = [(who, normalised(text)) for who, text in texts]
    if not any(left for _, left in parts):
        return 0
    return xxhash.xxh3_64_intdigest(b"\x1e".join(part for who, left in parts for part in (who.encode(), left)))


def normalised_hashes(survey: Survey) -> npt.NDArray[np.uint64]:
    """Of each sound row, in order, the hash of what is said in it, system messages left out. All are read again."""
    said = ([(who, text) for _, who, text in texts_of(example)] for example in survey.examples())
    hashes = (normalised_hash(one for one in texts if one[0] not in ("system", "developer")) for texts in said)
    return np.fromiter(hashes, np.uint64, len(survey.places))
