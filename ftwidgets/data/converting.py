"""`convert`: the rows of a data set from one format into another, or a table into chats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, get_args

import orjson

from ftwidgets.data.changes.change import changed
from ftwidgets.data.conversion import (
    Template,
    Unconverted,
    chat_of,
    chat_to_pair,
    compared_to_preference,
    layout_of,
    preference_of,
)
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.loading import Loadable, load
from ftwidgets.data.row import read
from ftwidgets.errors import InputError

Target = Literal["chat", "prompt/completion", "preference"]

Way = Callable[[Any], Any]


def convert(data: Loadable, to: Target | Template, *, rejected: Loadable | None = None) -> Dataset:
    """The same data with every row in another format; one step, which can be undone.

    Args:
        data: a data set, or whatever `load` takes.
        to: "chat" takes pairs, preference pairs, ShareGPT, Alpaca and chosen/rejected rows; "prompt/completion" takes
            chats of one question; "preference" takes chosen/rejected rows, or chats with `rejected`. A `Template` makes
            a chat of each row of a table.
        rejected: chats that ask the same and answer worse, for "preference".

    A row that cannot be converted stays as it is, and `check` tells of it.

    Raises:
        InputError: there is no such format; no row can be converted; or the template names a column that there is not.
    """
    data = load(data)
    way = _applied(to, data) if isinstance(to, Template) else _way(to, None if rejected is None else load(rejected))
    name = "chat by a template" if isinstance(to, Template) else to
    replaced: dict[int, bytes] = {}
    why: str | None = None
    for place, raw in enumerate(data.raws()):
        made = way(read(raw)[0])
        if isinstance(made, Unconverted):
            why = why or f"Line {int(data.index.number[place])}: {made.reason}"
        else:
            replaced[place] = orjson.dumps(made)
    if len(data) and not replaced:
        raise InputError(f"No row of {data.name} can be made {name}. {why}")
    recipe = None if rejected is not None else {"to": _told(to) if isinstance(to, Template) else to}
    return changed(data, f"made {name}", "convert", replaced=replaced, recipe=recipe)


def _told(template: Template) -> dict[str, str]:
    return {key: text for key, text in asdict(template).items() if text is not None}


def _applied(template: Template, data: Dataset) -> Way:
    columns = {name: None for value in data if isinstance(value, dict) for name in value}
    template.require(columns)

    def way(row: Any) -> Any:
        if not isinstance(row, dict) or not set(template.columns) <= row.keys():
            return Unconverted("It lacks a column that the template names.")
        return template.apply(row)

    return way


def _way(to: str, rejected: Dataset | None) -> Way:
    ways: dict[str, Way] = {"chat": chat_of, "prompt/completion": chat_to_pair, "preference": compared_to_preference}
    if not isinstance(to, str) or to not in ways:
        raise InputError(f"{to!r:.40} is not a format. Use one of {', '.join(get_args(Target))}, or a Template.")
    if to != "preference" or rejected is None:
        return ways[to]
    worse = {_prompt(chat): chat for chat in rejected if layout_of(chat) == "chat"}

    def way(chat: Any) -> Any:
        other = worse.get(_prompt(chat))
        return Unconverted("No rejected chat asks the same.") if other is None else preference_of(chat, other)

    return way


def _prompt(chat: Any) -> bytes:
    """What is asked before the last answer, as bytes that are equal for equal questions."""
    messages = chat.get("messages") if isinstance(chat, dict) else None
    return orjson.dumps(messages[:-1] if isinstance(messages, list) else chat, option=orjson.OPT_SORT_KEYS)
