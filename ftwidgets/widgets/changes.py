"""What was changed, as it is sent: row by row, word by word."""

from __future__ import annotations

from typing import Any

from ftwidgets.data.changes.diff import Change, Diff

MOST = 50


def changes(diff: Diff) -> dict[str, Any]:
    """The summary of a diff and its first rows."""
    return {"summary": diff.summary(), "rows": [_change(one) for one in diff[:MOST]], "more": max(0, len(diff) - MOST)}


def _change(change: Change) -> dict[str, Any]:
    sides = {sign: [(part.text, part.changed) for part in parts] for sign, parts in change.sides}
    there = change.after is not None
    return {
        "words": change.words,
        "line": change.line,
        "there": there,
        "before": sides.get("-"),
        "after": sides.get("+"),
    }
