"""A rule's page: what is wrong, why it matters, what to do, with an example of either kind."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

import orjson

from ftwidgets.data.rules.rule import RULES, Level
from ftwidgets.errors import InputError

MOST_CHARACTERS, MOST_ROWS = 300, 3


@dataclass(frozen=True)
class Explanation:
    """The page of one rule: `paragraphs` begin with what is wrong and why it matters.

    `fails` and `passes` are lines of a file in which the rule finds something, and nothing.
    """

    rule: str
    level: Level
    paragraphs: tuple[str, ...]
    fix: str
    fails: str
    passes: str

    def __str__(self) -> str:
        parts = [f"{self.rule} ({self.level})", *self.paragraphs, self.fix]
        examples = [f"Found in:\n{_indented(self.fails)}", f"Not found in:\n{_indented(self.passes)}"]
        return "\n\n".join([*parts, *examples])


def explanation(rule: str) -> Explanation:
    """The page of a rule.

    Raises:
        InputError: there is no such rule.
    """
    if rule not in RULES:
        near = difflib.get_close_matches(rule, RULES, 3, 0.5)
        meant = f" Near it: {', '.join(near)}." if near else ""
        raise InputError(f"There is no rule '{rule}'.{meant} All {len(RULES)}: {', '.join(sorted(RULES))}.")
    one = RULES[rule]
    fix = "Cannot be mended without a person."
    if one.mend is not None:
        fix = (
            "Can be mended, and safely: `fix` does it unasked."
            if one.safe
            else f'Can be mended: ft.fix(data, "{rule}").'
        )
    return Explanation(
        rule,
        one.level,
        tuple(part[0].upper() + part[1:] for part in one.page),
        fix,
        _lines(one.fails[0], one.passes[0]),
        _lines(one.passes[0], one.fails[0]),
    )


def _lines(example: Any, other: Any) -> str:
    """An example as the lines of a file: first those that the other example has not."""
    rows = _rows(example)
    rows = sorted(rows, key=lambda row: row in _rows(other))
    lines = [row.decode("utf-8", "replace") if isinstance(row, bytes) else orjson.dumps(row).decode() for row in rows]
    shown = [line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]} …" for line in lines[:MOST_ROWS]]
    return "\n".join(shown + ([f"… {len(lines) - MOST_ROWS} more"] if len(lines) > MOST_ROWS else []))


def _rows(example: Any) -> list[Any]:
    return example if isinstance(example, list) and example and isinstance(example[0], dict) else [example]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
