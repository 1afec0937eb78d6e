"""How long a job would take: from the data, and from what was measured on the service's machine."""

from __future__ import annotations

from typing import Any

import numpy as np

from ftwidgets.data import Dataset, faults, load
from ftwidgets.data.hyperparameters import Hyperparameters
from ftwidgets.effort import MOST_MEASURED, MOST_ROWS, steps_an_epoch
from ftwidgets.errors import InputError
from ftwidgets.rates import Rate
from ftwidgets.run.client import Client
from ftwidgets.run.extension import demand
from ftwidgets.run.forecast import Estimate
from ftwidgets.run.launching import Source

MOST_BYTES = 1_000_000
"""What is sent of a file: enough to tell how long its rows are, on average."""

ELSEWHERE = "How long it takes cannot be known for this host."


def estimate(
    client: Client,
    train: Source,
    validation: Source | None = None,
    *,
    model: str = "smollm2-135m-instruct",
    n_epochs: int | str = "auto",
    batch_size: int | str = "auto",
) -> Estimate:
    """How many steps and tokens the job would have that `launch` starts with the same words, and how long it takes.

    The time follows from jobs that were trained on the service's machine; where none was, it is unknown. Of a long
    file a sample is sent, the same one each time.

    Raises:
        InputError: the job would fail, or the service refuses; the message says why.
        ServiceError: nothing answers at the client's address.
    """
    rows, watched = _sound(train), _sound(validation, fewest=1) if validation is not None else None
    body = {
        "model": model,
        "training": sample(rows, MOST_ROWS),
        "examples": len(rows),
        "n_epochs": n_epochs,
        "batch_size": batch_size,
    }
    if watched is not None:
        body |= {"validation": sample(watched, MOST_ROWS), "validation_examples": len(watched)}
    reply = demand(client, "estimate", body)
    if reply is None or "steps" not in reply:
        return _elsewhere(model, len(rows), n_epochs, batch_size)
    fields = {name: reply[name] for name in ("base", "steps", "n_epochs", "batch_size", "tokens", "seconds")}
    rate = Rate(**reply["rate"]) if reply["rate"] else None
    return Estimate(
        rows=len(rows),
        low=reply["low"],
        high=reply["high"],
        rate=rate,
        unknown=_unknown(reply),
        can_measure=reply["fetched"] and rate is None,
        **fields,
    )


def measure(
    client: Client, train: Source, *, model: str = "smollm2-135m-instruct", batch_size: int | str = "auto"
) -> Rate:
    """Measure how fast the service's machine trains `model` on some of these rows; what they teach is thrown away.

    Takes about 15 s on two cores with the default model. Nothing is measured while a job trains or waits.

    Raises:
        InputError: the service refuses, and says why.
        ServiceError: nothing answers at the client's address, or its host has no such thing.
    """
    body = {"model": model, "rows": sample(_sound(train), MOST_MEASURED), "batch_size": batch_size}
    reply = demand(client.with_options(max_retries=0), "measure", body)
    if reply is None or "rate" not in reply:
        raise InputError(f"{ELSEWHERE} Only the service that ftwidgets brings along can measure its machine.")
    return Rate(**reply["rate"])


def sample(data: Dataset, most: int) -> list[Any]:
    """Up to `most` of the examples, drawn evenly and always the same, small enough to send; in the file's order."""
    order = np.random.default_rng(0).permutation(len(data))[:most].tolist()
    ends = np.cumsum([len(data.rows[n].raw) for n in order])
    fitting = max(1, int(np.searchsorted(ends, MOST_BYTES, side="right")))
    return [data.rows[n].value for n in sorted(order[:fitting])]


def _sound(source: Source, fewest: int = 10) -> Dataset:
    """The data, in which a job finds no fault."""
    data = source if isinstance(source, Dataset) else load(source)
    errors = faults(data, fewest=fewest).errors
    if errors:
        others = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        raise InputError(f"{errors[0]} The job would fail.{others}")
    return data


def _unknown(reply: dict[str, Any]) -> str | None:
    """Why the time is unknown; None where it is known."""
    if reply["seconds"] is not None:
        return None
    if not reply["fetched"]:
        return f"The model {reply['base']} is not on this machine yet: how long it takes is not known."
    return f"No job has been trained on this machine yet with {reply['base']}: its speed is not known."


def _elsewhere(model: str, rows: int, n_epochs: int | str, batch_size: int | str) -> Estimate:
    chosen = Hyperparameters(_number("n_epochs", n_epochs), _number("batch_size", batch_size)).resolved(rows)
    assert chosen.n_epochs and chosen.batch_size  # resolved
    return Estimate(
        base=model,
        rows=rows,
        steps=chosen.n_epochs * steps_an_epoch(rows, chosen.batch_size),
        n_epochs=chosen.n_epochs,
        batch_size=chosen.batch_size,
        unknown=ELSEWHERE,
    )


def _number(name: str, value: int | str) -> int | None:
    if value == "auto":
        return None
    if not isinstance(value, int) or value < 1:
        raise InputError(f"{name} is {value!r}. Use 'auto' or a whole number from 1.")
    return value
