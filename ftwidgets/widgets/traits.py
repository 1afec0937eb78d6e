"""What may be set in an explorer: the kinds of its traits, each of which refuses what cannot be in one sentence."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import wraps
from typing import Any

import traitlets

from ftwidgets.data.rules.explanation import explanation
from ftwidgets.data.tokens.counting import counter_for
from ftwidgets.errors import InputError
from ftwidgets.widgets.sought import ends


class RefusedError(InputError, traitlets.TraitError):
    """A value that a trait does not take: traitlets puts back what was there before for an error of its own alone."""


def refusing(validator: Callable[..., Any]) -> Callable[..., Any]:
    """A validator whose InputError is one of traitlets' too."""

    @wraps(validator)
    def checked(*arguments: Any) -> Any:
        try:
            return validator(*arguments)
        except InputError as error:
            raise RefusedError(str(error)) from None

    return checked


class LineTrait(traitlets.TraitType[Any, Any]):
    """The line of a row of the explorer's data; None where they have no row."""

    def validate(self, explorer: Any, value: Any) -> int | None:
        """The line as an int, whatever kind of whole number it is."""
        numbers = explorer.dataset.index.number
        if value is None and not len(numbers):
            return None
        line = _whole(value)
        if line is None:
            raise RefusedError(f"{value!r:.40} is not the number of a line. Set 'selected' to a whole number.")
        if not len(numbers):
            raise RefusedError(f"{explorer.dataset.name} has no rows: none can be selected.")
        if line not in numbers:
            first, last = numbers[0], numbers[-1]
            raise RefusedError(
                f"{explorer.dataset.name} has no row in line {line}. Its rows are in the lines {first} to {last}."
            )
        return line


class RuleTrait(traitlets.Unicode[str, str]):
    """The id of a rule, or nothing."""

    def validate(self, obj: Any, value: Any) -> str:
        """The id; what is no rule is refused."""
        if text := super().validate(obj, value):
            refusing(explanation)(text)
        return text


class BarsTrait(traitlets.Dict):
    """Bars of charts, by where they begin and end."""

    def validate(self, obj: Any, value: Any) -> dict[str, Any]:
        """Each chart's two ends."""
        found: dict[str, Any] = refusing(ends)(super().validate(obj, value))
        return found


class ModelTrait(traitlets.Unicode[Any, Any]):
    """A model whose tokens can be counted, or None."""

    def validate(self, obj: Any, value: Any) -> Any:
        """The id; what nobody knows how to count is refused."""
        refusing(counter_for)(super().validate(obj, value))
        return value


def _whole(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None
