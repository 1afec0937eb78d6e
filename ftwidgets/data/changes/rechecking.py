"""The check again, after a change: only rows that were changed or added are looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ftwidgets.data.aside import Aside, moved
from ftwidgets.data.changes.matching import taken_over
from ftwidgets.data.checks import between_files, held_out, text_sieve
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.examination import rules_of
from ftwidgets.data.findings import Findings
from ftwidgets.data.hits import Hits, hits_of_file, hits_of_parts, sorted_by_place
from ftwidgets.data.kinds import KINDS, Kind
from ftwidgets.data.rules import RULES
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.survey import Facts, Survey
from ftwidgets.data.surveying import Look, looked_at
from ftwidgets.data.terms import Method, Terms
from ftwidgets.data.tokens.counting import Counter, counter_for
from ftwidgets.errors import InputError

OF_FILES = ("file", "between")

SOON = 2_000_000
"""Bytes up to which near-duplicates are looked for again after each change."""


def rechecked(findings: Findings, *parts: Dataset) -> Findings:
    """What `check` would find in `parts`, where `findings` are all that it found in the data that they were made of.

    What is known of rows that are the same bytes at the same place is taken over; rules about files are held anew.
    Raises:
        InputError: there are not as many parts as were checked.
    """
    if len(parts) != len(findings.surveys):
        raise InputError(f"{len(findings.surveys)} data sets were checked, and {len(parts)} given. Give each of them.")
    terms, surveys, own = findings.surveys[0].terms, [], []
    sieve = text_sieve() if terms.texts else None
    counter = counter_for(terms.model) if terms.counted else None
    for number, (data, before) in enumerate(zip(parts, findings.surveys, strict=True)):
        known = row_hits(findings.hits[findings.hits["part"] == number])
        of_part = None if number == 0 else held_out(terms, data)
        look, terms_here = relooked(before, known, data, of_part, counter=counter, sieve=sieve)
        terms = terms_here if number == 0 else terms
        data.__dict__["kinds"] = look.facts.kind
        surveys.append(Survey(data, terms_here, look.facts, carried(before, data)))
        whole = [hits_of_file(rule, rule.find(surveys[-1])) for rule in rules_of("file")]
        own.append(sorted_by_place([*whole, look.hits]))
    between = [between_files(surveys, number) for number in range(len(surveys))]
    hits = [sorted_by_place([one, *others]) for one, others in zip(own, between, strict=True)]
    return Findings(surveys, hits_of_parts(hits))


def carried(before: Survey, data: Dataset) -> Aside | None:
    """What is nearly alike in `data`, as far as it was known; None where it is looked at anew, since that is soon done.

    Of large data sets, rows that were changed are held against no others until they are checked from the beginning.
    """
    if not before.terms.texts:
        return Aside.nothing()
    if before.seen is None or int(data.index.length.sum(dtype=np.int64)) <= SOON:
        return None
    return moved(before.seen, taken_over(before.data, data), len(before))


def relooked(
    before: Survey,
    hits: Hits,
    data: Dataset,
    terms: Terms | None = None,
    *,
    counter: Counter | None = None,
    sieve: Sieve | None = None,
) -> tuple[Look, Terms]:
    """What one look at `data` would give, and the terms of it, from the survey `before` and the `hits` in its rows.

    Without `terms` they are those of before, for the format that the first example has now. Where they are others,
    everything is looked at anew.
    """
    origin = taken_over(before.data, data)
    new = np.flatnonzero(origin < 0)
    fresh = looked_at(data.take(new), terms or before.terms, counter=counter, sieve=sieve)
    look = Look(_facts(before.facts, fresh.facts, origin), _hits(hits, fresh.hits, origin))
    now = terms or _terms(before.terms, look.facts)
    if now != before.terms:
        return looked_at(data, now, counter=counter, sieve=sieve), now
    return look, now


def row_hits(hits: Hits) -> Hits:
    """What rules about rows found, of the hits of one part."""
    of_file = [rule.number for rule in RULES.values() if rule.scope in OF_FILES]
    own = hits[~np.isin(hits["rule"], of_file)].copy()
    own["part"] = 0
    return own


def _terms(before: Terms, facts: Facts) -> Terms:
    """The terms for the format that the first example has; its method, where it was that of the format before."""
    known = facts.kind[facts.kind > 0]
    kind: Kind = KINDS[int(known[0])] if len(known) else "unknown"
    if kind == before.kind:
        return before
    method = _method(kind) if before.method == _method(before.kind) else before.method
    return replace(before, kind=kind, method=method)


def _method(kind: Kind) -> Method:
    return "dpo" if kind == "preference" else "supervised"


def _facts(known: Facts, fresh: Facts, origin: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Facts:
    columns = []
    for old, new in zip(known, fresh, strict=True):
        column = np.empty(len(origin), old.dtype)
        column[origin >= 0], column[origin < 0] = old[origin[origin >= 0]], new
        columns.append(column)
    return Facts(*columns)


def _hits(known: Hits, fresh: Hits, origin: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Hits:
    """The hits at the places where the rows are now; a row that is there twice has them twice."""
    ordered = sorted_by_place([known])
    stayed = np.flatnonzero(origin >= 0)
    begin = np.searchsorted(ordered["place"], origin[stayed], "left")
    counts = np.searchsorted(ordered["place"], origin[stayed], "right") - begin
    moved = ordered[np.repeat(begin - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())]
    moved["place"] = np.repeat(stayed, counts)
    own = fresh.copy()
    own["place"] = np.flatnonzero(origin < 0)[fresh["place"]]
    return sorted_by_place([moved, own])
