"""Every fix of a rule about rows, by the rule's own examples: what it finds is gone, and nothing new is wrong."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import orjson
import pytest
from hypothesis import given

from ftwidgets.data.changes.mending import mended
from ftwidgets.data.examination import examined
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row, parse
from ftwidgets.data.rules import RULES, Fault, Mend, Rule
from ftwidgets.data.rules.samples import CHAT, PAIR
from ftwidgets.data.terms import Terms
from tests.data.examples import EXAMPLE, mutated
from tests.data.rules.test_rules import METHODS

SCOPES = ("line", "row", "example", "item", "message", "turns", "pair", "preference")
MENDED = [rule for rule in RULES.values() if rule.mend and rule.scope in SCOPES]


def row_of(example: Any) -> Row:
    return parse(1, 0, example if isinstance(example, bytes) else orjson.dumps(example))


def terms_of(rule: Rule, row: Row) -> Terms:
    """Those under which the rule finds its example: of the example's own format, or of the other where formats mix."""
    kind = kind_of(row.value)
    if rule.id == "mixed-formats":
        return Terms("chat" if kind == "prompt/completion" else "prompt/completion")
    method = METHODS.get(rule.id, "dpo" if kind == "preference" else "supervised")
    return Terms("unknown" if METHODS.get(rule.id) else kind, method)


def faults(row: Row, terms: Terms, rule: Rule) -> list[Fault]:
    return [fault for found, fault in examined(row, terms, texts=False) if found is rule]


def errors(row: Row, terms: Terms) -> Counter[str]:
    return Counter(rule.id for rule, _ in examined(row, terms, texts=False) if rule.level == "error")


def failing(rule: Rule) -> list[Any]:
    return [PAIR, CHAT] if rule.id == "mixed-formats" else list(rule.fails)


def mends(rule: Rule, example: Any) -> list[tuple[Row, Fault, Mend]]:
    row = row_of(example)
    found = [(row, fault, mended(row, rule, fault)) for fault in faults(row, terms_of(rule, row), rule)]
    return [(row, fault, mend) for row, fault, mend in found if mend]


@pytest.mark.parametrize("rule", MENDED, ids=lambda rule: rule.id)
def test_a_fix_mends_one_of_its_rules_failing_examples_at_least(rule: Rule) -> None:
    assert any(mends(rule, example) for example in failing(rule))


@pytest.mark.parametrize("rule", MENDED, ids=lambda rule: rule.id)
def test_after_a_fix_its_rule_finds_less_and_no_other_error_appears(rule: Rule) -> None:
    for example in failing(rule):
        for row, _, mend in mends(rule, example):
            if mend.value is None:
                continue
            after, terms = row_of(mend.value), terms_of(rule, row)
            known = Terms(kind_of(after.value), terms.method) if terms.kind == "unknown" else terms
            assert len(faults(after, known, rule)) < len(faults(row, terms, rule))
            if rule.scope != "line":  # a line that could not be read has its first example only now
                assert errors(after, known) <= errors(row, terms)


@pytest.mark.parametrize("rule", MENDED, ids=lambda rule: rule.id)
def test_a_fix_says_in_a_few_words_what_it_does(rule: Rule) -> None:
    for example in failing(rule):
        for _, _, mend in mends(rule, example):
            assert mend.words[0].islower() and not mend.words.endswith(".") and len(mend.words) < 60


@given(example=EXAMPLE | mutated())
def test_a_fix_changes_nothing_in_the_row_and_can_be_written_as_json(example: Any) -> None:
    row = row_of(example)
    before = copy.deepcopy(row.value)
    terms = Terms(kind_of(row.value))
    for rule, fault in examined(row, terms, texts=False):
        mend = mended(row, rule, fault)
        assert row.value == before
        if mend and mend.value is not None:
            assert orjson.loads(orjson.dumps(mend.value)) == mend.value
            assert mend.value != before or type(mend.value) is not type(before) or rule.id == "weight-wrong"
