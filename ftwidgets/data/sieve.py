"""A sieve over texts: which of them may hold what a rule looks for. One pass, however many rules there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
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
    """Catches the texts that hold one of the patterns. With the extra `data` it is about fifteen times as fast."""

    def __init__(self, patterns: Iterable[str]) -> None:
        union = "|".join(f"(?:{pattern})" for pattern in dict.fromkeys(patterns))
        try:
            import re2
        except ModuleNotFoundError:
            search = re.compile(union).search
            self._search: Callable[[bytes], Any] = lambda text: search(text.decode())
        else:
            options = re2.Options()
            options.never_capture, options.log_errors, options.max_mem = True, False, 64 << 20
            self._search = re2.compile(union, options).search

    def caught(self, texts: Sequence[bytes]) -> list[int]:
        """The numbers of the texts (UTF-8), from 0, that hold one of the patterns."""
        search = self._search
        return [n for n, text in enumerate(texts) if text and search(text)]
