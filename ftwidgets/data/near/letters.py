"""Texts to small letters with plain spaces between their words, many at once.

Where a script writes no spaces between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer), each character counts as a
word. In UTF-8 nearly every sign keeps its length; of those that do not (and of a capital sigma, whose small form
depends on where it stands) Python's own `lower` is asked, text by text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

NOWHERE = np.zeros(0, np.int64)

SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]"
)
SPACE = re.compile(r"[^\S\x00-\x7f]")
"""White space beyond ASCII."""

KEPT, CHANGED, WORD, OWN = range(4)
"""What becomes of a sign: nothing; as many other bytes; nothing, and it is a word; what Python makes of its text."""

LAST = 0x20000
"""Signs from here on are looked at text by text; they are Chinese, or hardly ever seen."""


class Small(NamedTuple):
    """Texts as one, a space between each two, and where each begins; after the last one comes its end and one.

    The signs that are words begin and end at `first` and `end`.
    """

    raw: bytes
    begins: Places
    first: Places
    end: Places


class Signs(NamedTuple):
    """Of each sign up to `LAST`: what becomes of it (N,), and its bytes in its place where they are others (N, 4)."""

    fate: Bytes
    instead: Bytes


def small_letters(texts: Sequence[str]) -> Small:
    """The texts in small letters, and what parts their words are spaces of ASCII."""
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    raw = b" ".join(parts).lower()  # of ASCII alone
    if raw.isascii():
        return Small(raw, _begins(parts), NOWHERE, NOWHERE)
    signs, places = _beyond(raw)
    fate = _signs().fate[signs]
    if (fate == OWN).any():
        for text in np.unique(np.searchsorted(_begins(parts), places[fate == OWN], side="right") - 1).tolist():
            parts[text] = _by_python(texts[text])
        raw = b" ".join(parts).lower()
        signs, places = _beyond(raw)
        fate = _signs().fate[signs]
    if (changed := fate == CHANGED).any():
        raw = _replaced(raw, signs[changed], places[changed])
    words = fate == WORD
    return Small(raw, _begins(parts), places[words], places[words] + np.where(signs[words] < 0x800, 2, 3))


def _begins(parts: list[bytes]) -> Places:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)) + 1)])


def _beyond(raw: bytes) -> tuple[Places, Places]:
    """The signs beyond ASCII, none above `LAST`, and where each begins."""
    all_bytes = np.frombuffer(raw + bytes(3), np.uint8)
    places = np.flatnonzero(all_bytes >= 0xC0)
    first, *others = (all_bytes[places + n].astype(np.int64) for n in range(4))
    second, third, fourth = (other & 0x3F for other in others)
    signs = (first & 0x1F) << 6 | second
    three, four = np.flatnonzero(first >= 0xE0), np.flatnonzero(first >= 0xF0)
    signs[three] = (first[three] & 0x0F) << 12 | second[three] << 6 | third[three]
    signs[four] = (first[four] & 0x07) << 18 | second[four] << 12 | third[four] << 6 | fourth[four]
    return np.minimum(signs, LAST), places


def _replaced(raw: bytes, signs: Places, places: Places) -> bytes:
    new = np.frombuffer(raw, np.uint8).copy()
    instead = _signs().instead[signs]
    for n in range(4):
        there = np.flatnonzero(instead[:, n])
        new[places[there] + n] = instead[there, n]
    return new.tobytes()


@cache
def _signs() -> Signs:
    fate, instead = np.zeros(LAST + 1, np.uint8), np.zeros((LAST + 1, 4), np.uint8)
    all_signs = "".join(map(chr, range(0x80, LAST)))
    fate[[0x80 + found.start() for found in SPACELESS.finditer(all_signs)]] = WORD
    for sign in all_signs:
        if sign.isspace() or sign != sign.lower():
            old = sign.encode("utf-8", "surrogatepass")
            new = _by_python(sign)
            new = new.ljust(len(old)) if new == b" " else new
            fate[ord(sign)] = OWN if len(new) != len(old) or sign == "\u03a3" else CHANGED
            instead[ord(sign), : len(old)] = list(new) if fate[ord(sign)] == CHANGED else 0
    fate[LAST] = OWN
    return Signs(fate, instead)


def _by_python(text: str) -> bytes:
    return _spaced(text.lower()).encode("utf-8", "surrogatepass")


def _spaced(text: str) -> str:
    return SPACELESS.sub(r" \g<0> ", SPACE.sub(" ", text))
