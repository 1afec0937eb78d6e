"""How alike two texts are, from 0 to 1, by the published measures that need no model and no dictionary."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

Words = Sequence[str]


def fuzzy_match(text: str, reference: str) -> float:
    """The letters that both have in one order, twice, over those of both: RapidFuzz's `ratio`, over 100."""
    if not text and not reference:
        return 1.0
    return 2 * longest_common(text, reference) / (len(text) + len(reference))


def bleu(text: str, reference: str) -> float:
    """BLEU-4 of one sentence, not smoothed: Papineni et al., 2002, section 2.3. 0 where no four words are shared."""
    said, wanted = words(text), words(reference)
    precisions = [_overlap(said, wanted, size) / max(1, len(said) - size + 1) for size in range(1, 5)]
    if not all(precisions):
        return 0.0
    brevity = min(1.0, math.exp(1 - len(wanted) / len(said)))
    return brevity * math.exp(sum(map(math.log, precisions)) / 4)


def gleu(text: str, reference: str) -> float:
    """GLEU: the runs of 1 to 4 words that both have, over those of the one with more. Wu et al., 2016, section 4."""
    said, wanted = words(text), words(reference)
    most = max(sum(max(0, len(one) - size + 1) for size in range(1, 5)) for one in (said, wanted))
    return sum(_overlap(said, wanted, size) for size in range(1, 5)) / most if most else 0.0


def rouge(size: int, text: str, reference: str) -> float:
    """ROUGE-N as F1: Lin, 2004, section 2, with the words of Google's `rouge_score` without its stemmer."""
    said, wanted = plain_words(text), plain_words(reference)
    counts = [max(0, len(one) - size + 1) for one in (said, wanted)]
    return _f1(_overlap(said, wanted, size), *counts)


def rouge_l(text: str, reference: str) -> float:
    """ROUGE-L as F1: Lin, 2004, section 3.1: the longest row of words that both have in one order."""
    said, wanted = plain_words(text), plain_words(reference)
    return _f1(longest_common(said, wanted), len(said), len(wanted))


MEASURES: Mapping[str, Callable[[str, str], float]] = {
    "fuzzy_match": fuzzy_match,
    "bleu": bleu,
    "gleu": gleu,
    "rouge_l": rouge_l,
    **{f"rouge_{size}": partial(rouge, size) for size in range(1, 6)},
}


def words(text: str) -> Words:
    """Words and signs, each by itself."""
    return re.findall(r"\w+|[^\w\s]", text)


def plain_words(text: str) -> Words:
    """Words in small letters, signs left out."""
    return re.findall(r"[^\W_]+", text.lower())


def longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items the longest row has that both hold in one order, not side by side.

    Hyyrö, 2004: the whole of `one` is a number's bits, and each item of `other` is a few operations on it.
    """
    places: dict[str, int] = {}
    for n, item in enumerate(one):
        places[item] = places.get(item, 0) | 1 << n
    every = free = (1 << len(one)) - 1
    for item in other:
        met = free & places.get(item, 0)
        free = ((free + met) | (free - met)) & every
    return len(one) - free.bit_count()


def _overlap(one: Words, other: Words, size: int) -> int:
    """How many runs of `size` words both have, each as often as in the one with fewer."""
    both = Counter(_runs(one, size)) & Counter(_runs(other, size))
    return sum(both.values())


def _runs(items: Words, size: int) -> list[tuple[str, ...]]:
    return [tuple(items[n : n + size]) for n in range(len(items) - size + 1)]


def _f1(shared: int, of_one: int, of_other: int) -> float:
    return 2 * shared / (of_one + of_other) if of_one + of_other else 0.0
