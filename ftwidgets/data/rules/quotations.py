"""How values are quoted in sentences, where `shown` alone would hide what matters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ftwidgets.data.rules.rule import shown

MOST, BEFORE = 60, 12
"""Characters of a quotation, and how many of them stand before what matters."""


MOST_NAMES = 8
"""So many names are told in one sentence."""


def shown_apart(one: str, other: str) -> tuple[str, str]:
    """Two texts quoted so that one sees where they differ: what both begin with is left out where it is long."""
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if max(len(one), len(other)) <= MOST or same <= BEFORE:
        return shown(one, MOST), shown(other, MOST)
    begin = one.rfind(" ", 0, same - BEFORE) + 1 or same - BEFORE
    begin = begin if same - begin <= 2 * BEFORE else same - BEFORE
    return shown(f"…{one[begin:]}", MOST), shown(f"…{other[begin:]}", MOST)


def last_words(text: str, most: int = 24) -> str:
    """How a text ends, from the beginning of a word on where that is near."""
    end = text[-most:]
    if len(text) <= most:
        return text
    space = -1 if text[-most - 1].isspace() else end.find(" ")
    return f"…{end[space + 1 :] if 0 <= space < most // 2 else end.lstrip()}"


def listed(names: Iterable[str]) -> str:
    """Names in quotation marks, with "and" before the last; of many the first, and how many more."""
    all_names = list(names)
    quoted: Sequence[str] = [shown(name) for name in all_names[:MOST_NAMES]]
    if len(all_names) > MOST_NAMES:
        quoted = [*quoted, f"{len(all_names) - MOST_NAMES:,} more"]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
