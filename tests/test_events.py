"""Events of any host, and the curves that are heard in them."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.events import SERIES, Curves, Event


def metrics(step: int, **data: Any) -> Event:
    return Event(f"ftevent-{step}", 0, "info", "", "metrics", {"step": step} | data)


FULL = metrics(
    2,
    train_loss=1.5,
    train_mean_token_accuracy=0.5,
    valid_loss=1.25,
    valid_mean_token_accuracy=0.75,
    full_valid_loss=1.0,
    full_valid_mean_token_accuracy=1,
    total_steps=9,
)


def drawn(curves: Curves) -> dict[str, Any]:
    return {name: curves[name] for name in SERIES}


def curves_of(*events: Event) -> Curves:
    curves = Curves()
    curves.add(events)
    return curves


VALUES = st.floats(0, 20) | st.none() | st.just("text")
EVENTS = st.dictionaries(
    st.integers(1, 30), st.dictionaries(st.sampled_from([*SERIES.values(), "total_steps", "other"]), VALUES)
).map(lambda steps: [metrics(step, **data) for step, data in steps.items()])


@given(data=st.data(), events=EVENTS)
def test_curves_ignore_order_and_repeats(data: st.DataObject, events: list[Event]) -> None:
    once = curves_of(*events)
    mixed = Curves()
    for event in data.draw(st.permutations([*events, *events])):
        mixed.add([event])
    assert drawn(mixed) == drawn(once)
    assert mixed.to_csv() == once.to_csv()
    assert (mixed.step, mixed.total_steps) == (once.step, once.total_steps)


def test_each_number_goes_to_its_curve() -> None:
    assert drawn(curves_of(FULL)) == {
        "train_loss": [(2, 1.5)],
        "train_accuracy": [(2, 0.5)],
        "valid_loss": [(2, 1.25)],
        "valid_accuracy": [(2, 0.75)],
        "full_valid_loss": [(2, 1.0)],
        "full_valid_accuracy": [(2, 1.0)],
    }
    assert (curves_of(FULL).step, curves_of(FULL).total_steps) == (2, 9)


@pytest.mark.parametrize(
    "event",
    [
        Event("e", 0, "info", "Step 2", "message", {"step": 2, "train_loss": 1.0}),
        Event("e", 0, "info", "", "metrics"),
        metrics(1),
        Event("e", 0, "info", "", "metrics", {"step": "1", "train_loss": 1.0}),
        Event("e", 0, "info", "", "metrics", {"step": None, "train_loss": 1.0}),
        metrics(1, train_loss="1.0", valid_loss=None),
        Event("e", 0, "info", "", "moderation_checks", {"step": 1, "train_loss": 1.0}),
    ],
)
def test_what_has_no_numbers_of_a_step_adds_nothing(event: Event) -> None:
    curves = curves_of(event)
    assert not any(drawn(curves).values())
    assert curves.step == 0
    assert curves.rows() == []


def test_the_points_are_in_the_order_of_the_steps_whatever_came_first() -> None:
    curves = curves_of(metrics(10, train_loss=1.0), metrics(2, train_loss=2.0), metrics(1, train_loss=3.0))
    assert curves["train_loss"] == [(1, 3.0), (2, 2.0), (10, 1.0)]


def test_a_curve_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Curves()["loss"]


def test_the_csv_has_a_row_for_each_step_and_nothing_where_nothing_was_measured() -> None:
    text = curves_of(metrics(1, train_loss=2.5), metrics(3, full_valid_loss=1.0)).to_csv()
    assert text.splitlines()[0].split(",") == ["step", *SERIES]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["step"], row["train_loss"], row["full_valid_loss"]) for row in rows] == [
        ("1", "2.5", ""),
        ("3", "", "1.0"),
    ]


RECORD = {
    "id": "ftevent-1",
    "created_at": 7,
    "level": "warn",
    "message": "m",
    "type": "metrics",
    "data": {"step": 1},
    "object": "fine_tuning.job.event",
}


@pytest.mark.parametrize("record", [RECORD, SimpleNamespace(**RECORD)], ids=["mapping", "object"])
def test_an_event_is_read_from_a_mapping_and_from_an_object_of_the_sdk(record: Any) -> None:
    assert Event.from_wire(record) == Event("ftevent-1", 7, "warn", "m", "metrics", {"step": 1}, 7.0)


@pytest.mark.parametrize("record", [{}, SimpleNamespace(), dict.fromkeys(RECORD), {"data": "text", "created_at": None}])
def test_what_a_host_left_out_has_a_value_that_does_no_harm(record: Any) -> None:
    assert Event.from_wire(record) == Event("", 0, "info", "", "message", {})


@pytest.mark.parametrize("created_at", ["2026-11-20T05:00:00Z", 7.9, "7"])
def test_a_time_that_another_host_writes_in_its_own_way_does_not_raise(created_at: Any) -> None:
    assert isinstance(Event.from_wire({"created_at": created_at}).created_at, int)


def timed(*times: float) -> Curves:
    return curves_of(
        *(
            Event(f"e{n}", 0, "info", "", "metrics", {"step": n, "total_steps": 10, "train_loss": 1.0}, time)
            for n, time in enumerate(times, 1)
        )
    )


def test_the_pace_is_that_of_the_last_steps_and_needs_three() -> None:
    assert timed(5.0, 6.0).pace is None
    assert timed(5.0, 6.0).seconds_left is None
    assert timed(5.0, 6.0, 7.5).pace == 1.25
    assert timed(5.0, 6.0, 7.5).seconds_left == 7 * 1.25
    assert timed(*range(100, 700, 100), *(600 + n for n in range(1, 22))).pace == 1


def test_a_long_break_is_no_step() -> None:
    assert timed(1.0, 2.0, 3.0, 4000.0, 4001.0, 4002.0).pace == 1
    assert timed(7.0, 7.0, 7.0, 8.0, 8.0, 8.0).pace == 0.2  # whole seconds of another host


def test_nothing_is_left_after_the_last_step() -> None:
    assert timed(*range(1, 11)).seconds_left == 0


@given(EVENTS)
def test_the_changes_say_every_point_and_a_repeat_adds_none(events: list[Event]) -> None:
    curves = curves_of(*events)
    said = curves.changes()
    assert {(name, step): value for name, step, value in said} == {
        (name, step): value for name in SERIES for step, value in curves[name]
    }
    curves.add(events)
    assert curves.changes(len(said)) == []


def test_the_changes_after_a_number_are_those_that_came_later() -> None:
    curves = curves_of(metrics(1, train_loss=2.0))
    seen = len(curves.changes())
    curves.add([metrics(1, train_loss=2.0, valid_loss=1.5), metrics(2, train_loss=1.0)])
    assert curves.changes(seen) == [("valid_loss", 1, 1.5), ("train_loss", 2, 1.0)]
