"""The check: holds data sets against the rules, about their format exactly as the service does before it trains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ftwidgets.data.aside import Aside
from ftwidgets.data.beside import Beside
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.examination import rules_of
from ftwidgets.data.findings import Findings
from ftwidgets.data.hits import Hits, hits_of_file, hits_of_parts, sorted_by_place
from ftwidgets.data.kinds import Kind, kind_of
from ftwidgets.data.loading import Heard, Loadable, load
from ftwidgets.data.progress import bar
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.survey import Survey
from ftwidgets.data.surveying import looked_at
from ftwidgets.data.terms import FEWEST, Method, Terms
from ftwidgets.data.tokens.counting import Counter, counter_for


def check(
    train: Loadable,
    validation: Loadable | None = None,
    test: Loadable | None = None,
    *,
    fewest: int = FEWEST,
    method: Method | None = None,
    n_epochs: int | None = None,
    model: str | None = None,
    texts: bool = True,
    heard: Heard | None = None,
) -> Findings:
    """Hold data sets against the rules; an error is found exactly where a job with these files would fail.

    With a validation or a test file, rows are found too that are in more than one of them. `fewest` is how many
    examples a training file needs. `method` is the job's; by default that which the first example is for. Tokens are
    counted as `model` counts them: an OpenAI id or a local base; by default the local one, where it is here. Without
    `texts` no text is judged: neither near-duplicates nor languages, personal data and the like are looked for.
    `heard` hears how many rows of a file were looked at, of how many, where a progress bar would be written otherwise.

    Raises:
        InputError: there is no such file, or it cannot be read; or how the model counts is not known.
    """
    parts = [load(train), *(load(one) for one in (validation, test) if one is not None)]
    counter = counter_for(model)
    terms = terms_of(parts[0], fewest, method, n_epochs)
    terms = replace(terms, texts=texts, model=model, counted=counter.name, context=counter.context)
    sieve = text_sieve() if texts else None
    of_parts = [terms, *(held_out(terms, data) for data in parts[1:])]
    depth = Depth(counter, sieve, heard)
    found = [_checked(data, of_part, depth) for data, of_part in zip(parts, of_parts, strict=True)]
    surveys = [survey for survey, _ in found]
    between = [between_files(surveys, n) for n in range(len(surveys))]
    hits = [sorted_by_place([own, *others]) for (_, own), others in zip(found, between, strict=True)]
    return Findings(surveys, hits_of_parts(hits))


def faults(data: Dataset, *, fewest: int = FEWEST, method: Method = "supervised") -> Findings:
    """Only what a job would fail of, and the warnings about the format that come with it: what the service looks at."""
    survey, hits = _checked(data, terms_of(data, fewest, method, None), None)
    return Findings([survey], hits)


@dataclass(frozen=True)
class Depth:
    """What is looked at besides the format: tokens with a counter, and texts where there is a sieve."""

    counter: Counter
    sieve: Sieve | None
    heard: Heard | None = None


@contextmanager
def _progress(data: Dataset, heard: Heard | None) -> Iterator[Callable[[int], None]]:
    if heard is not None:
        told = heard
        yield lambda done: told(done, len(data))
        return
    with bar(f"Checking {data.name}", len(data), " rows") as shown:
        yield shown


def _checked(data: Dataset, terms: Terms, depth: Depth | None) -> tuple[Survey, Hits]:
    """Hold one data set against the rules about rows and files; without a `depth`, only against those of the format."""
    counter, sieve = (depth.counter, depth.sieve) if depth else (None, None)
    beside = Beside(data) if sieve else None
    try:
        with _progress(data, depth.heard if depth else None) as heard:
            facts, hits = looked_at(data, terms, counter=counter, sieve=sieve, heard=heard)
        survey = Survey(data, terms, facts, beside.result() if beside else Aside.nothing())
    finally:
        if beside:
            beside.end()
    data.__dict__["kinds"] = facts.kind
    whole = [hits_of_file(rule, rule.find(survey)) for rule in rules_of("file") if depth or rule.level == "error"]
    return survey, sorted_by_place([*whole, hits])


def text_sieve() -> Sieve:
    """The sieve with which texts are looked at."""
    return Sieve(rule.hint for rule in rules_of("text") if rule.hint)


def between_files(surveys: list[Survey], part: int) -> list[Hits]:
    """What is found in one file, held against each that comes after it."""
    return [
        hits_of_file(rule, rule.find(surveys[part], surveys[other]), against=other)
        for other in range(part + 1, len(surveys))
        for rule in rules_of("between")
        if surveys[part].terms.texts or rule.id != "leak-near"
    ]


def held_out(terms: Terms, data: Dataset) -> Terms:
    """The terms of a validation or test file: one row is enough, and its own first example decides its format."""
    return replace(terms.watching, kind=terms_of(data, 1, None, None).kind)


def terms_of(data: Dataset, fewest: int, method: Method | None, n_epochs: int | None) -> Terms:
    """The format of the first example that has one decides what the others should have."""
    kind: Kind = next((kind for kind in map(kind_of, data) if kind != "unknown"), "unknown")
    return Terms(kind, method or ("dpo" if kind == "preference" else "supervised"), fewest, n_epochs)
