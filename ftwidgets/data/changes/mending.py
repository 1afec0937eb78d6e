"""What a rule's fix makes of a whole row, whichever part of the row the rule looked at."""

from __future__ import annotations

from typing import Any

from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row
from ftwidgets.data.rules.rule import Fault, Mend, Rule

LISTS: dict[str, tuple[str, ...]] = {
    "input.messages": ("input", "messages"),
    "preferred_output": ("preferred_output",),
    "non_preferred_output": ("non_preferred_output",),
}
"""The lists of messages of a preference example, and where they stand. What is found in one has its name before the
field: "preferred_output.role"."""

Path = tuple[str | int, ...]


def mended(row: Row, rule: Rule, fault: Fault) -> Mend | None:
    """What is done about a fault that `rule` found in `row`: `value` is what the row then says, None where it goes.

    None where nothing can be done. The row itself is not changed. Not for rules about texts and about files.
    """
    if rule.mend is None:
        return None
    if rule.scope in ("line", "row"):
        return rule.mend(row, fault)  # type: ignore[no-any-return]
    path, own = located(row.value, rule, fault)
    mend: Mend | None = rule.mend(part_of(row.value, path), own)
    if mend is None or mend.value is None:
        return mend
    return mend._replace(value=put(row.value, path, mend.value))


def located(example: dict[str, Any], rule: Rule, fault: Fault) -> tuple[Path, Fault]:
    """Where in an example the part stands that `rule` was given, and the fault as it was found in that part."""
    if kind_of(example) == "preference":
        names = LISTS if rule.scope in ("item", "message") else {"input": ("input",)} if rule.scope == "example" else {}
        for name, path in names.items():
            field = fault.field or ""
            if (field == name or field.startswith(f"{name}.")) and field not in example.keys() - LISTS.keys():
                return (*path, *_number(fault)), fault._replace(field=field[len(name) + 1 :] or None)
    return ("messages", *_number(fault)) if rule.scope in ("item", "message") else (), fault


def _number(fault: Fault) -> Path:
    return () if fault.message_index is None else (fault.message_index - 1,)


def part_of(value: Any, path: Path) -> Any:
    """What stands at a path of keys and places within a value; None where nothing does."""
    for step in path:
        fits = isinstance(value, dict) and step in value if isinstance(step, str) else isinstance(value, list)
        if not fits:
            return None
        value = value[step]
    return value


def put(value: Any, path: Path, part: Any) -> Any:
    """A copy of a value in which something else stands at a path."""
    if not path:
        return part
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], part)
    return copy
