"""Keys that stand twice in one object: which of the values counts, JSON leaves open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ftwidgets.data.row import Row

LONGEST_SEARCHED = 4 * 2**20
"""Bytes of a row up to which it is searched."""


class Repeat(NamedTuple):
    """A key that stands so many `times` in one object, within the message of this number or outside of all (None).

    `alike` is whether its values are all the same.
    """

    key: str
    times: int
    alike: bool
    message: int | None


class _Object(NamedTuple):
    pairs: list[tuple[str, Any]]


def repeats(row: Row) -> list[Repeat]:
    """The keys that stand more than once in one object of a row that can be read."""
    if len(row.raw) > LONGEST_SEARCHED or is_free_of_repeats(row.raw, row.value):
        return []
    written = json.loads(row.raw, object_pairs_hook=_Object, parse_int=_number, parse_float=_number)
    return list(_found(written, ()))


def is_free_of_repeats(raw: bytes, value: Any) -> bool:
    """Whether it is certain that no key is repeated: by the colons, which cost less to count than keys to compare.

    Each key that is written has one, and the others stand in texts. Of a repeated key only one value is read, so that
    there are more colons in what is written than in what was read. Only an escaped colon could hide that.
    """
    if b"\\" in raw and (b"\\u003a" in raw or b"\\u003A" in raw):
        return False
    return raw.count(b":") == _colons(value)


def marks(written: bytes) -> int:
    """The quotation marks around keys and texts in what is written as JSON: all but those within texts.

    Of a repeated key only one value is read, so that there are more marks in what is written than what was read has.
    """
    signs = np.frombuffer(written, np.uint8)
    is_escape = signs == ord("\\")
    if (is_escape[:-1] & is_escape[1:]).any():  # a backslash that is written as two escapes nothing
        signs = np.frombuffer(written.replace(b"\\\\", b""), np.uint8)
        is_escape = signs == ord("\\")
    is_mark = signs == ord('"')
    return int(np.count_nonzero(is_mark) - np.count_nonzero(is_escape[:-1] & is_mark[1:]))


def _colons(value: Any) -> int:
    """The colons that a value has when it is written: one for each key, and those in its texts."""
    number, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if type(one) is str:
            number += one.count(":")
        elif type(one) is dict:
            number += len(one)
            waiting += one
            waiting += one.values()
        elif type(one) is list:
            waiting += one
    return number


def _number(written: str) -> tuple[str]:
    """A number as it is written: long ones cannot be made."""
    return (written,)


def _found(value: Any, path: tuple[str | int, ...]) -> Iterator[Repeat]:
    if isinstance(value, _Object):
        times = Counter(key for key, _ in value.pairs) if len(value.pairs) > 1 else Counter()
        for key in (key for key, number in times.items() if number > 1):
            values = [one for name, one in value.pairs if name == key]
            yield Repeat(key, times[key], all(one == values[0] for one in values), _message(path))
        for key, one in value.pairs:
            yield from _found(one, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _found(one, (*path, place))


def _message(path: tuple[str | int, ...]) -> int | None:
    return int(path[1]) + 1 if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int) else None
