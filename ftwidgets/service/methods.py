"""How a request says what a job shall learn by: its method, and the hyperparameters of that."""

from __future__ import annotations

from typing import Any, cast, get_args

from ftwidgets.data.cost.hyperparameters import Hyperparameters
from ftwidgets.data.terms import Method
from ftwidgets.service.wire import Record, WireError, integer, mapping, number

METHODS: tuple[str, ...] = get_args(Method)

HIGHEST = {"learning_rate_multiplier": 1000.0, "beta": 2.0}
"""The first is our choice: OpenAI wants it above 0 only."""


def asked_for(body: Record) -> Hyperparameters:
    """The method and its hyperparameters that a request to create a job asks for.

    They stand in the method's own block, else, as in older requests, at the top. Blocks of other methods do not matter.

    Raises:
        WireError: there is no such method here, or a value is none of those that it takes.
    """
    block = mapping(body, "method")
    method = block.get("type") or "supervised"
    if method not in METHODS:
        raise WireError(400, _no_method(method), param="method")
    own = mapping(mapping(block, method, place="method"), "hyperparameters", place="method")
    given = own or mapping(body, "hyperparameters")
    chosen = {name: None if value == "auto" else value for name, value in given.items()}
    names = list(Hyperparameters(method=cast("Method", method)).wire())
    for name, value in chosen.items():
        if value is not None and name not in names:
            message = f"A {method} job has no hyperparameter {name!r:.60}; it has {', '.join(names)}."
            raise WireError(400, message, param=f"hyperparameters.{name:.60}")
    return Hyperparameters(
        integer(chosen, "n_epochs", 1, 50, place="hyperparameters.n_epochs"),
        integer(chosen, "batch_size", 1, 256, place="hyperparameters.batch_size"),
        _above_zero(chosen, "learning_rate_multiplier"),
        _above_zero(chosen, "beta") if "beta" in names else None,
        cast("Method", method),
    )


def block_of(chosen: Hyperparameters) -> Record:
    """The `method` of a job's record."""
    return {"type": chosen.method, chosen.method: {"hyperparameters": chosen.wire()}}


def _above_zero(chosen: dict[str, Any], name: str) -> float | None:
    value = number(chosen, name, 0, HIGHEST[name], place=f"hyperparameters.{name}")
    if value == 0:
        raise WireError(400, f"Invalid 'hyperparameters.{name}': it must be above 0.", param=f"hyperparameters.{name}")
    return value


def _no_method(method: object) -> str:
    if method == "reinforcement":
        return (
            "Reinforcement fine-tuning is not available on this service: it trains from answers that are given, "
            "with the method 'supervised' or 'dpo'."
        )
    return f"The method {method!r:.60} is not available on this service; use 'supervised' or 'dpo'."
