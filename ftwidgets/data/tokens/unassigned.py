"""Which texts hold a code point of which tokenizers may think differently: one without a meaning, as yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, compress, count
from operator import not_

import numpy as np
import numpy.typing as npt

from ftwidgets.data.blocks import blocks

PLANES = 4
"""Code points above the first four planes (flags of regions, forms of ideographs, private use) are all taken as odd."""

BLOCK = 1 << 20
"""So many characters are looked at in one go, to bound the memory it takes."""


@cache
def odd_code_points() -> npt.NDArray[np.bool_]:
    """For each code point, whether it is odd: unassigned in the Unicode that tiktoken was built with, or a surrogate.

    Letters, marks and digits are cut differently, and a tokenizer built with a later Unicode (gigatoken 0.10 has 17,
    tiktoken 0.14 has 16) takes 4,699 code points for such that tiktoken takes for signs. The installed tiktoken itself
    is asked, so that the answer is right for every version of either.
    """
    import tiktoken

    alphabet = {bytes([byte]): byte for byte in range(256)}
    finder = tiktoken.Encoding("unassigned", pat_str=r"\p{Cn}+", mergeable_ranks=alphabet, special_tokens={})
    every = "".join(chr(code) for code in range(PLANES << 16) if not 0xD800 <= code < 0xE000)
    found = bytes(finder.encode_ordinary(every)).decode()
    odd = np.zeros(0x110000, np.bool_)
    odd[PLANES << 16 :] = odd[0xD800:0xE000] = True
    odd[_codes(found)] = True
    return odd


def odd_ones(texts: Sequence[str]) -> set[int]:
    """The places in `texts` of those that hold an odd code point."""
    foreign = list(compress(count(), map(not_, map(str.isascii, texts))))
    found: set[int] = set()
    for places in blocks(foreign, lambda place: len(texts[place]), BLOCK):
        together = "".join([texts[place] for place in places])
        if _may_be_odd(together):
            ends = list(accumulate(len(texts[place]) for place in places))
            found.update(places[n] for n in np.searchsorted(ends, _odd(together), side="right").tolist())
    return found


def _may_be_odd(text: str) -> bool:
    """A quick look, which takes what lies beyond the first plane for odd; most texts have no such sign."""
    odd = odd_code_points()
    first = odd.argmax()
    for start in range(0, len(text), BLOCK):
        codes = np.frombuffer(text[start : start + BLOCK].encode("utf-16-le", "surrogatepass"), "<u2")
        if odd.take(codes[codes >= first]).any():
            return True
    return False


def _odd(text: str) -> npt.NDArray[np.int64]:
    """Where in `text` odd code points are."""
    starts = range(0, len(text), BLOCK)
    found = [start + np.flatnonzero(odd_code_points().take(_codes(text[start : start + BLOCK]))) for start in starts]
    return np.concatenate([np.zeros(0, np.int64), *found])


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
