"""One answer as it comes: tokens to text, held back where the text may still change, until it is time to stop."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.engine.sampling import Token

UNFINISHED = "\ufffd"
"""What a decoder writes for bytes that are not yet a character."""


class Utterance:
    """The text of one answer. `end` is None while it goes on, then "stop" or "length".

    It stops at one of the tokens in `ends` (else the tokenizer's end token), before a text of `stop`, or when it is
    `whole`. With `offsets`, each token tells where in the text its own begins.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        stop: list[str],
        room: int,
        *,
        ends: Collection[int] | None = None,
        whole: Callable[[], bool] = lambda: False,
        offsets: bool = False,
    ) -> None:
        self._tokenizer = tokenizer
        self._stop = stop
        self._room = room
        self._ends = [tokenizer.eos] if ends is None else ends
        self._whole = whole
        self._offsets = offsets
        self._ids: list[int] = []
        self._text = ""
        self._logprobs: list[float] = []
        self._said = 0  # characters already given out
        self._tokens: list[dict[str, Any]] = []
        self.end: str | None = None

    @property
    def length(self) -> int:
        """Tokens said so far, the end token not counted."""
        return len(self._ids)

    @property
    def mean_logprob(self) -> float | None:
        """The log-probability per token, the end token counted; None where none was asked for."""
        return sum(self._logprobs) / len(self._logprobs) if self._logprobs else None

    def hear(self, token: Token) -> tuple[str, list[dict[str, Any]]]:
        """Take in one token; returns the text that is now certain, and the tokens that stand behind it."""
        self._logprobs += [] if token.logprob is None else [token.logprob]
        if token.id in self._ends:
            self.end = "stop"
        else:
            self._ids.append(token.id)
            self._tokens += [self._entry(token)] if token.logprob is not None else []
            self.end = "stop" if self._whole() else "length" if len(self._ids) >= self._room else None
        text = self._text = self._tokenizer.decode(self._ids)
        certain = self._cut(text)
        if self.end is None and certain == len(text):
            certain -= self._uncertain(text)
        piece = text[self._said : certain]
        if not piece and self.end is None:
            return "", []
        self._said = max(self._said, certain)
        tokens, self._tokens = self._tokens, []
        return piece, tokens

    def _cut(self, text: str) -> int:
        """Where the text ends: before the first stop sequence, which ends the answer."""
        found = [place for place in (text.find(stop) for stop in self._stop) if place >= 0]
        if not found:
            return len(text)
        self.end = "stop"
        return min(found)

    def _uncertain(self, text: str) -> int:
        """How many characters at the end may still become another character, or a stop sequence."""
        held = len(text) - len(text.rstrip(UNFINISHED))
        for stop in self._stop:
            for size in range(len(stop) - 1, held, -1):
                if text.endswith(stop[:size]):
                    held = size
                    break
        return held

    def _entry(self, token: Token) -> dict[str, Any]:
        entry = entry_of(self._tokenizer, token)
        return entry | {"offset": len(self._text.rstrip(UNFINISHED))} if self._offsets else entry


def entry_of(tokenizer: Tokenizer, token: Token) -> dict[str, Any]:
    """A token as a caller reads it: its text, log-probability and bytes, and those of the likeliest ones then."""
    top = [_spelled(tokenizer, n, logprob) for n, logprob in token.top]
    return _spelled(tokenizer, token.id, token.logprob) | {"top_logprobs": top}


def _spelled(tokenizer: Tokenizer, identity: int, logprob: float | None) -> dict[str, Any]:
    return {"token": tokenizer.token_text(identity), "logprob": logprob, "bytes": tokenizer.token_bytes(identity)}
