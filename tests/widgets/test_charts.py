"""Bars: every row is in one of them, and what lies far out is told."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.widgets.charts import BARS, histogram, svg


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=60).filter(any))
def test_every_value_is_in_exactly_one_bar(values: list[int]) -> None:
    chart = histogram("tokens", "tokens", np.array(values), "token")
    assert chart is not None
    for low, high, many in chart["bars"]:
        assert many == sum(low <= value <= high for value in values)
    assert sum(bar[-1] for bar in chart["bars"]) == len(values)
    assert len(chart["bars"]) <= BARS + 1


def test_one_value_far_out_is_a_bar_of_its_own_and_is_told() -> None:
    chart = histogram("tokens", "tokens", np.array([*range(20, 140), 9120]), "token")
    assert chart is not None
    assert (chart["bars"][-1], chart["far"]) == ([9120, 9120, 1], True)
    assert (chart["low"], chart["middle"], chart["high"]) == ("20", "median 80", "1 outlier at 9,120")
    assert svg(chart).count("<rect") == len(chart["bars"])


def test_where_many_lie_far_out_they_are_no_outliers() -> None:
    chart = histogram("tokens", "tokens", np.array([10] * 80 + [1000] * 20), "token")
    assert chart is not None
    assert (chart["far"], chart["high"]) == (False, "1,000")


def test_where_nothing_was_counted_there_is_no_chart() -> None:
    assert histogram("tokens", "tokens", np.zeros(5), "token") is None
    assert histogram("tokens", "tokens", np.zeros(0), "token") is None
