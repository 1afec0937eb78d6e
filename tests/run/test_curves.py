from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.events import SERIES, Curves, Event

FINITE = st.floats(0, 100, width=32)


@st.composite
def stories(draw):
    """The events of a job: messages, and each step at most once."""
    steps = draw(st.lists(st.integers(1, 40), unique=True, max_size=12))
    events = [Event("message", 0, "info", "Fine-tuning job started")]
    for step in steps:
        fields = draw(st.sets(st.sampled_from(sorted(SERIES.values()))))
        data = {"step": step, "total_steps": 40} | {name: draw(FINITE) for name in sorted(fields)}
        events.append(Event(f"step-{step}", 0, "info", "", "metrics", data))
    return events


def curves_of(*stories_heard):
    curves = Curves()
    for events in stories_heard:
        curves.add(events)
    return curves


def shown(curves):
    return (curves.to_csv(), curves.rows(), curves.step, curves.total_steps, [curves[name] for name in SERIES])


@given(stories(), st.randoms(use_true_random=False), st.data())
def test_curves_ignore_order_and_repeats(events, random, data):
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=12))
    random.shuffle(repeated)
    cut = data.draw(st.integers(0, len(repeated)))
    assert shown(curves_of(repeated[:cut], repeated[cut:])) == shown(curves_of(events))


@given(stories())
def test_every_point_is_a_number_that_was_heard(events):
    curves = curves_of(events)
    heard = {event.data["step"]: event.data for event in events if event.type == "metrics"}
    for name, wire_name in SERIES.items():
        steps = [step for step, _ in curves[name]]
        assert steps == sorted(set(steps))
        assert dict(curves[name]) == {step: data[wire_name] for step, data in heard.items() if wire_name in data}


@given(stories())
def test_the_csv_says_the_same_as_the_rows(events):
    curves = curves_of(events)
    read = list(csv.DictReader(io.StringIO(curves.to_csv())))
    assert [{name: float(value) if value else None for name, value in row.items()} for row in read] == curves.rows()


def test_events_of_other_hosts_are_taken_as_far_as_they_go():
    """Fields missing, null, of other types, or unknown."""
    curves = Curves()
    for record in (
        {},
        {"id": None, "created_at": None, "data": None, "type": None},
        {"type": "metrics", "data": {"step": None, "train_loss": 1.0}},
        {"type": "metrics", "data": {"step": 3, "train_loss": "0.5", "total_steps": None}},
        {"type": "metrics", "data": {"step": 4, "train_loss": 0.25, "train_mean_reward": 1}},
        {"type": "moderation_checks", "level": "info", "data": {"step": 5, "train_loss": 9.0}},
        {"type": "metrics", "data": {"step": "6", "train_loss": 9.0}},
    ):
        curves.add([Event.from_wire(record)])
    assert curves["train_loss"] == [(4, 0.25)]
    assert curves.step == 4
    assert curves.total_steps is None
