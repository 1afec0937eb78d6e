import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ftwidgets import rates
from ftwidgets.bases.chat import Rendered
from ftwidgets.effort import Effort
from ftwidgets.engine import state
from ftwidgets.engine.meter import FEWEST_STEPS, Measured, Meter
from ftwidgets.engine.training import state_path
from ftwidgets.engine.worker import Order, _meter

ASKED = 1_795_000_000.0


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def today(self) -> float:
        return ASKED + 1 + self.now  # the process took a second to start


@pytest.fixture
def clock() -> Clock:
    return Clock()


def meter(folder: Path, clock: Clock, *, steps: int = 20, job: str = "ftjob-1") -> Meter:
    what = Measured(job, "base", 8, Effort(steps, 100.0 * steps), ASKED)
    return Meter(what, folder, clock=clock, today=clock.today)


def run(measuring: Meter, clock: Clock, steps: int, *, first: float = 3.0, each: float = 0.5) -> None:
    for n in range(steps):
        clock.now += each if n else first
        measuring.step()


def test_the_rate_is_over_the_steps_after_the_first_and_the_start_is_told_apart(tmp_path: Path, clock: Clock) -> None:
    measuring = meter(tmp_path, clock)
    run(measuring, clock, 11)
    measuring.keep()
    (one,) = rates.measured(tmp_path, "base", 8)
    assert (one.steps, one.tokens_per_second, one.first_step_seconds) == (10, pytest.approx(200.0), pytest.approx(4.0))
    assert (one.job, one.measured_at) == ("ftjob-1", clock.today())


def test_what_happens_between_steps_counts(tmp_path: Path, clock: Clock) -> None:
    measuring = meter(tmp_path, clock)
    run(measuring, clock, 11)
    clock.now += 5.0  # a checkpoint is saved
    measuring.keep()
    assert rates.measured(tmp_path, "base", 8)[0].tokens_per_second == pytest.approx(100.0)


def test_at_each_epochs_end_a_job_replaces_its_own_measurement(tmp_path: Path, clock: Clock) -> None:
    measuring = meter(tmp_path, clock)
    run(measuring, clock, 10)
    measuring.keep()
    run(measuring, clock, 10, first=0.5)
    measuring.keep()
    assert [one.steps for one in rates.measured(tmp_path, "base", 8)] == [19]


@pytest.mark.parametrize("steps", [0, 1, FEWEST_STEPS])
def test_too_few_steps_are_not_kept(tmp_path: Path, clock: Clock, steps: int) -> None:
    measuring = meter(tmp_path, clock)
    run(measuring, clock, steps)
    measuring.keep()
    assert rates.measured(tmp_path, "base", 8) == []


def test_a_clock_that_was_set_back_gives_no_rate(tmp_path: Path, clock: Clock) -> None:
    measuring = meter(tmp_path, clock)
    run(measuring, clock, 10, first=-9.0)
    measuring.keep()
    assert rates.measured(tmp_path, "base", 8) == []


def test_a_rate_that_cannot_be_written_stops_nothing(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").touch()
    measuring = meter(tmp_path / "file", clock)
    run(measuring, clock, 10)
    measuring.keep()


def test_a_job_that_goes_on_where_it_stopped_is_not_measured(tmp_path: Path) -> None:
    rows = [Rendered((1, 2, 3), (0, 1, 1))] * 4
    order = Order("base", "rows", None, None, str(tmp_path / "job"), str(tmp_path), 2, 2, 1.0, 0, ASKED)
    assert _meter(order, rows, []) is not None
    state.save(state_path(tmp_path / "job"), {"a": np.zeros(1)}, [{"step": 1}])
    assert _meter(order, rows, []) is None


@pytest.mark.slow
def test_a_job_of_the_service_measures_itself(new_home: Any, open_service: Any) -> None:
    home = new_home()
    (home / "compiled").unlink()  # shared with other homes of the tests
    with open_service(home) as fresh:
        job = fresh.ended(fresh.job(hyperparameters={"n_epochs": 4, "batch_size": 2}).id)
        assert job.status == "succeeded", job.error
    (one,) = rates.measured(home / "compiled", "random-tiny", 2)
    assert (one.job, one.steps) == (job.id, 23)
    assert time.time() - 3600 < one.measured_at < time.time() + 1
