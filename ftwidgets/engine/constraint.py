"""Hold an answer to a grammar: of the whole vocabulary, only the tokens with which the text can go on are allowed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.engine.json_text import BEGINNING, SPACE, Place, step, steps

KEPT = 256
"""Places whose tokens are remembered; most of a text stands at a few, and to find them takes up to a tenth second."""

MOST_SPACE = 32
"""Bytes of white space one after another, outside of texts (our choice): a small model may go on with it for ever."""


class Vocabulary:
    """The bytes of each token, in an order in which those that begin alike are read once."""

    def __init__(self, spelled: Sequence[bytes]) -> None:
        """`spelled` are the bytes by token id; none for tokens that stand for no text."""
        self.spelled = spelled
        self._order = sorted((text, identity) for identity, text in enumerate(spelled) if text)
        self._known: OrderedDict[Place, NDArray[np.bool_]] = OrderedDict()
        self.blank = np.array([not text.strip(SPACE) for text in spelled])

    @classmethod
    def of(cls, tokenizer: Tokenizer, size: int) -> Vocabulary:
        """That of a tokenizer, whose ids are below `size`."""
        said = (bytes(tokenizer.token_bytes(n)) if tokenizer.decode([n]) else b"" for n in range(size))
        return cls(list(said))

    def allowed(self, place: Place) -> NDArray[np.bool_]:
        """Of each token (V), whether JSON can go on with it at `place`."""
        if place not in self._known:
            self._known[place] = self._found(place)
        self._known.move_to_end(place)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[place]

    def _found(self, place: Place) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.spelled), np.bool_)
        before, path = b"", [place]  # the places after each byte of the token before, as far as it could go on
        for text, identity in self._order:
            shared = _shared(before, text)
            if shared >= len(path):
                continue  # it begins as the token before does, up to and with the byte that was refused
            del path[shared + 1 :]
            for byte in text[shared:]:
                after = step(path[-1], byte)
                if after is None:
                    break
                path.append(after)
            before = text
            mask[identity] = len(path) == len(text) + 1
        return mask


def _shared(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


class Constraint:
    """One answer's text so far, which must become a JSON object."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._place = BEGINNING
        self._space = 0

    @property
    def complete(self) -> bool:
        """Whether the text is a whole object."""
        return self._place.complete

    def allowed(self) -> NDArray[np.bool_]:
        """Of each token (V), whether it may be said next."""
        allowed = self._vocabulary.allowed(self._place)
        return allowed & ~self._vocabulary.blank if self._space >= MOST_SPACE else allowed

    def hear(self, token: int) -> None:
        """Take in what was said."""
        text = self._vocabulary.spelled[token]
        after = steps(self._place, text)
        assert after is not None, "a token was said that was not allowed"
        self._place = after
        space = len(text) - len(text.rstrip(SPACE))
        self._space = 0 if after.in_string else space + (self._space if space == len(text) else 0)
