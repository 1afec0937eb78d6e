"""Two texts word by word: what both have, and what only one of them has."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

import orjson

from ftwidgets.data.row import read

MOST_WORDS = 400
"""Where more words lie between the first and the last difference, all that lies between is taken to differ."""

AROUND, LONGEST = 60, 1000
"""Characters that are shown of the same on either side of what differs, and of what differs."""

_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


class Part(NamedTuple):
    """A piece of a text, and whether the other text lacks it."""

    text: str
    changed: bool


Parts = list[Part]


def wordwise(before: str, after: str) -> tuple[Parts, Parts]:
    """Both texts in parts; what is long and the same, or very long, is cut to "…".

    Where one of them is empty, all of the other differs.
    """
    one, other = _WORDS.findall(before), _WORDS.findall(after)
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    spans = [("equal", 0, start, 0, start), *_inner(one, other, start, end)]
    spans.append(("equal", len(one) - end, len(one), len(other) - end, len(other)))
    return (
        _shown([Part("".join(one[a:b]), what != "equal") for what, a, b, _, _ in spans]),
        _shown([Part("".join(other[c:d]), what != "equal") for what, _, _, c, d in spans]),
    )


def text_of(raw: bytes | None) -> str:
    """A row's bytes as text; what is not UTF-8 is shown as such."""
    return "" if raw is None else raw.decode("utf-8", "backslashreplace")


def written(raw: bytes | None) -> str:
    """A row as text, its JSON written as all JSON is here, so that two rows differ only where their values do.

    What cannot be read is the text as it came.
    """
    value, fault = read(raw) if raw is not None else (None, "no row")
    return text_of(raw) if fault is not None else orjson.dumps(value).decode()


def _alike(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _inner(one: list[str], other: list[str], start: int, end: int) -> list[tuple[str, int, int, int, int]]:
    last, final = len(one) - end, len(other) - end
    if max(last - start, final - start) > MOST_WORDS:
        return [("replace", start, last, start, final)]
    matcher = difflib.SequenceMatcher(None, one[start:last], other[start:final], autojunk=False)
    return [(what, a + start, b + start, c + start, d + start) for what, a, b, c, d in matcher.get_opcodes()]


def _shown(parts: Parts) -> Parts:
    parts = [part for part in parts if part.text]
    return [
        Part(_cut(part.text, n == 0, n == len(parts) - 1) if not part.changed else _ended(part.text), part.changed)
        for n, part in enumerate(parts)
    ]


def _cut(text: str, first: bool, last: bool) -> str:
    """The beginning and the end of what is the same: that which lies beside a difference."""
    head, tail = "" if first else text[:AROUND], "" if last else text[-AROUND:]
    if len(text) <= len(head) + len(tail) + AROUND:
        return text
    return f"{head}…{tail}" if head or tail else f"{text[:AROUND]}…"


def _ended(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
