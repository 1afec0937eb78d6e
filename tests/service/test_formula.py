from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.service.formula import LONGEST, FormulaError, NoValueError, names_in, value_of

SCORES = {"a": 0.25, "b": 2.0}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a", 0.25),
        ("0.5 * a + 0.5 * b", 1.125),
        ("-(a - b) / 2", 0.875),
        ("min(a, b, 1)", 0.25),
        ("max(a, b) * abs(-3)", 6.0),
        ("sqrt(4) + floor(1.5) + ceil(a) + exp(0) + log(1)", 5.0),
        (" 1 ", 1.0),
    ],
)
def test_a_formula_is_arithmetic(formula, value):
    assert value_of(formula, SCORES) == value


@pytest.mark.parametrize(
    "formula",
    ["", "a +", "c", "a ** b", "__import__('os')", "a.real", "a if a else b", "[a]", "'a'", "True", "min(a, key=b)",
     "(lambda: 1)()", "a; b", "abs", "max(*a)", "1j", "a and b", "a < b", "f'{a}'", "-" * LONGEST + "1a",
     "(" * 400 + "a" + ")" * 400, "\0"],
)  # fmt: skip
def test_nothing_else_is_run(formula):
    with pytest.raises(FormulaError):
        value_of(formula, SCORES)


@pytest.mark.parametrize("formula", ["a / 0", "log(-1)", "exp(9999)", "1e308 * 10", "sqrt(0 - a)", "abs()", "min()"])
def test_a_formula_without_a_value_says_so(formula):
    with pytest.raises(NoValueError):
        value_of(formula, SCORES)


@given(st.text(max_size=40) | st.text("ab+-*/()., 0123456789minmax", max_size=40))
def test_any_text_has_a_value_or_is_refused(formula):
    with suppress(FormulaError):
        assert isinstance(value_of(formula, SCORES), float)


def test_the_names_are_those_of_scores():
    assert names_in("max(a, b) + 2 * a") == {"a", "b"}
