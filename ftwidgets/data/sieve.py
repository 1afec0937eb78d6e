"""A sieve over texts: which of them may hold what a rule looks for. One pass, however many rules there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from ftwidgets.data.rules.speakers import ANSWERERS


def joined_for_sieve(texts: Iterable[tuple[str, str]]) -> str:
    """The texts of an example, each with its speaker, as one: joined by U+001E, which hints can tell from a line's end.

    Only of an answer is it worth knowing how it begins and ends; of others the blank ends are left out, and the
    single space with which a completion begins by custom: else every such row would be caught.
    """
    return "\x1e".join([_ends(speaker, text) for speaker, text in texts])


def _ends(speaker: str, text: str) -> str:
    if speaker not in ANSWERERS:
        return text.strip(" \t\r\n")
    return text.removeprefix(" ") if speaker == "completion" else text


class Sieve:
    """Catches the texts that hold one of the patterns. With the extra `data` it is about a hundred times as fast."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(patterns)
        union = "|".join(f"(?:{pattern})" for pattern in dict.fromkeys(self._patterns))
        try:
            import re2
        except ModuleNotFoundError:
            search = re.compile(union).search
            self._search: Callable[[bytes], Any] = lambda text: search(text.decode())
        else:
            self._search = re2.compile(union, _options(re2)).search

    def caught(self, texts: Sequence[bytes]) -> list[int]:
        """The numbers of the texts (UTF-8), from 0, that hold one of the patterns."""
        search = self._search
        return [n for n, text in enumerate(texts) if text and search(text)]

    def which(self, text: str) -> list[int]:
        """The numbers of the patterns, from 0, that a text holds."""
        return self._which(text)

    @cached_property
    def _which(self) -> Callable[[str], list[int]]:
        try:
            import re2
        except ModuleNotFoundError:
            searches = [re.compile(pattern).search for pattern in self._patterns]
            return lambda text: [n for n, search in enumerate(searches) if search(text)]
        several = re2.Set.SearchSet(_options(re2))
        for pattern in self._patterns:
            several.Add(pattern)
        several.Compile()
        return lambda text: sorted(several.Match(text) or ())


def _options(re2: Any) -> Any:
    options = re2.Options()
    options.never_capture, options.log_errors, options.max_mem = True, False, 64 << 20
    return options
