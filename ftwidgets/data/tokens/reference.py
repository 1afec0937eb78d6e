"""tiktoken without its network: the count that every faster way must give, for any text at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ftwidgets.data.tokens.ranks import tokens

if TYPE_CHECKING:
    import tiktoken

PATTERNS = {
    "o200k_base": "|".join(
        [
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        ]
    ),
    "cl100k_base": "|".join(
        [
            r"'(?i:[sdmt]|ll|ve|re)",
            r"[^\r\n\p{L}\p{N}]?+\p{L}++",
            r"\p{N}{1,3}+",
            r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
            r"\s++$",
            r"\s*[\r\n]",
            r"\s+(?!\S)",
            r"\s",
        ]
    ),
}
"""How each encoding cuts a text into the pieces within which bytes are merged (tiktoken_ext/openai_public.py, 0.14)."""

WIDE = 100_000
r"""From so many spaces on, a run is counted apart: `\s+(?!\S)` keeps a place to go back to for each of them, and the
expression engine of tiktoken gives up at a million (https://github.com/openai/tiktoken/issues/15)."""

_SPACE = r"[\t\v\f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""What Unicode calls white space, and so does the engine of tiktoken, but for line breaks."""

_SURROGATES = re.compile("[\ud800-\udfff]")


class Reference:
    """One encoding as tiktoken has it, built from the ranks in this package; no special token is read out of a text."""

    def __init__(self, name: str, wide: int = WIDE) -> None:
        self.name = name
        self._wide = wide
        self._run = re.compile(f"{_SPACE}{{{wide},}}")

    def count(self, text: str) -> int:
        """How many tokens `text` has."""
        return sum(len(self._encode(part, whole)) for part, whole in self._parts(sound(text)))

    def pieces(self, text: str) -> list[bytes]:
        """The bytes of each token of `text`; a token may hold a part of a character only."""
        parts = self._parts(sound(text))
        return [token for part, whole in parts for token in self._cut.decode_tokens_bytes(self._encode(part, whole))]

    def _encode(self, part: str, whole: bool) -> list[int]:
        return (self._whole if whole else self._cut).encode_ordinary(part)

    def _parts(self, text: str) -> Iterator[tuple[str, bool]]:
        """`text` in parts that can be counted apart, and whether the pattern takes the part as one piece.

        A run of spaces is a piece but for its last, which goes with what follows it. Where a line break follows, the
        run goes with that, and the engine needs no place to go back to.
        """
        start = 0
        for run in self._run.finditer(text) if len(text) >= self._wide else ():
            ended = run.end() == len(text)
            if (ended and self.name == "cl100k_base") or text[run.end() : run.end() + 1] in ("\r", "\n"):
                continue
            end = run.end() if ended else run.end() - 1
            yield text[start : run.start()], False
            yield text[run.start() : end], True
            start = end
        yield text[start:], False

    @cached_property
    def _cut(self) -> tiktoken.Encoding:
        return self._built(PATTERNS[self.name])

    @cached_property
    def _whole(self) -> tiktoken.Encoding:
        return self._built(r"\s++")

    def _built(self, pattern: str) -> tiktoken.Encoding:
        import tiktoken

        ranks = {token: rank for rank, token in enumerate(tokens(self.name))}
        return tiktoken.Encoding(self.name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


def sound(text: str) -> str:
    """`text` with lone surrogates, which no tokenizer can take, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
