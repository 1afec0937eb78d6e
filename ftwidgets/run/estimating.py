"""How long a job would take: asked of the service, or told from the data alone."""

from __future__ import annotations

from typing import Any, overload

from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.data import Dataset
from ftwidgets.data.cost import estimating
from ftwidgets.data.cost.estimating import not_fetched, not_measured
from ftwidgets.data.cost.forecast import Estimate
from ftwidgets.data.cost.hyperparameters import Hyperparameters
from ftwidgets.data.cost.notice import notice
from ftwidgets.data.cost.prices import Own
from ftwidgets.data.loading import Loadable
from ftwidgets.data.soundness import sound
from ftwidgets.data.survey import Survey
from ftwidgets.effort import MOST_MEASURED, MOST_ROWS, steps_an_epoch
from ftwidgets.errors import InputError
from ftwidgets.rates import Rate
from ftwidgets.run.client import Client
from ftwidgets.run.extension import demand
from ftwidgets.run.launching import Source

MOST_BYTES = 1_000_000
"""What is sent of a file: enough to tell how long its rows are, on average."""

ELSEWHERE = "How long it takes cannot be known for this host."


@overload
def estimate(
    train: Loadable | Survey,
    validation: Loadable | Survey | None = None,
    /,
    *,
    model: str | None = None,
    n_epochs: int | str = "auto",
    batch_size: int | str = "auto",
    prices: Own | None = None,
) -> Estimate: ...
@overload
def estimate(
    client: Client,
    train: Source,
    validation: Source | None = None,
    /,
    *,
    model: str | None = None,
    n_epochs: int | str = "auto",
    batch_size: int | str = "auto",
) -> Estimate: ...
def estimate(
    first: Any,
    second: Any = None,
    third: Any = None,
    /,
    *,
    model: str | None = None,
    n_epochs: int | str = "auto",
    batch_size: int | str = "auto",
    prices: Own | None = None,
) -> Estimate:
    """How many steps and tokens a job has, and how long it takes: `estimate(train, validation)`, without a service.

    With a client first, `estimate(client, train, validation)`, the service is asked about the job that `launch` starts
    with the same words; of a long file a sample is sent, the same one each time. The time follows from jobs that were
    trained on the machine; where none was, it is unknown. Without a client the estimate tells what hosts take, too:
    `prices` are your own, dollars a million tokens by model or host, or a TOML file. `model` is an OpenAI id or a base.

    Raises:
        InputError: with a client, the job would fail, or the service refuses; without one, there is no such file, or
            how the model counts is not known. The message says why.
        ServiceError: nothing answers at the client's address.
    """
    chosen: dict[str, Any] = {"n_epochs": n_epochs, "batch_size": batch_size}
    if not hasattr(first, "fine_tuning"):
        if third is not None:
            raise InputError(f"{first!r:.60} is not a client. Give a client first, or the data: ft.estimate(train).")
        return estimating.estimate(first, second, model=model, prices=prices, **chosen)
    if second is None:
        raise InputError("Which data the job has is missing. Write: ft.estimate(client, train)")
    if prices is not None:
        raise InputError("Prices are told without a client. Write: ft.estimate(train, prices=...)")
    return _asked(first, second, third, model or DEFAULT, chosen)


def _asked(
    client: Client, train: Source, validation: Source | None, model: str, chosen: dict[str, int | str]
) -> Estimate:
    """What the service says."""
    rows, watched = sound(train), sound(validation, fewest=1) if validation is not None else None
    body = {"model": model, "training": _sent(rows, MOST_ROWS), "examples": len(rows)} | chosen
    if watched is not None:
        body |= {"validation": _sent(watched, MOST_ROWS), "validation_examples": len(watched)}
    reply = demand(client, "estimate", body)
    if reply is None or "steps" not in reply:
        return _elsewhere(model, len(rows), Hyperparameters.chosen(**chosen))
    names = ("base", "steps", "n_epochs", "batch_size", "tokens", "seconds", "low", "high")
    rate = Rate(**reply["rate"]) if reply["rate"] else None
    return Estimate(
        rows=len(rows),
        rate=rate,
        unknown=_unknown(reply),
        can_measure=reply["fetched"] and rate is None,
        **{name: reply[name] for name in names},
    )


def measure(client: Client, train: Source, *, model: str = DEFAULT, batch_size: int | str = "auto") -> Rate:
    """Measure how fast the service's machine trains `model` on some of these rows; what they teach is thrown away.

    Takes about 15 s on two cores with the default model. Nothing is measured while a job trains or waits.

    Raises:
        InputError: the service refuses, and says why.
        ServiceError: nothing answers at the client's address, or its host has no such thing.
    """
    body = {"model": model, "rows": _sent(sound(train), MOST_MEASURED), "batch_size": batch_size}
    reply = demand(client.with_options(max_retries=0), "measure", body)
    if reply is None or "rate" not in reply:
        raise InputError(f"{ELSEWHERE} Only the service that ftwidgets brings along can measure its machine.")
    return Rate(**reply["rate"])


def _sent(data: Dataset, most: int) -> list[Any]:
    """Up to `most` of the examples, drawn evenly and always the same, small enough to send; in the file's order."""
    return data.sample(most, most_bytes=MOST_BYTES).examples


def _unknown(reply: dict[str, Any]) -> str | None:
    """Why the time is unknown; None where it is known."""
    if reply["seconds"] is not None:
        return None
    return not_measured(reply["base"]) if reply["fetched"] else not_fetched(reply["base"])


def _elsewhere(model: str, rows: int, chosen: Hyperparameters) -> Estimate:
    """What is known of a job on another host, which has no tokenizer of ours and tells no rate."""
    decided = chosen.resolved(rows)
    assert decided.n_epochs and decided.batch_size  # resolved
    told = notice(model)
    return Estimate(
        base=model,
        rows=rows,
        steps=decided.n_epochs * steps_an_epoch(rows, decided.batch_size),
        n_epochs=decided.n_epochs,
        batch_size=decided.batch_size,
        unknown=ELSEWHERE,
        notes=(told,) if told else (),
    )
