"""Fixes: what the rules can mend by themselves, applied in rounds until nothing is left to mend."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ftwidgets.data.changes.change import changed, places_of
from ftwidgets.data.changes.fitting import Changes, of_file, of_rows
from ftwidgets.data.changes.rechecking import OF_FILES, relooked, row_hits
from ftwidgets.data.changes.steps import Step, merged, named
from ftwidgets.data.checks import terms_of, text_sieve
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.examination import rules_of
from ftwidgets.data.findings import Findings
from ftwidgets.data.hits import Hits
from ftwidgets.data.loading import Loadable, load
from ftwidgets.data.rules import RULES, Rule
from ftwidgets.data.rules.rule import Spot
from ftwidgets.data.survey import Survey
from ftwidgets.data.surveying import looked_at
from ftwidgets.data.terms import FEWEST, Method
from ftwidgets.errors import InputError
from ftwidgets.quantities import count

ROUNDS = 5
"""So often all rules are applied one after another: what one of them mends may let another find something."""


class Known(NamedTuple):
    """A data set in the midst of its mending: its survey, and what the rules about rows find in it."""

    survey: Survey
    hits: Hits
    others: tuple[Survey, ...] = ()

    @property
    def data(self) -> Dataset:
        """The rows as they are now."""
        return self.survey.data


def fix(
    data: Loadable,
    *rules: str,
    findings: Findings | None = None,
    lines: Collection[int] | None = None,
    fewest: int = FEWEST,
    method: Method | None = None,
    n_epochs: int | None = None,
) -> Dataset:
    """Mend what the rules find and can mend: without `rules` all that is safe, else whatever these can.

    A fix is safe where nothing is lost that the model should learn. Nothing is written to the file; each rule that
    changed something is one of the `steps` of what is returned, and can be undone. What is mended once stays so: fixing
    again changes nothing. No fix makes an error, unless it mends one: dropping rows stops where a job would have too
    few.

    Args:
        data: a data set, or whatever `load` takes.
        rules: the ids of rules.
        findings: all that `check` found in these very data, so that they need not be looked at again; its terms hold.
            Needed for rules between files, such as rows that are in the validation file too.
        lines: only these.
        fewest: how many examples the job needs, as for `check`.
        method: the job's, as for `check`.
        n_epochs: the job's, as for `check`.

    Raises:
        InputError: there is no such rule or line, it cannot mend anything, or its fix would leave too few examples.
    """
    data = load(data)
    chosen = fixable(rules)
    if lines is not None:
        places_of(data, lines)
    asked = None if lines is None else tuple(sorted({int(line) for line in lines}))
    if findings is None:
        terms = terms_of(data, fewest, method, n_epochs)
        look = looked_at(data, terms, sieve=text_sieve())
        known = Known(Survey(data, terms, look.facts), look.hits)
        return _in_rounds(known, chosen, asked, bool(rules))
    part = part_of(findings, data)
    own = findings.where(part=part)
    known = Known(findings.surveys[part], row_hits(own.hits), findings.surveys[part + 1 :])
    return _in_rounds(known, chosen, asked, bool(rules))


def fixable(names: Iterable[str] = ()) -> list[Rule]:
    """The rules of these ids, or all whose fix is safe, in the order in which they are held against a row.

    Raises:
        InputError: there is no such rule, or it cannot mend anything.
    """
    can = {name: rule for name, rule in RULES.items() if rule.mend is not None}
    for name in names:
        if not isinstance(name, str) or name not in can:
            what = "has no fix" if isinstance(name, str) and name in RULES else "is no rule"
            raise InputError(f"{name!r:.60} {what}. What can be fixed: {', '.join(sorted(can))}.")
    wanted = set(names)
    return [rule for name, rule in can.items() if (name in wanted if wanted else rule.safe and rule.scope != "between")]


def part_of(findings: Findings, data: Dataset) -> int:
    """Which of the data sets that were checked this is.

    Raises:
        InputError: it is none of them.
    """
    for number, survey in enumerate(findings.surveys):
        if survey.data is data:
            return number
    raise InputError("The findings are of other data. Give those of check(data), or leave them out.")


def _in_rounds(known: Known, rules: list[Rule], asked: tuple[int, ...] | None, told: bool) -> Dataset:
    for _ in range(ROUNDS if len(rules) > 1 else 1):
        before = known
        for rule in rules:
            known = fixed(known, rule, asked, told)
        if known is before:
            break
    return known.data


def fixed(known: Known, rule: Rule, asked: tuple[int, ...] | None, told: bool = False) -> Known:
    """The data after the fix of one rule, as one step; the same where nothing was mended.

    Raises:
        InputError: the fix would leave too few examples, where that is to be `told`.
    """
    begun = known
    words: dict[str, None] = {}
    for _ in range(ROUNDS):
        changes = _changes(known, rule, asked)
        data = changed(known.data, "", "fix", replaced=changes.replaced, dropped=changes.dropped, rule=rule.id)
        if data is known.data:
            break
        look, terms = relooked(known.survey, known.hits, data, sieve=text_sieve())
        known = known._replace(survey=Survey(data, terms, look.facts), hits=look.hits)
        words |= dict.fromkeys(changes.words)
    if known is begun:
        return begun
    if why := _against(begun.survey, known.survey, rule):
        if not told:
            return begun
        raise InputError(f"The fix of '{rule.id}' was not made: {why}")
    data = _in_one_step(begun, known.data, rule, list(words), asked)
    data.__dict__["kinds"] = known.survey.facts.kind
    return known._replace(survey=replace(known.survey, data=data))


def _in_one_step(begun: Known, data: Dataset, rule: Rule, words: list[str], asked: tuple[int, ...] | None) -> Dataset:
    steps = data.steps[len(begun.data.steps) :]
    touched, before, after, gone = merged(begun.data.index, data.index, steps)
    what = f"{', '.join(words[:2])}{', …' if len(words) > 2 else ''}"
    terms = None if rule.scope == "between" else begun.survey.terms
    there = set() if asked is None else set(begun.data.index.number.tolist())  # a rule before may have dropped some
    asked = None if asked is None else tuple(line for line in asked if line in there)
    step = Step(what, "fix", touched, before, after, gone, steps[0].added, rule.id, asked, terms)
    return data.remade(data.index, (*begun.data.steps, step))


def _changes(known: Known, rule: Rule, asked: tuple[int, ...] | None) -> Changes:
    numbers = known.data.index.number
    may = np.ones(len(numbers), bool) if asked is None else np.isin(numbers, asked)
    if rule.scope in OF_FILES:
        return of_file(known.survey, rule, known.others, may)
    places = np.unique(known.hits["place"][known.hits["rule"] == rule.number])
    return of_rows(known.survey, rule, places[may[places]])


def _against(before: Survey, after: Survey, rule: Rule) -> str:
    """Why a fix should not be made: what would be an error then and was none; nothing where it may be."""
    numbers, was = after.data.index.number, before.data.index.number
    worse = numbers[~after.facts.sound & np.isin(numbers, was[before.facts.sound])]
    if len(worse):  # the first row decides which format the others should have
        return f"the job would then fail of {named(worse.tolist())}, whose format would not be the first example's."
    new = {} if rule.level == "error" else _file_errors(after)
    left = f"{count(len(before), 'row')} would be {count(len(after))}, and the job would fail."
    return next((f"{left} {message}" for name, message in new.items() if name not in _file_errors(before)), "")


def _file_errors(survey: Survey) -> dict[str, str]:
    """The errors of the file as a whole, by their rules."""
    found = {}
    for rule in rules_of("file"):
        if rule.level == "error" and rule.tell:
            spots = rule.find(survey)
            if len(spots.place):
                found[rule.id] = rule.tell(survey, Spot(*(column[0] for column in spots))).message
    return found
