"""What a click in the explorer does to the rows: each message of a browser as the data set that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ftwidgets.data import Dataset
from ftwidgets.data.changes.steps import Step
from ftwidgets.data.row import Row
from ftwidgets.errors import InputError
from ftwidgets.widgets import drafts
from ftwidgets.widgets.conversion import converted
from ftwidgets.widgets.desk import Desk, words_of

Message = Mapping[str, Any]


def after(desk: Desk, asked: Message) -> Dataset:
    """The rows after what a browser asked for.

    Raises:
        InputError: it cannot be done: the line is gone, or what was typed is not what it must be.
    """
    return ACTS[asked["kind"]](desk, asked)


def told(kind: str, steps: Sequence[Step]) -> str:
    """What was done, for those who hear it."""
    done = words_of(steps)
    return f"Undone: {done}." if kind == "undo" else f"{done[:1].upper()}{done[1:]}. Undo is possible."


def draft(desk: Desk, line: int | None) -> dict[str, Any]:
    """The fields of a row, or of a new one."""
    fields = drafts.fields(row_of(desk, line)) if line else drafts.blank(desk.system, desk.kind)
    return {"line": line, "fields": fields}


def row_of(desk: Desk, line: int) -> Row:
    """The row of a line. Raises InputError where there is none."""
    place = desk.place(line)
    if place is None:
        raise InputError(f"There is no line {line} any more.")
    return desk.dataset.rows[place]


def _edit(desk: Desk, asked: Message) -> Dataset:
    return desk.dataset.edited(
        asked["line"], drafts.edited(row_of(desk, asked["line"]), asked["fields"], asked.get("was"))
    )


def _add(desk: Desk, asked: Message) -> Dataset:
    return desk.dataset.added([drafts.example(asked["fields"])])


def _delete(desk: Desk, asked: Message) -> Dataset:
    return desk.dataset.without(asked["line"])


def _reviewed(desk: Desk, asked: Message) -> Dataset:
    return desk.dataset.reviewed(asked["line"])


def _mend(desk: Desk, asked: Message) -> Dataset:
    return desk.mended(desk.number(asked["line"], asked["rule"], asked["nth"]), asked["choice"])


def _fix(desk: Desk, asked: Message) -> Dataset:
    return desk.fixed(*([asked["rule"]] if asked.get("rule") else []))


def _undo(desk: Desk, _: Message) -> Dataset:
    return desk.undone()


ACTS = {
    "edit": _edit,
    "add": _add,
    "delete": _delete,
    "reviewed": _reviewed,
    "mend": _mend,
    "fix": _fix,
    "convert": converted,
    "undo": _undo,
}
"""What a browser can ask to be done, by its kind."""
