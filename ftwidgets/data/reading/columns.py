"""The columns of a table: their names, and a record of cells as one JSON object."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from ftwidgets.data import row
from ftwidgets.data.reading.notes import Tally

MORE = "(more fields)"
"""The key under which the fields of a record stand for which there is no column."""

_FEW = "{of} shorter than the header, the first {first}: the missing fields are null."
_MANY = f"{{of}} longer than the header, the first {{first}}: the fields without a name are under '{MORE}'."


def named(header: Iterable[Any]) -> list[str]:
    """The names of columns: all are texts, none is empty, none comes twice."""
    names: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(header, 1):
        text = "" if name is None else str(name).strip()
        one = text = text or f"column {number}"
        count = 2
        while one in taken:
            one, count = f"{text} ({count})", count + 1
        names.append(one)
        taken.add(one)
    return names


def told_apart(header: Sequence[Any], names: Sequence[str]) -> list[str]:
    """A sentence where a name had to be found or changed."""
    changed = [name for given, name in zip(header, names, strict=True) if str(given).strip() != name]
    told = f"Columns without a name, or with the name of another, are now called: {', '.join(changed)}."
    return [told] if changed else []


def flat_record(names: list[str], cells: list[Any], number: int, tally: Tally) -> bytes:
    """A record as a JSON object. A field that it lacks is null, which no field that is there can be."""
    record: dict[str, Any] = dict(zip(names, cells, strict=False))
    if len(cells) != len(names):
        tally.add(_FEW if len(cells) < len(names) else _MANY, number)
        record |= dict.fromkeys(names[len(cells) :])
        if len(cells) > len(names):
            record[MORE] = cells[len(names) :]
    return written(record)


_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def written(value: Any) -> bytes:
    """Any value as JSON: what JSON has no word for becomes a text, or a list where it is one."""
    try:
        return row.written(value, _plain, _OPTIONS)
    except (TypeError, ValueError, RecursionError):
        pass  # a whole number above 64 bits, half a surrogate pair, a list in itself
    try:
        return json.dumps(value, default=_plain).encode()
    except (TypeError, ValueError, RecursionError):
        return orjson.dumps(str(value).encode("utf-8", "replace").decode())


def _plain(value: Any) -> Any:
    """What stands for `value` in JSON."""
    if isinstance(value, bytes | bytearray | memoryview):
        return _text_of(bytes(value))
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if hasattr(value, "tolist"):  # of numpy, and not of a kind that orjson knows
        return value.tolist()
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _text_of(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode()
