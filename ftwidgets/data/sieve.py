"""A sieve over texts: which of them may hold what a rule looks for. One pass, however many rules there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any


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
