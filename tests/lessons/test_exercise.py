"""The exercise of the data lesson, judged by what really stands in the data."""

from __future__ import annotations

import json

import pytest

import ftwidgets as ft
from ftwidgets.data import Dataset
from ftwidgets.lessons import path
from ftwidgets.lessons.exercise import remaining


@pytest.fixture(scope="module")
def raw() -> Dataset:
    return ft.load(path("support", "raw"))


def test_before_anything_was_done_all_planted_faults_are_left(raw: Dataset) -> None:
    found = remaining(raw)
    assert (len(found.left), found.planted, found.lost) == (45, 45, ())
    assert repr(found).startswith("0 of 45 planted faults are mended.\nThe next: Line ")


def test_the_safe_fixes_mend_some_and_lose_no_good_row(raw: Dataset) -> None:
    found = remaining(ft.fix(raw))
    assert 0 < len(found.left) < 45
    assert found.lost == ()


def test_a_row_that_was_changed_into_another_fault_is_not_mended(raw: Dataset) -> None:
    (line,) = (fault.line for fault in remaining(raw).left if "usr" in fault.what)
    other = raw.edited(line, {"messages": [{"role": "user", "content": "Where?"}]})
    assert line in [fault.line for fault in remaining(other).left]


def test_a_good_row_that_was_dropped_is_told(raw: Dataset) -> None:
    truth = json.loads(path("support", "truth").read_bytes())
    bad = {one["line"] for one in truth} | {one.get("with_line") for one in truth}
    good = next(row.number for row in raw.rows if row.number not in bad)
    assert remaining(raw.without(good)).lost == (good,)
    assert f"Good rows that were dropped: 1 (lines {good})." in repr(remaining(raw.without(good)))


def test_without_the_bad_rows_nothing_is_left_and_nothing_lost(raw: Dataset) -> None:
    found = remaining(raw.without([fault.line for fault in remaining(raw).left]))
    assert (found.left, found.lost) == ((), ())
