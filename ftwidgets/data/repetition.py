"""Whether a text repeats itself, or another: what a model does that is caught in a loop."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

TAIL = 24
"""Characters at the end of a text that are looked for in it."""

TIMES, SHORTEST = 4, 12
"""So often at least, and so many letters at least."""

ENDS = re.compile(r"[.!?。！？\n]+")


def may_repeat(texts: Sequence[str]) -> bool:
    """Whether the last of the texts may repeat itself, or the one before; without which neither is so.

    For every row: it takes a microsecond.
    """
    if not texts:
        return False
    last = texts[-1].strip()
    if len(texts) > 1 and last == texts[-2].strip():
        return True
    return len(last) >= TIMES * TAIL and last.count(last[-TAIL:]) >= TIMES


def loop_of(text: str) -> tuple[int, int, str] | None:
    """Where a text goes round in circles, from and to, and what it repeats; None where it does not.

    Either it ends with the same words again and again, or the same sentence, numbered or not, makes up half of it.
    """
    whole = text.rstrip()
    if not may_repeat([text]):
        return None
    again = whole.rfind(whole[-TAIL:], 0, -1)
    period = len(whole) - TAIL - again
    begin = len(whole) - period
    while begin >= period and whole[begin - period : begin] == whole[begin : begin + period]:
        begin -= period
    unit = whole[begin : begin + period]
    if len(whole) - begin >= max(TIMES * period, TIMES * TAIL) and any(map(str.isalpha, unit)):
        return begin, len(whole), unit.strip()
    return _sentence(whole)


def _sentence(text: str) -> tuple[int, int, str] | None:
    sentences = [one for one in (part.strip("0123456789) \t-*•") for part in ENDS.split(text)) if one]
    counted = Counter(sentences).most_common(1)
    sentence, times = counted[0] if counted else ("", 0)
    if sum(map(str.isalpha, sentence)) < SHORTEST or times < TIMES or 2 * times < len(sentences):
        return None
    return text.index(sentence), text.rindex(sentence) + len(sentence), sentence
