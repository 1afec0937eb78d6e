"""Where personal data and secrets are: in one text exactly, in many texts fast."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from typing import Any, NamedTuple

from ftwidgets.data.privacy.digits import account_end
from ftwidgets.data.privacy.kinds import KINDS, Kind
from ftwidgets.errors import require

BLOCK_BYTES = 1_000_000


class Span(NamedTuple):
    """What `text[start:end]` is: an "e-mail", a "phone", a "card"."""

    kind: str
    start: int
    end: int


def spans(text: str) -> list[Span]:
    """What is personal or secret in `text`, in order, without overlaps."""
    found: list[Span] = []
    small = text.lower()
    seen: dict[str, re.Match[str] | None] = {}  # several kinds share a trigger
    for kind in KINDS:
        if any(sign in small for sign in kind.signs) and kind.trigger not in seen:
            seen[kind.trigger] = _trigger(kind.trigger).search(text)
        if seen.get(kind.trigger):
            found += [span for span in _of_kind(kind, text) if not _covered(span, found)]
    return sorted(found, key=lambda span: span.start)


def flagged(texts: Sequence[str]) -> list[int]:
    """The numbers of the texts, from 0, in which `spans` finds something.

    One pass of google-re2 over all texts leaves few to be looked at closely; without that package Python's `re` does
    the same, some twenty times slower.
    """
    union = _union()
    return [number for number in _suspects(texts, union) if spans(texts[number])]


def masked(text: str, found: Iterable[Span] | None = None) -> str:
    """The text with a placeholder such as "[e-mail]" in the place of each of its spans (those of `spans`, by default).

    Where a text holds several values of a kind they are numbered, the same value always alike: "[e-mail 2]".
    """
    places = sorted(spans(text) if found is None else found, key=lambda span: span.start)
    values: dict[str, dict[str, int]] = {}
    for span in places:
        of_kind = values.setdefault(span.kind, {})
        of_kind.setdefault(_same(text, span), len(of_kind) + 1)
    parts, done = [], 0
    for span in places:
        of_kind = values[span.kind]
        number = f" {of_kind[_same(text, span)]}" if len(of_kind) > 1 else ""
        parts += [text[done : span.start], f"[{span.kind}{number}]"]
        done = span.end
    return "".join([*parts, text[done:]])


def _same(text: str, span: Span) -> str:
    """The value without what may differ from one writing to the next: case in an address, gaps in a number."""
    value = text[span.start : span.end]
    if span.kind in ("e-mail", "IP address"):
        return value.lower()
    return value if span.kind in ("password", "key or token") else re.sub(r"[^A-Za-z0-9]", "", value)


def _of_kind(kind: Kind, text: str) -> Iterator[Span]:
    for match in kind.pattern.finditer(text):
        if kind.is_one(match):
            start, end = match.span("value") if "value" in kind.pattern.groupindex else match.span()
            if kind.name == "bank account":
                end = account_end(text, start) or end
            yield Span(kind.name, start, end)


def _covered(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


@cache
def _trigger(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def union_of_triggers() -> bytes:
    """One pattern that matches in every text in which anything is found."""
    return "|".join(f"(?:{trigger})" for trigger in dict.fromkeys(kind.trigger for kind in KINDS)).encode()


@cache
def _union() -> Any:
    """That pattern, compiled by google-re2 where it is installed, else by Python."""
    if find_spec("re2"):
        re2 = require("re2", "data")
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1  # bytes as they come; what is looked for is ASCII
        return re2.compile(union_of_triggers(), options)
    return re.compile(union_of_triggers())


def _suspects(texts: Sequence[str], union: Any, block_bytes: int = BLOCK_BYTES) -> Iterator[int]:
    """The numbers of the texts in which `union` matches; a NUL byte, which it never matches, parts them."""
    first, block, size = 0, [], 0
    for number, text in enumerate(texts):
        raw = text.encode("utf-8", "surrogatepass")
        block.append(raw)
        size += len(raw)
        if size > block_bytes:
            yield from (first + place for place in _matched(block, union))
            first, block, size = number + 1, [], 0
    yield from (first + place for place in _matched(block, union))


def _matched(block: list[bytes], union: Any) -> Iterator[int]:
    joined = b"\0".join(block)
    ends = list(accumulate(len(raw) + 1 for raw in block))
    match = union.search(joined)
    while match:
        place = bisect_left(ends, match.end())
        yield place
        match = union.search(joined, ends[place])
