"""What a job would take, from the data alone: no service and no engine is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ftwidgets import rates
from ftwidgets.bases.catalogue import DEFAULT, is_fetched
from ftwidgets.data.cost.forecast import Estimate
from ftwidgets.data.cost.hyperparameters import Hyperparameters
from ftwidgets.data.cost.notice import is_past, notice
from ftwidgets.data.cost.offer import HERE, Offer
from ftwidgets.data.cost.prices import OWN, Own, Price, known_prices
from ftwidgets.data.cost.workload import SAMPLE, Files, Workload, over
from ftwidgets.data.loading import Loadable
from ftwidgets.data.survey import Survey
from ftwidgets.data.terms import FEWEST
from ftwidgets.data.tokens.counting import Counter, base_of, counter_for
from ftwidgets.data.tokens.encoding import encoding_for
from ftwidgets.effort import effort, steps_an_epoch
from ftwidgets.errors import FtwidgetsError, MissingExtraError
from ftwidgets.home import home as home_folder
from ftwidgets.quantities import count
from ftwidgets.rates import Forecast


def estimate(
    train: Loadable | Survey,
    validation: Loadable | Survey | None = None,
    *,
    model: str | None = None,
    n_epochs: int | str = "auto",
    batch_size: int | str = "auto",
    prices: Own | None = None,
    home: Path | None = None,
) -> Estimate:
    """How many steps and tokens a job with these data has, what hosts take for it, and how long this machine would.

    `model` is an OpenAI id or a base; by default the local one. The time follows from jobs that were trained here;
    where none was, it is unknown. `prices` are your own: dollars a million tokens by model or host, or a TOML file.
    Rows with an error are left out. What a check knew already is not looked at again: give its `surveys`.

    Raises:
        InputError: there is no such file; or how the model counts is not known; or a number or price is none.
    """
    known = known_prices(prices)
    chosen = Hyperparameters.chosen(n_epochs, batch_size)
    place = home_folder(home)
    files = Files(train, validation)
    counter = counter_for(model, place)
    work = files.work(counter)
    epochs, size = _resolved(chosen, work.examples)
    here = _here(files, model, place, epochs, size)
    shown = here if model is None or encoding_for(model) is None else Local(DEFAULT, unknown=_elsewhere(here, chosen))
    return Estimate(
        base=here.base if shown is here else str(model),
        rows=work.examples,
        steps=epochs * steps_an_epoch(work.used, size),
        n_epochs=epochs,
        batch_size=size,
        tokens=epochs * work.tokens,
        seconds=shown.time.seconds,
        low=shown.time.low,
        high=shown.time.high,
        rate=shown.rate,
        unknown=shown.unknown,
        trained=epochs * work.trained,
        counted=counter.name,
        offers=(here.offer, *_offers(files, known, model, counter, epochs)),
        notes=tuple(_notes(files, counter, work, model)),
    )


@dataclass(frozen=True)
class Local:
    """What the job would be on this machine: `tokens` of all epochs, and its time, as far as they are known."""

    base: str
    tokens: int | None = None
    time: Forecast = field(default_factory=Forecast)
    rate: rates.Rate | None = None
    unknown: str | None = None

    @property
    def offer(self) -> Offer:
        """The same beside what other hosts would take."""
        return Offer(HERE, self.base, self.tokens, 0.0, confirmed=True, time=self.time, unknown=self.unknown)


def _resolved(chosen: Hyperparameters, examples: int) -> tuple[int, int]:
    resolved = chosen.resolved(examples)
    assert resolved.n_epochs and resolved.batch_size  # resolved
    return resolved.n_epochs, resolved.batch_size


def _here(files: Files, model: str | None, home: Path, epochs: int, size: int) -> Local:
    """The job on this machine; with an OpenAI model, on the base that stands in for it."""
    base = DEFAULT if model is None or encoding_for(model) else base_of(model)
    if not is_fetched(base, home / "bases"):
        return Local(base, unknown=not_fetched(base))
    try:
        counter = counter_for(base, home)
        training, validation = files.share(counter), files.share(counter, 1)
    except MissingExtraError as error:
        return Local(base, unknown=f"How long it takes here is not known. {error}")
    except FtwidgetsError as error:
        return Local(base, unknown=str(error))
    known = rates.measured(home / "compiled", base, size)
    job = effort(training, validation, n_epochs=epochs, batch_size=size)
    sampled = None if files.is_counted(counter) else f"Its tokens are told by {count(SAMPLE)} of the rows."
    told = " ".join(part for part in (sampled, None if known else not_measured(base)) if part)
    return Local(base, round(job.tokens), rates.forecast(known, job, size), rates.rate_of(known), told or None)


def not_fetched(base: str) -> str:
    """Why the time is unknown where the base is not here."""
    return f"The model {base} is not on this machine yet: how long it takes is not known."


def not_measured(base: str) -> str:
    """Why the time is unknown where no job has told how fast the machine is."""
    return f"No job has been trained on this machine yet with {base}: its speed is not known."


def _elsewhere(here: Local, chosen: Hyperparameters) -> str:
    steps = "" if chosen.batch_size else " Nor is the batch size that it chooses: the steps are told for that of ours."
    return f"How long OpenAI takes is not known.{steps} On this machine {here.base} stands in."


def _offers(files: Files, known: Iterable[Price], model: str | None, counter: Counter, epochs: int) -> list[Offer]:
    """What hosts would take: those that still train, the model that was asked for, and a person's own."""
    asked = model if model is not None and encoding_for(model) else None
    found = [price for price in known if _is_shown(price, asked)]
    if asked and not any(price.is_of(asked) for price in found):
        found.append(Price("OpenAI", asked))
    return [_offer(files, price, counter, epochs) for price in sorted(found, key=lambda one: not _is_asked(one, asked))]


def _is_asked(price: Price, asked: str | None) -> bool:
    return asked is not None and price.is_of(asked)


def _is_shown(price: Price, asked: str | None) -> bool:
    if price.source == OWN or _is_asked(price, asked):
        return True
    return asked is None and not (price.ends and is_past(price.ends))


def _offer(files: Files, price: Price, counter: Counter, epochs: int) -> Offer:
    own = counter_for(price.model) if price.model and encoding_for(price.model) else counter
    told = None if own is not counter or price.model else f"Its tokens are taken to be those of {counter.name}."
    return Offer(
        price.host,
        price.model,
        epochs * files.work(own).billed,
        price.per_million,
        price.confirmed,
        price.as_of,
        price.source,
        ends=price.ends,
        unknown=told,
    )


def _notes(files: Files, counter: Counter, work: Workload, model: str | None) -> Iterable[str]:
    left_out = files.rows - work.examples
    if left_out:
        yield f"{count(left_out, 'row')} with an error left out: with them the job would fail. See ft.check."
    if work.examples < FEWEST:
        yield f"The job would fail: it has {count(work.examples, 'example')}, and needs at least {FEWEST}."
    cut = len(over(files.survey(counter), counter.context))
    if cut:
        yield f"{count(cut, 'row')} longer than the context of {count(counter.context or 0)} tokens: see ft.profile."
    yield notice(model) or notice() or ""
