"""`/ftwidgets/estimate` and `/ftwidgets/measure`: how long a job would take here, from what was measured here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets import rates
from ftwidgets.bases.catalogue import is_fetched
from ftwidgets.data import Dataset, faults, load
from ftwidgets.data.cost.hyperparameters import Hyperparameters
from ftwidgets.data.cost.workload import surveyed, workload
from ftwidgets.data.tokens.counting import LocalCounter
from ftwidgets.effort import MOST_MEASURED, MOST_ROWS, Share, effort, steps_an_epoch
from ftwidgets.errors import FtwidgetsError
from ftwidgets.service.measuring import Trial
from ftwidgets.service.models import look_up, missing
from ftwidgets.service.wire import Record, WireError, body_of, integer, text

MOST_EXAMPLES = 10**9


@dataclass(frozen=True)
class Sample:
    """Some rows of a file that has `examples` of them."""

    rows: Dataset
    examples: int


@dataclass(frozen=True)
class Question:
    """What is asked: a job on `base`, whose folder may not be there yet."""

    base: str
    folder: Path
    training: Sample
    validation: Sample
    n_epochs: int
    batch_size: int


async def estimate(request: Request) -> Response:
    """How many steps and tokens a job has, and how long it would take."""
    body = await body_of(request)
    return JSONResponse(await run_in_threadpool(_estimate, request, body))


async def measure(request: Request) -> Response:
    """Measure this machine's rate with some of the caller's rows."""
    body = await body_of(request)
    return JSONResponse(await run_in_threadpool(_measure, request, body))


def _estimate(request: Request, body: Record) -> Record:
    state = request.app.state
    question = _question(request, body)
    fetched = is_fetched(question.base, state.bases)
    compiled = state.home / "compiled"
    known = rates.measured(compiled, question.base, question.batch_size)
    return {
        "base": question.base,
        "n_epochs": question.n_epochs,
        "batch_size": question.batch_size,
        **(_predicted(question, known) if fetched else _unread(question)),
        "rate": _wire(known),
        "fetched": fetched,
    }


def _question(request: Request, body: Record) -> Question:
    state = request.app.state
    base = _base(request, body)
    training = _sample(body, "training", "examples")
    chosen = _hyperparameters(body).resolved(training.examples)
    assert chosen.n_epochs and chosen.batch_size  # resolved
    validation = _sample(body, "validation", "validation_examples")
    return Question(base, state.bases / base, training, validation, chosen.n_epochs, chosen.batch_size)


def _predicted(question: Question, known: list[rates.Measurement]) -> Record:
    """Steps, tokens and time, by the base's own tokenizer."""
    try:
        counter = LocalCounter(question.base, question.folder.parent)
        training, validation = (_share(part, counter) for part in (question.training, question.validation))
    except FtwidgetsError as error:
        raise WireError(400, str(error)) from error
    work = effort(training, validation, n_epochs=question.n_epochs, batch_size=question.batch_size)
    time = rates.forecast(known, work, question.batch_size)
    return {"steps": work.steps, "tokens": round(work.tokens), **asdict(time)}


def _unread(question: Question) -> Record:
    """What is known without the base's tokenizer."""
    steps = question.n_epochs * steps_an_epoch(question.training.examples, question.batch_size)
    return {"steps": steps, "tokens": None, "seconds": None, "low": None, "high": None}


def _share(sample: Sample, counter: LocalCounter) -> Share:
    """The examples of the whole file that the engine uses, and their tokens, as the sample tells them."""
    return workload(surveyed(sample.rows, counter), counter).share(sample.examples / max(1, len(sample.rows)))


def _measure(request: Request, body: Record) -> Record:
    state = request.app.state
    base = _base(request, body)
    rows = _rows(body, "rows", MOST_MEASURED)
    if not len(rows):
        raise WireError(400, "'rows' is empty: a measurement needs at least one example.", param="rows")
    if not is_fetched(base, state.bases):
        raise WireError(400, f"The model {base} is not on this machine yet. Fetch it with: ftwidgets fetch {base}")
    batch_size = _hyperparameters(body).resolved(len(rows)).batch_size
    assert batch_size  # resolved
    rate = _wire(state.measuring.measure(Trial(state.bases / base, rows, batch_size)))
    return {"base": base, "rate": rate}


def _wire(known: list[rates.Measurement]) -> Record | None:
    rate = rates.rate_of(known)
    return asdict(rate) if rate else None


def _base(request: Request, body: Record) -> str:
    identity = text(body, "model", required=True) or ""
    model = look_up(request, identity)
    if model is None:
        raise missing(identity)
    return model.base


def _hyperparameters(body: Record) -> Hyperparameters:
    chosen = {name: None if value == "auto" else value for name, value in body.items()}
    return Hyperparameters(integer(chosen, "n_epochs", 1, 50), integer(chosen, "batch_size", 1, 256))


def _sample(body: Record, name: str, total: str) -> Sample:
    rows = _rows(body, name, MOST_ROWS)
    examples = integer(body, total, 0, MOST_EXAMPLES)
    examples = len(rows) if examples is None else examples
    if examples < len(rows) or (examples and not len(rows)):
        raise WireError(400, f"'{total}' is {examples}, and '{name}' has {len(rows)} of them.", param=total)
    return Sample(rows, examples)


def _rows(body: Record, name: str, most: int) -> Dataset:
    """The examples in `body[name]`; none where it is missing.

    Raises:
        WireError: they are no list, too many, or one of them could not be trained.
    """
    given = body.get(name)
    if given is None:
        given = []
    if not isinstance(given, list):
        raise WireError(400, f"Invalid '{name}': {given!r:.60} is not a list of examples.", param=name)
    if len(given) > most:
        raise WireError(400, f"'{name}' has {len(given)} rows; send up to {most} of them.", param=name)
    rows = load(given, name)
    errors = faults(rows, fewest=1).errors if given else []
    if errors:
        raise WireError(400, f"Of the rows in '{name}': {errors[0]}", param=name)
    return rows


routes = [
    Route("/estimate", estimate, methods=["POST"]),
    Route("/measure", measure, methods=["POST"]),
]
