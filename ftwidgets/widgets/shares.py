"""The shares of a split: as a person types them, as Python writes them, and what each part then holds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data import Dataset
from ftwidgets.errors import InputError
from ftwidgets.quantities import count
from ftwidgets.widgets.labels import Labels

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Shares:
    """The parts of 1 that validation and test take, and the seed that decides which rows.

    With `stratify` each part has of each label the share that all rows have.
    """

    validation: float
    test: float
    seed: int
    stratify: bool = False

    def parts(self, data: Dataset) -> tuple[Dataset, ...]:
        """`data` split so: train and validation, and test where its share is above 0."""
        return data.split(self.validation, self.test, self.seed, stratify=self.stratify)

    @property
    def code(self) -> str:
        """The same in Python."""
        names = ", ".join(PARTS if self.test else PARTS[:2])
        more = ", stratify=True" if self.stratify else ""
        return f"{names} = data.split(validation={self.validation!r}, test={self.test!r}, seed={self.seed}{more})"

    def told(self, labels: Labels, parts: Sequence[npt.NDArray[np.int64]]) -> dict[str, Any]:
        """What the split is and gives, as plain values; shares in %. `parts` are the places of each part's rows."""
        told: dict[str, Any] = asdict(self) | {"labels": list(labels.names), "parts": [], "problem": ""}
        told |= {"validation": _percent(self.validation), "test": _percent(self.test)}
        if not parts:
            return told | {"words": "split: not possible with these rows"}
        named = dict(zip(PARTS, parts, strict=False))
        sizes = " · ".join(f"{name} {count(len(part))}" for name, part in named.items())
        rows = [
            {"name": name, "rows": len(part), "counts": labels.counts(part) if labels.names else []}
            for name, part in named.items()
        ]
        return told | {"words": f"split: {sizes}, seed {self.seed}", "parts": rows}


def places_of(data: Dataset, part: Dataset) -> npt.NDArray[np.int64]:
    """Where the rows of a part are in the whole."""
    return np.flatnonzero(np.isin(data.index.number, part.index.number))


def asked(values: Mapping[str, Any]) -> Shares:
    """The shares that a person typed, in %, with the seed, and whether labels are shared out evenly.

    Raises:
        InputError: one is not a number, or the seed is not whole.
    """
    numbers = {}
    for name, label in (("validation", "validation share"), ("test", "test share"), ("seed", "seed")):
        value = values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InputError(f"The {label} is not a number. Type one, such as {7 if name == 'seed' else 20}.")
        numbers[name] = value
    if numbers["seed"] != int(numbers["seed"]):
        raise InputError(f"The seed {numbers['seed']} is not a whole number. Use one from 0.")
    shares = round(numbers["validation"] / 100, 6), round(numbers["test"] / 100, 6)
    return Shares(*shares, int(numbers["seed"]), bool(values.get("stratify", False)))


def _percent(share: float) -> float:
    return round(share * 100, 4)
