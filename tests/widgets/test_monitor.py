"""The Monitor without a browser: what it sends, what it tells, and what it leaves behind."""

from __future__ import annotations

import html
import threading
from types import SimpleNamespace

import orjson
import pytest

import ftwidgets as ft
from ftwidgets.errors import InputError
from ftwidgets.widgets import Monitor


@pytest.fixture
def sent(monkeypatch):
    """Every message that monitors send, in order."""
    messages = []
    monkeypatch.setattr(Monitor, "send", lambda self, content: messages.append(content))
    return messages


@pytest.fixture
def attached(service, trained):
    return ft.attach(service.client, trained.id)


def points(messages):
    """The points of a story as a view puts them together; nothing may be missing between two messages."""
    known, found = 0, []
    for message in messages:
        assert message["from"] <= known
        found = found[: message["from"]] + message["points"]
        known = len(found)
    return found


@pytest.mark.slow
def test_the_messages_of_a_live_run_tell_every_point_once(service, sent, wait_until):
    job = service.job()
    run = ft.attach(service.client, job.id)
    monitor = ft.Monitor(run)
    first = monitor.snapshot()
    wait_until(lambda: run.ended)
    wait_until(lambda: sent and sent[-1].get("head", {}).get("label") == "succeeded")
    story = [first, *(message for message in sent if message["points"] or "head" in message)]
    assert [tuple(point) for point in points(story)] == [
        (name, step, float(f"{value:.5g}")) for name, step, value in run.curves.changes()
    ]
    assert all(len(orjson.dumps(message)) < 2000 for message in sent if len(message["points"]) <= 6)
    assert sent[-1]["head"]["progress"].startswith("12 steps · 2 epochs · done in ")
    monitor.close()


def test_a_new_view_begins_with_all_that_is_known(attached):
    monitor = ft.Monitor(attached)
    story = monitor.get_state("story")["story"]
    assert orjson.dumps(story) == orjson.dumps(monitor.snapshot())
    assert len(story["points"]) == len(attached.curves.changes())
    assert story["head"]["code"] == f'run = ft.attach(client, "{attached.id}")\nft.Monitor(run)'
    assert (story["head"]["epochs"], story["head"]["total"]) == ((6, 12), 12)
    assert [one["step"] for one in story["head"]["checkpoints"]] == [6, 12]
    monitor.close()


@pytest.mark.slow
def test_what_the_snapshot_has_is_not_sent_again(service, sent, monkeypatch, wait_until):
    states = []
    run = ft.attach(service.client, service.long_job().id)
    wait_until(lambda: run.refresh().curves.step > 5)
    monkeypatch.setattr(Monitor, "send_state", lambda self, key=None: states.append(key))
    monitor = ft.Monitor(run)
    opened = len(states)
    known = len(monitor.snapshot()["points"])
    wait_until(lambda: run.curves.step > 20 and sent)
    assert 0 < sent[0]["from"] <= known
    assert "story" not in states[opened:]
    monitor.close()
    run.cancel()


def test_a_view_that_lacks_points_is_given_them(attached, sent):
    monitor = ft.Monitor(attached)
    sent.clear()
    monitor._handle_custom_msg({"kind": "from", "known": 5}, [])
    assert sent[0]["from"] == 5
    assert len(sent[0]["points"]) == len(attached.curves.changes()) - 5
    for rubbish in ({}, {"kind": "other"}, {"kind": "from"}):
        monitor._handle_custom_msg(rubbish, [])
    monitor.close()


def test_the_cancel_button_cancels_and_a_second_time_does_no_harm(service, wait_until):
    run = ft.attach(service.client, service.long_job().id)
    monitor = ft.Monitor(run)
    assert monitor.snapshot()["head"]["can_cancel"]
    monitor._handle_custom_msg({"kind": "cancel"}, [])
    assert service.seen(run.id).status == "cancelled"
    monitor._handle_custom_msg({"kind": "cancel"}, [])
    wait_until(lambda: monitor.snapshot()["head"]["label"] == "cancelled")
    assert not monitor.snapshot()["head"]["can_cancel"]
    monitor.close()


@pytest.mark.slow
def test_the_probes_are_answered_and_told(attached, sent, wait_until):
    monitor = ft.Monitor(attached, probes=["Word 3?", "<b>Word</b>?"], system="")
    wait_until(lambda: [*monitor.answers] == ["base", "step 6", "step 12"])
    wait_until(lambda: all(None not in said.values() for said in monitor.answers.values()))
    assert monitor.answers["base"].keys() == {"Word 3?", "<b>Word</b>?"}
    columns = lambda: [column for message in list(sent) for column in message.get("columns", [])]  # noqa: E731
    wait_until(lambda: {c["title"] for c in columns() if None not in c["answers"]} == {"base", "step 6", "step 12"})
    twin = monitor.twin()
    assert "&lt;b&gt;Word&lt;/b&gt;?" in twin
    assert "<b>Word" not in twin
    assert html.escape(monitor.answers["step 12"]["Word 3?"]) in twin
    monitor.close()


def test_one_probe_may_be_given_as_a_text(attached):
    monitor = ft.Monitor(attached, probes="Word 3?")
    assert [*monitor.snapshot()["head"]["prompts"]] == ["Word 3?"]
    monitor.close()


def test_the_output_has_a_twin_of_its_own(attached):
    monitor = ft.Monitor(attached)
    data, _ = monitor._repr_mimebundle_()
    assert data["text/plain"] == repr(monitor) == monitor.title
    assert data["text/plain"].startswith(f"Monitor of {attached.id}: succeeded · 12 steps · 2 epochs · done in ")
    assert data["text/html"].count("data:image/png;base64,") == 2  # a light and a dark one
    assert "http" not in data["text/html"]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == monitor.model_id
    monitor.close()


def test_the_figure_is_that_of_the_run(attached):
    monitor = ft.Monitor(attached)
    loss, accuracy = monitor.figure().axes
    assert [list(map(list, line.get_data())) for line in loss.lines] == [
        list(map(list, line.get_data())) for line in attached.figure().axes[0].lines
    ]
    assert accuracy.get_xlabel() == "step"
    assert monitor.figure()._repr_png_().startswith(b"\x89PNG")
    monitor.close()


def test_a_monitor_that_is_closed_leaves_no_thread(service, wait_until):
    run = ft.attach(service.client, service.long_job().id)
    monitors = [ft.Monitor(run, probes=["Word?"]) for _ in range(2)]
    names = {f"follow {run.id}", f"probe {run.id}"}
    wait_until(lambda: {thread.name for thread in threading.enumerate()} >= names)
    for monitor in monitors:
        monitor.close()
    run.cancel()
    wait_until(lambda: not names & {thread.name for thread in threading.enumerate()})


@pytest.mark.parametrize("value", [None, "ftjob-1", SimpleNamespace(id="x"), 7])
def test_what_is_no_run_is_refused_with_the_remedy(value):
    with pytest.raises(InputError, match=r"is not a run\. Give one: ft\.Monitor\(ft\.attach\(client\)\)"):
        ft.Monitor(value)


def test_a_probe_that_is_no_text_is_refused(attached):
    with pytest.raises(InputError, match="The probe 7 is not a text"):
        ft.Monitor(attached, probes=["a", 7])


def test_the_smoothing_is_held_between_none_and_all_but_one(attached):
    import traitlets

    monitor = ft.Monitor(attached)
    monitor.smoothing = 0.5
    for value in (1.0, -0.1):
        with pytest.raises(traitlets.TraitError):
            monitor.smoothing = value
    monitor.close()
