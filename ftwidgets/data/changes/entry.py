"""One thing that a record says was done: what it must hold before anything is done with it, and as which Python."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from reprlib import repr as shortened  # which no depth and no length harms
from typing import Any, get_args

import orjson

from ftwidgets.data.row import read
from ftwidgets.data.terms import Method

Entry = dict[str, Any]
"""One thing that was done: the key "do" says what: fix, edit, delete, reviewed, add or convert."""

Fits = Callable[[Any], bool]
"""Whether a value is of the form that it must have."""


def known(entry: Any) -> Entry:
    """The entry, where it holds what one of its kind must, each of its form, and nothing else.

    Raises:
        ValueError: it does not: the end of a sentence.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("do"), str) or entry["do"] not in _NEEDED:
        raise ValueError(f"it says none of {', '.join(_NEEDED)} under 'do'")
    needed, may = _NEEDED[entry["do"]], _MAY.get(entry["do"], {})
    if missing := sorted(needed.keys() - entry.keys()):
        raise ValueError(f"it has no '{missing[0]}'")
    for key, value in entry.items():
        if key == "do":
            continue
        fits = (needed | may).get(key)
        if fits is None:
            raise ValueError(f"it has {key!r:.40}, which is not known of a '{entry['do']}'")
        if not fits(value):
            raise ValueError(f"its '{key}' cannot be {shortened(value)}")
    if isinstance(entry.get("before"), list) and len(entry["before"]) != len(entry["lines"]):
        raise ValueError(f"it names {len(entry['lines'])} lines, and of {len(entry['before'])} what they said before")
    return entry


def raw_of(kept: Any) -> bytes:
    """The bytes of a row that was kept as text, or in base64 where it is none."""
    return base64.b64decode(kept["base64"]) if isinstance(kept, dict) else kept.encode()


def kept(raw: bytes) -> Any:
    """The bytes of a row as JSON can hold them."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def call(entry: Entry) -> str:
    """The entry as Python that gives another data set."""
    match entry["do"]:
        case "fix":
            options = "".join(f", {key}={value!r}" for key, value in entry.items() if key not in ("do", "rule"))
            return f'ft.fix(data, "{entry["rule"]}"{options})'
        case "edit":
            return f"data.edited({entry['line']}, {_literal(entry['after'])})"
        case "add":
            return f"data.added([{', '.join(map(_literal, entry['rows']))}])"
        case "convert" if isinstance(entry["to"], dict):
            words = ", ".join(f"{key}={text!r}" for key, text in entry["to"].items())
            return f"ft.convert(data, ft.Template({words}))"
        case "convert":
            return f'ft.convert(data, "{entry["to"]}")'
    return f"data.{_METHODS[entry['do']]}({entry['lines']})"


_METHODS = {"delete": "without", "reviewed": "reviewed"}


def _literal(kept: Any) -> str:
    """An example as Python, where it is written again as it was; else its bytes."""
    raw = raw_of(kept)
    value, fault = read(raw)
    return repr(value) if fault is None and orjson.dumps(value) == raw else repr(raw)


def _is_name(value: Any) -> bool:
    """A rule or a format: it stands in Python between quotation marks, which it can therefore not hold."""
    return isinstance(value, str) and re.fullmatch(r"[\w/-]{1,100}", value) is not None


def _is_line(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**32


def _is_positive(value: Any) -> bool:
    return value is None or _is_line(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_row(value: Any) -> bool:
    if not isinstance(value, dict):
        return isinstance(value, str)
    try:
        return value.keys() == {"base64"} and base64.b64decode(value["base64"], validate=True) is not None
    except (binascii.Error, TypeError, ValueError):
        return False


def _is_recipe(value: Any) -> bool:
    if not isinstance(value, dict):
        return _is_name(value)
    return {"user", "assistant"} <= value.keys() <= {"user", "assistant", "system"} and all(
        map(_is_text, value.values())
    )


def _each(fits: Fits) -> Fits:
    return lambda value: isinstance(value, list) and all(map(fits, value))


_ROWS: dict[str, Fits] = {"lines": _each(_is_line), "before": _each(_is_text)}

_NEEDED: dict[str, dict[str, Fits]] = {
    "fix": {"rule": _is_name},
    "edit": {"line": _is_line, "before": _is_text, "after": _is_row},
    "delete": _ROWS,
    "reviewed": _ROWS,
    "add": {"rows": _each(_is_row)},
    "convert": {"to": _is_recipe},
}
"""What an entry of each kind has, and of which form."""

_MAY: dict[str, dict[str, Fits]] = {
    "fix": {
        "lines": _each(_is_line),
        "fewest": _is_positive,
        "method": lambda value: value in get_args(Method),
        "n_epochs": _is_positive,
    }
}
"""What it may have."""
