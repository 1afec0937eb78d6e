"""What was changed, as it is sent: row by row, word by word."""

from __future__ import annotations

from typing import Any

import orjson

from ftwidgets.data.changes.diff import Change, Diff
from ftwidgets.data.changes.wording import Part, text_of, wordwise
from ftwidgets.data.row import read

MOST = 50


def changes(diff: Diff) -> dict[str, Any]:
    """The summary of a diff and its first rows."""
    return {"summary": diff.summary(), "rows": [_change(one) for one in diff[:MOST]], "more": max(0, len(diff) - MOST)}


def said(raw: bytes | None) -> str:
    """A row as text, its JSON without the blank space between: a row that is written again may have less of it."""
    value, fault = read(raw) if raw is not None else (None, "none")
    return text_of(raw) if fault is not None else orjson.dumps(value).decode()


def _change(change: Change) -> dict[str, Any]:
    before, after = wordwise(said(change.before), said(change.after))
    return {
        "words": change.words,
        "line": change.line,
        "before": None if change.before is None else _parts(before),
        "after": None if change.after is None else _parts(after),
    }


def _parts(parts: list[Part]) -> list[tuple[str, bool]]:
    return [(part.text, part.changed) for part in parts]
