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
        return _read(Path(own))
    return tuple(
        Price(
            "OpenAI" if encoding_for(name) else name,
            name if encoding_for(name) else None,
            _amount(name, value),
            source=OWN,
        )
        for name, value in own.items()
    )


def _read(path: Path) -> tuple[Price, ...]:
    try:
        rows = tomllib.loads(path.expanduser().read_text("utf-8")).get("price", [])
        return tuple(_price(row) for row in rows)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path} holds no prices that can be read: {error}. {FORM}") from error


FORM = 'Write each as: [[price]], then host = "…", model = "…", per_million = 3.0 on lines of their own.'


def _price(row: dict[str, Any]) -> Price:
    unknown = sorted(set(row) - {field.name for field in fields(Price)})
    if unknown:
        raise InputError(f"'{unknown[0]}' is not a field of a price. {FORM}")
    if not isinstance(row.get("host"), str):
        raise InputError(f"A price names no host. {FORM}")
    given = row.get("per_million")
    return Price(**row | {"per_million": None if given is None else _amount(row["host"], given)})


def _amount(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise InputError(f"The price of '{name}' is {value!r}. Give it in dollars a million tokens, from 0.")
    return float(value)
