"""A rule's page: what is wrong, why it matters, what to do, with an example of either kind."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson

from ftwidgets.data.rules.rule import RULES, Level, Rule, shown
from ftwidgets.errors import InputError

MOST_CHARACTERS, MOST_ROWS = 480, 3
LONGEST_NAME, MOST_NEAR = 60, 6


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
        near = _near(rule)
        others = f"Near it: {', '.join(near)}" if near else f"All {len(RULES)}: {', '.join(sorted(RULES))}"
        raise InputError(f"There is no rule {shown(rule)}. {others}.")
    one = RULES[rule]
    return Explanation(
        rule,
        one.level,
        tuple(part[0].upper() + part[1:] for part in one.page),
        _fix(one),
        _told(one.fails[0], one.passes[0], one.scope),
        _told(one.passes[0], one.fails[0], one.scope),
    )


def _near(name: str) -> list[str]:
    """The rules that may have been meant: those that are spelled nearly so, then those that share a word with it."""
    meant = "-".join(name.lower().replace("_", " ").replace("-", " ").split())[:LONGEST_NAME]
    words = {word.rstrip("s") for word in meant.split("-")} - {""}
    alike = difflib.get_close_matches(meant, RULES, MOST_NEAR, 0.7)
    related = [rule for rule in RULES if words & {word.rstrip("s") for word in rule.split("-")}]
    near = list(dict.fromkeys([*alike, *related]))[:MOST_NEAR]
    return near or difflib.get_close_matches(meant, RULES, MOST_NEAR, 0.5)


def _fix(rule: Rule) -> str:
    """How the fix is called, where there is one."""
    if rule.mend is None:
        return "It has to be mended by hand."
    if rule.scope == "between":
        return f'ft.fix(data, "{rule.id}", findings=ft.check(data, validation)) mends what can be mended.'
    if rule.safe:
        return "ft.fix(data) mends what can be mended safely."
    return f'ft.fix(data, "{rule.id}") mends what can be mended; ft.fix(data) alone leaves it.'


def _told(example: Any, other: Any, scope: str) -> str:
    """An example as the lines of a file, or of two; `other` is an example of the other kind."""
    if scope != "between":
        return _lines(example, other)
    files = zip(("training file", "validation file"), example, other, strict=True)
    return "\n".join(f"{name}: {_lines(rows, apart)}" for name, rows, apart in files)


def _lines(example: Any, other: Any) -> str:
    """The lines of a file: first those that the other example has not, then those that are there most often."""
    others = set(_rows(other))
    counted = sorted(Counter(_rows(example)).items(), key=lambda line: (line[0] in others, -line[1]))
    lines = [f"{_visible(line)}{f'  ({times} times)' if times > 1 else ''}" for line, times in counted[:MOST_ROWS]]
    more = [f"… {len(counted) - MOST_ROWS} more"] if len(counted) > MOST_ROWS else []
    return "\n".join([*lines, *more]) or "(an empty file)"


def _rows(example: Any) -> list[str]:
    is_file = isinstance(example, list) and (not example or isinstance(example[0], dict))
    rows = example if is_file else [example]
    return [row.decode("utf-8", "replace") if isinstance(row, bytes) else orjson.dumps(row).decode() for row in rows]


def _visible(line: str) -> str:
    """A line, not too long, in which what cannot be seen is written by its number; tabs and line breaks stay."""
    cut = line.strip("\n") if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]} …"
    return "".join(sign if sign.isprintable() or sign in "\t\n" else _escaped(sign) for sign in cut)


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 2**16 else f"\\U{ord(sign):08x}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
