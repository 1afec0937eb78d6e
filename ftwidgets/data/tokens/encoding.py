"""How many tokens a text has for OpenAI's models: exact, without a network, and fast where there is much to count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from ftwidgets.data.tokens.quick import Quick
from ftwidgets.data.tokens.ranks import SHA256
from ftwidgets.data.tokens.reference import Reference
from ftwidgets.data.tokens.unassigned import odd_ones
from ftwidgets.errors import InputError

MUCH = 6_000_000
"""From so many characters on gigatoken is used: it counts ten times faster, and takes half a second to be ready."""

_MODELS = {
    "o200k_base": r"gpt-4o|chatgpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|o[134]",
    "cl100k_base": r"gpt-4|gpt-3\.5|gpt-35-turbo|davinci-002|babbage-002|text-embedding-ada-002|text-embedding-3",
}


class Encoding:
    """One of OpenAI's encodings. What looks like a special token in a text, `<|endoftext|>`, is counted as text.

    Lone surrogates count as U+FFFD. Every count is tiktoken's.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._reference = Reference(name)
        self._counted = 0

    def expect(self, characters: int) -> None:
        """Hear that about so much is to be counted: whether gigatoken pays is then known from the beginning."""
        self._counted = max(self._counted, characters)

    def count(self, text: str) -> int:
        """How many tokens `text` has."""
        return int(self.counts([text])[0])

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each of `texts` has; one that occurs again is counted once. Call it with thousands at a time.

        With the extra `data`, gigatoken counts, and tiktoken only what gigatoken would cut otherwise.
        """
        different = list(dict.fromkeys(texts))
        numbers = self._counts(different)
        if len(different) == len(texts):
            return numbers
        known = dict(zip(different, numbers.tolist(), strict=True))
        return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))

    def pieces(self, text: str) -> list[bytes]:
        """The bytes of each token of `text`, to show where it is cut; a token may hold a part of a character only."""
        return self._reference.pieces(text)

    def _counts(self, texts: list[str]) -> npt.NDArray[np.int64]:
        if self._counted < MUCH:
            self._counted += sum(map(len, texts))
        if self._counted < MUCH or self._quick is None:
            return np.fromiter(map(self._reference.count, texts), np.int64, len(texts))
        odd = odd_ones(texts)
        even = [text for place, text in enumerate(texts) if place not in odd] if odd else texts
        numbers = np.empty(len(texts), np.int64)
        is_odd = np.zeros(len(texts), np.bool_)
        is_odd[list(odd)] = True
        numbers[~is_odd] = self._quick.counts(even)
        numbers[is_odd] = [self._reference.count(texts[place]) for place in sorted(odd)]
        return numbers

    @cached_property
    def _quick(self) -> Quick | None:
        try:
            return Quick(self.name)
        except ModuleNotFoundError:
            return None


@cache
def encoding(name: str) -> Encoding:
    """The encoding `name`, "o200k_base" or "cl100k_base"; made once.

    Raises:
        InputError: no such encoding is here.
    """
    if name not in SHA256:
        raise InputError(f"'{name}' is not an encoding that is here. Use {' or '.join(SHA256)}.")
    return Encoding(name)


def encoding_for(model: str) -> Encoding | None:
    """The encoding by which OpenAI's `model`, or one fine-tuned from it (`ft:…`), counts; None for any other model.

    Source: tiktoken/model.py.
    """
    base = model.removeprefix("ft:").partition(":")[0]
    for name, models in _MODELS.items():
        if re.fullmatch(rf"({models})(-.*)?", base):
            return encoding(name)
    return None
