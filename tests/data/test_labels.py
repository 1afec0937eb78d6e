"""Labels: the same whether every row is read or only one of each answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import load
from ftwidgets.data.cost.workload import surveyed
from ftwidgets.data.labels import counts, labelled, labels
from ftwidgets.data.survey import Survey
from ftwidgets.data.tokens.counting import counter_for

ANSWERS = st.lists(st.sampled_from(["yes", " yes", "no", "maybe\n", "x" * 41, *map(str, range(14))]), max_size=40)


def pairs(answers: list[str]) -> list[dict[str, Any]]:
    return [{"prompt": f"{n}?", "completion": answer} for n, answer in enumerate(answers)]


def survey(rows: list[Any]) -> Survey:
    return surveyed(load(rows), counter_for("gpt-4o"))


@given(answers=ANSWERS)
def test_a_survey_tells_the_labels_that_reading_every_row_tells(answers: list[str]) -> None:
    data = load(pairs(answers))
    found = labelled(survey(pairs(answers)))
    assert sorted(found) == sorted(labels(data))
    assert list(found.values()) == sorted(counts(data, list(found)), reverse=True)


@pytest.mark.parametrize(
    "answers",
    [[], ["yes"], [str(n) for n in range(300)], ["x" * 300] * 9, ["yes", "no"]],
    ids=["none", "one", "all differ", "long", "none twice"],
)
def test_what_are_no_labels_are_none(answers: list[str]) -> None:
    assert labelled(survey(pairs(answers))) == {}


def test_faulty_rows_have_no_label() -> None:
    assert labelled(survey([*pairs(["yes", "yes", "no", "no"]), {"prompt": "a", "completion": 3}])) == {
        "yes": 2,
        "no": 2,
    }
