"""Who speaks, as the rules about texts are told: what an answer is, and how places in it are found."""

from __future__ import annotations

import re
from collections.abc import Iterator

ANSWERERS = frozenset({"assistant", "completion", "preferred_output"})
"""Speakers whose words the model learns."""

ASKERS = frozenset({"user", "prompt"})

START, END = "(?:^|\x1e)", "(?:\x1e|$)"
"""Where a text begins and ends in a hint: the sieve looks through the texts of an example at once, joined by the
control character U+001E. Both Python's `re` and RE2 read them."""


def spans(pattern: re.Pattern[str], text: str, most: int = 20) -> Iterator[tuple[int, int]]:
    """Where a pattern stands in a text, the first `most` of them."""
    for n, found in enumerate(pattern.finditer(text)):
        if n == most:
            return
        yield found.span()
