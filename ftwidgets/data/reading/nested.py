"""Records whose values may be lists and objects, as Parquet and DataFrames hold them, as JSON objects."""

from __future__ import annotations

import math
from typing import Any

from ftwidgets.data.reading.columns import written

KEPT = "content"
"""The one key whose null says something: an assistant that calls a tool says nothing."""


def nested_record(record: dict[str, Any]) -> bytes:
    """A record that holds lists or objects. What is missing is left out.

    Parquet gives every object of a column the keys of all the others, null where the object had none: those go too.
    """
    there = {key: value for key, value in record.items() if not is_missing(value)}
    try:
        return written({key: pruned(value) for key, value in there.items()})
    except RecursionError:  # a list that holds itself, say
        return written(there)


def flat_row(record: dict[str, Any]) -> bytes:
    """A record of single values. What is missing is an empty text, as it is in CSV."""
    return written({key: "" if is_missing(value) else value for key, value in record.items()})


def is_missing(value: Any) -> bool:
    """None, NaN, and what pandas has for them."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in ("NaTType", "NAType")


def holds_others(value: Any) -> bool:
    """Whether a value is a list, an object or an array."""
    return isinstance(value, list | dict | tuple | set) or getattr(value, "ndim", 0) > 0


def pruned(value: Any) -> Any:
    """A value without the nulls that only fill the objects in it."""
    if isinstance(value, dict):
        return {key: pruned(inner) for key, inner in value.items() if inner is not None or key == KEPT}
    if isinstance(value, list | tuple):
        return [pruned(inner) for inner in value]
    if getattr(value, "ndim", 0) > 0 and value.dtype == object:
        return [pruned(inner) for inner in value.tolist()]
    return value
