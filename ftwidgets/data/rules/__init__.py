"""The rules that a data set is held against: each one small function with its page, its examples and its fix.

One module a subject. `RULES` has them all by their ids.
"""

from ftwidgets.data.rules import (  # noqa: F401
    calls,
    characters,
    endings,
    examples,
    files,
    leftovers,
    manners,
    messages,
    pairs,
    rows,
    tokens,
    turns,
    whitespace,
)
from ftwidgets.data.rules.rule import RULES, Fault, Mend, Rule

__all__ = ["RULES", "Fault", "Mend", "Rule"]
