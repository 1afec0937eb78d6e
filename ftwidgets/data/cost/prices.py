"""What hosts take for training a million tokens: what is known of it, with source and day, and what a person adds."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from ftwidgets.data.opening import opened
from ftwidgets.data.tokens.encoding import encoding_for
from ftwidgets.errors import InputError

FILE = Path(__file__).parent / "prices.toml"

Own: TypeAlias = "Mapping[str, float] | str | os.PathLike[str]"
"""A person's own prices: dollars a million tokens by model or host, or a TOML file like the one beside this module."""


DAY = r"\d{4}-\d\d-\d\d|\d{4}"
"""How an id tells its version: gpt-4o-mini-2024-07-18, gpt-3.5-turbo-0125."""

OWN = "yours"
"""The source of a price that a person gave in Python."""


@dataclass(frozen=True)
class Price:
    """Dollars a million billed tokens; None where no source is known.

    `confirmed` is whether the host's own documents show it, `as_of` the day on which it was noted, and `ends` the day
    on which the host shuts the model down. Without a `model` it is the host's price for any.
    """

    host: str
    model: str | None = None
    per_million: float | None = None
    confirmed: bool = False
    as_of: date | None = None
    source: str | None = None
    ends: date | None = None

    def is_of(self, model: str) -> bool:
        """Whether `model` is meant: its id, the id of a dated version, or a model fine-tuned from it."""
        asked = model.removeprefix("ft:").partition(":")[0]
        if self.model is None or asked == self.model:
            return asked == self.model
        return re.fullmatch(rf"{re.escape(asked)}-({DAY})", self.model) is not None


@cache
def shipped() -> tuple[Price, ...]:
    """The prices that come with the package."""
    return _read(FILE)


def known_prices(own: Own | None = None) -> tuple[Price, ...]:
    """The prices that come with the package, and a person's own: these replace what they name, and add the rest.

    Raises:
        InputError: a price is not a number of dollars from 0, or the file cannot be read.
    """
    known = list(shipped())
    for price in _own(own):
        places = [n for n, one in enumerate(known) if _same(one, price)]
        for n in places:
            known[n] = replace(price, host=known[n].host, model=known[n].model, ends=price.ends or known[n].ends)
        if not places:
            known.append(price)
    return tuple(known)


def _same(known: Price, own: Price) -> bool:
    return known.is_of(own.model or own.host)


def _own(own: Own | None) -> tuple[Price, ...]:
    if own is None:
        return ()
    if isinstance(own, str | os.PathLike):
        return _read(own)
    if not isinstance(own, Mapping):
        raise InputError(f'{own!r:.60} holds no prices. Give {{"model or host": dollars a million tokens}}, or a file.')
    return tuple(_own_price(name, value) for name, value in own.items())


def _own_price(name: Any, value: Any) -> Price:
    if not isinstance(name, str) or not name:
        raise InputError(f"{name!r:.60} is not the name of a model or a host. Write it as a text.")
    known = encoding_for(name) is not None
    return Price("OpenAI" if known else name, name if known else None, _amount(name, value), source=OWN)


def _read(path: str | os.PathLike[str]) -> tuple[Price, ...]:
    source = opened(path)
    try:
        content = tomllib.loads(source.read(0, source.size).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} holds no prices that can be read: {error}. {FORM}") from error
    rows = content.get("price", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or (content and not rows):
        raise InputError(f"{path} holds no prices that can be read: it has no list of them called 'price'. {FORM}")
    return tuple(map(_price, rows))


FORM = 'Write each as: [[price]], then host = "…", model = "…", per_million = 3.0 on lines of their own.'


def _price(row: dict[str, Any]) -> Price:
    unknown = sorted(set(row) - {field.name for field in fields(Price)})
    if unknown:
        raise InputError(f"{unknown[0]!r:.60} is not a field of a price. {FORM}")
    if not isinstance(row.get("host"), str) or not row["host"]:
        raise InputError(f"A price names no host. {FORM}")
    for key, value in row.items():
        if key in _KINDS and type(value) is not _KINDS[key][0]:
            raise InputError(f"The '{key}' of a price of '{row['host']}' is {value!s:.60}. Write {_KINDS[key][1]}.")
    given = row.get("per_million")
    return Price(**row | {"per_million": None if given is None else _amount(row["host"], given)})


_KINDS: dict[str, tuple[type, str]] = {
    "model": (str, "it as a text in quotation marks"),
    "source": (str, "it as a text in quotation marks"),
    "confirmed": (bool, "true or false"),
    "as_of": (date, "a day without quotation marks, such as 2026-11-20"),
    "ends": (date, "a day without quotation marks, such as 2026-11-20"),
}
"""What the fields of a price are, besides its host and the dollars, and how each is written."""


def _amount(name: str, value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and value > DEAREST:
        value = "a sum that nobody asks"  # of as many digits as it likes
    elif is_number and value >= 0:
        return float(value)
    raise InputError(f"The price of '{name}' is {value!r:.60}. Give it in dollars a million tokens, from 0.")


DEAREST = 1e9
"""Dollars a million tokens that nobody asks: more are a slip, and their sum would be no number."""
