"""What a job on these rows costs, in words: the time only where this machine was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ftwidgets import rates
from ftwidgets.data.survey import Facts
from ftwidgets.widgets.cost import cost, short


def facts(rows: int, tokens: int, trained: int) -> Facts:
    columns = {name: np.zeros(rows, int) for name in Facts._fields}
    columns |= {"sound": np.ones(rows, bool), "tokens": np.full(rows, tokens), "trained": np.full(rows, trained)}
    return Facts(**columns)


def test_without_a_measurement_only_the_tokens_are_told(tmp_path: Path) -> None:
    assert cost(facts(100, 80, 40), facts(20, 80, 40), "small", 2048, tmp_path) == "12k trained tokens in 3 epochs"
    assert cost(facts(5, 80, 0), facts(0, 0, 0), "small", None, tmp_path) == ""


def test_the_time_is_that_of_the_work_at_the_measured_rate(tmp_path: Path) -> None:
    rates.keep(tmp_path, "small", rates.Measurement("a", 8, 50, 100.0, 10.0, 1.0))
    told = cost(facts(100, 80, 40), facts(0, 0, 0), "small", 2048, tmp_path)
    assert told == "12k trained tokens in 3 epochs · about 4 min here"  # 240 tokens a row, at 100 a second
    cut = cost(facts(100, 80, 40), facts(0, 0, 0), "small", 20, tmp_path)
    assert cut == "12k trained tokens in 3 epochs · about 1 min 10 s here"
    assert "here" not in cost(facts(100, 80, 40), facts(0, 0, 0), "another", 2048, tmp_path)


@pytest.mark.parametrize(("number", "words"), [(640, "640"), (1200, "1.2k"), (184_000, "184k"), (1_250_000, "1.2M")])
def test_large_numbers_are_short(number: int, words: str) -> None:
    assert short(number) == words
