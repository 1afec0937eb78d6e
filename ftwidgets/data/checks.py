"""The check: holds a data set against the rules, about its format exactly as the service does before it trains."""

from __future__ import annotations

from ftwidgets.data.counting import Counter
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.examination import rules_of
from ftwidgets.data.findings import Findings
from ftwidgets.data.hits import hits_of_file, sorted_by_place
from ftwidgets.data.kinds import Kind, kind_of
from ftwidgets.data.loading import Loadable, load
from ftwidgets.data.rules.terms import FEWEST, Method, Terms
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.survey import Survey
from ftwidgets.data.surveying import looked_at


def check(
    data: Loadable, *, fewest: int = FEWEST, method: Method | None = None, n_epochs: int | None = None
) -> Findings:
    """Hold `data` against the rules; an error is found exactly where a job with this training file would fail.

    `fewest` is how many examples a job needs: for a validation file 1. `method` is the job's; by default that which
    the first example is for.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    data = load(data)
    return _checked(data, _terms(data, fewest, method, n_epochs), None, Sieve(_hints()))


def faults(data: Dataset, *, fewest: int = FEWEST, method: Method = "supervised") -> Findings:
    """Only what a job would fail of, and the warnings about the format that come with it: what the service looks at."""
    return _checked(data, _terms(data, fewest, method, None), None, None)


def _checked(data: Dataset, terms: Terms, counter: Counter | None, sieve: Sieve | None) -> Findings:
    facts, hits = looked_at(data, terms, counter=counter, sieve=sieve)
    data.__dict__["kinds"] = facts.kind
    survey = Survey(data, terms, facts)
    whole = [hits_of_file(rule, rule.find(survey)) for rule in rules_of("file") if sieve or rule.level == "error"]
    return Findings(survey, sorted_by_place([*whole, hits]))


def _terms(data: Dataset, fewest: int, method: Method | None, n_epochs: int | None) -> Terms:
    """The format of the first example that has one decides what the others should have."""
    kind: Kind = next((kind for kind in map(kind_of, data) if kind != "unknown"), "unknown")
    return Terms(kind, method or ("dpo" if kind == "preference" else "supervised"), fewest, n_epochs)


def _hints() -> list[str]:
    return [rule.hint for rule in rules_of("text") if rule.hint] or [r"\A\z"]
