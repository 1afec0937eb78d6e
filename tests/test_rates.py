import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.effort import Effort
from ftwidgets.rates import FILE, KEPT, Forecast, Measurement, forecast, keep, measured, rate_of

ONE = Measurement("job-1", 8, 74, 640.0, 4.0, 1_795_000_000.0)


def test_what_was_kept_is_measured_again_in_the_same_order(tmp_path: Path) -> None:
    two = replace(ONE, job="job-2", tokens_per_second=600.0)
    for one in (ONE, two):
        keep(tmp_path, "base", one)
    assert measured(tmp_path, "base", 8) == [ONE, two]
    assert measured(tmp_path, "another", 8) == []


def test_a_job_that_goes_on_replaces_what_it_said_before(tmp_path: Path) -> None:
    for steps in (24, 49, 74):
        keep(tmp_path, "base", replace(ONE, steps=steps))
    assert measured(tmp_path, "base", 8) == [ONE]


def test_the_last_few_measurements_of_each_batch_size_are_kept(tmp_path: Path) -> None:
    keep(tmp_path, "base", replace(ONE, job="small", batch_size=1))
    for n in range(KEPT + 3):
        keep(tmp_path, "base", replace(ONE, job=f"job-{n}"))
    assert [one.job for one in measured(tmp_path, "base", 8)] == [f"job-{n}" for n in range(3, KEPT + 3)]
    assert [one.job for one in measured(tmp_path, "base", 1)] == ["small"]


def test_where_a_batch_size_was_not_measured_the_nearest_one_is_told(tmp_path: Path) -> None:
    for size in (1, 8, 64):
        keep(tmp_path, "base", replace(ONE, job=str(size), batch_size=size))
    assert [measured(tmp_path, "base", size)[0].batch_size for size in (1, 2, 4, 16, 32, 256)] == [1, 1, 8, 8, 64, 64]


def test_a_rate_is_the_median_of_its_measurements_and_none_of_none() -> None:
    several = [replace(ONE, tokens_per_second=speed, measured_at=speed) for speed in (500.0, 20.0, 700.0)]
    rate = rate_of(several)
    assert rate is not None
    assert (rate.tokens_per_second, rate.measured_at, rate.steps, rate.measurements) == (500.0, 700.0, 222, 3)
    assert rate_of([]) is None


def test_a_measurement_tells_its_own_jobs_time() -> None:
    assert ONE.seconds(Effort(75, 75 * 640)) == pytest.approx(4.0 + 74)
    assert ONE.seconds(Effort(1, 640)) == ONE.first_step_seconds


@given(st.binary(max_size=200))
def test_any_bytes_in_its_place_are_no_measurement_and_are_replaced(tmp_path_factory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("compiled")
    (folder / FILE).write_bytes(content)
    assert measured(folder, "base", 8) == []
    keep(folder, "base", ONE)
    assert measured(folder, "base", 8) == [ONE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokens_per_second": 0},
        {"tokens_per_second": "fast"},
        {"tokens_per_second": float("inf")},
        {"steps": 7.5},
        {"batch_size": True},
        {"job": None},
        {"measured_at": -1},
    ],
)
def test_a_measurement_that_cannot_be_is_passed_over(tmp_path: Path, wrong: dict[str, object]) -> None:
    keep(tmp_path, "base", ONE)
    record = json.loads((tmp_path / FILE).read_text())
    record["bases"]["base"].insert(0, record["bases"]["base"][0] | wrong)
    record["bases"] |= {"odd": [3, None, []], "odder": [{}]}
    (tmp_path / FILE).write_text(json.dumps(record))
    assert measured(tmp_path, "base", 8) == [ONE]
    assert measured(tmp_path, "odd", 8) == measured(tmp_path, "odder", 8) == []


@pytest.mark.parametrize("record", [[], {}, {"version": 2, "bases": {"base": [{}]}}, {"version": 1, "bases": 5}, None])
def test_a_file_of_another_version_or_shape_holds_nothing(tmp_path: Path, record: object) -> None:
    (tmp_path / FILE).write_text(json.dumps(record))
    assert measured(tmp_path, "base", 8) == []


def test_a_forecast_is_the_median_with_the_range_of_its_measurements() -> None:
    work = Effort(100, 1_000)
    assert forecast([], work, 8) == Forecast()
    assert forecast([ONE], work, 8) == Forecast(ONE.seconds(work))
    several = [replace(ONE, tokens_per_second=speed) for speed in (500.0, 20.0, 700.0)]
    slow, fast = several[1].seconds(work), several[2].seconds(work)
    assert forecast(several, work, 8) == Forecast(several[0].seconds(work), fast, slow)
    assert forecast(several, work, 4) == Forecast(several[0].seconds(work))  # of another batch size: no range is known
