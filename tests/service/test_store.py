from __future__ import annotations

import sqlite3

import pytest

from ftwidgets.service.narration import Narrator
from ftwidgets.service.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


def add_job(store, identity="ftjob-1", status="queued"):
    job = {"id": identity, "status": status, "model": "m", "metadata": None, "user_provided_suffix": None}
    store.add("jobs", job, status=status, plan={"base": "m", "adapter": None})


def test_an_event_that_is_repeated_adds_none(store):
    add_job(store)
    narrator = Narrator(store, "ftjob-1")
    for _ in range(2):
        narrator.tell("created", "Created")
        narrator.step({"step": 1, "total_steps": 2, "train_loss": 1.0})
        narrator.step({"step": 2, "total_steps": 2, "train_loss": 0.5})
    events = store.events_after("ftjob-1", 0, 100)
    assert [event["message"] for event in events] == [
        "Created",
        "Step 1/2: training loss=1.00",
        "Step 2/2: training loss=0.50",
    ]


def test_what_is_said_first_stays(store):
    """A step that is repeated after a restart does not change what a caller has seen."""
    add_job(store)
    narrator = Narrator(store, "ftjob-1")
    narrator.step({"step": 1, "total_steps": 1, "train_loss": 1.0})
    once = store.events_after("ftjob-1", 0, 1)
    narrator.step({"step": 1, "total_steps": 1, "train_loss": 2.0})
    assert store.events_after("ftjob-1", 0, 10) == once


def test_the_same_step_of_two_jobs_is_two_events(store):
    for job in ("ftjob-1", "ftjob-2"):
        add_job(store, job)
        Narrator(store, job).step({"step": 1, "total_steps": 1, "train_loss": 1.0})
    assert [len(store.events_after(job, 0, 10)) for job in ("ftjob-1", "ftjob-2")] == [1, 1]


def test_a_transaction_that_fails_changes_nothing(store):
    add_job(store)
    with pytest.raises(ZeroDivisionError), store.transaction():
        add_job(store, "ftjob-2")
        store.update_job("ftjob-1", status="running")
        store.plan("ftjob-1", base="other")
        with store.transaction():  # an inner one is a part of the outer one
            Narrator(store, "ftjob-1").tell("created", "Created")
        raise ZeroDivisionError
    assert store.get("jobs", "ftjob-2") is None
    assert store.get("jobs", "ftjob-1")["status"] == "queued"
    assert store.plan("ftjob-1")["base"] == "m"
    assert store.events_after("ftjob-1", 0, 10) == []


def test_the_store_goes_on_after_a_transaction_that_failed(store):
    with pytest.raises(ZeroDivisionError), store.transaction():
        raise ZeroDivisionError
    add_job(store)
    with store.transaction():
        assert store.update_job("ftjob-1", status="running")["status"] == "running"
    assert [job["id"] for job in store.jobs_in("running")] == ["ftjob-1"]


def test_a_success_that_fails_halfway_leaves_the_job_as_it_was(store, tmp_path):
    add_job(store, status="running")
    narrator = Narrator(store, "ftjob-1")
    narrator.step({"step": 1, "total_steps": 1, "train_loss": 1.0})
    says = "SELECT RAISE(FAIL, 'the disk is full')"
    store._database.execute(f"CREATE TEMP TRIGGER full BEFORE UPDATE ON jobs BEGIN {says}; END")  # the last change
    with pytest.raises(sqlite3.Error, match="the disk is full"):
        narrator.success(1, tmp_path / "adapter")
    assert store.get("jobs", "ftjob-1")["status"] == "running"
    assert store.page("models", 10) == []
    assert store.page("files", 10) == []
    assert len(store.events_after("ftjob-1", 0, 10)) == 1


def test_a_job_with_an_end_keeps_it(store):
    add_job(store, status="cancelled")
    assert store.update_job("ftjob-1", unless=("cancelled",), status="running") is None
    Narrator(store, "ftjob-1").failure({"code": "server_error", "message": "late", "param": None})
    assert store.get("jobs", "ftjob-1")["status"] == "cancelled"
    assert store.update_job("ftjob-unknown", status="running") is None


def test_what_was_kept_is_there_when_the_store_is_opened_again(store, tmp_path):
    add_job(store)
    Narrator(store, "ftjob-1").tell("created", "Created")
    store.close()
    again = Store(tmp_path)
    assert again.get("jobs", "ftjob-1")["status"] == "queued"
    assert [event["message"] for event in again.events_after("ftjob-1", 0, 10)] == ["Created"]
    again.close()


def test_a_page_holds_one_more_than_asked_so_that_more_is_known(store):
    for n in range(5):
        store.add("files", {"id": f"file-{n}"}, purpose="batch")
    assert [record["id"] for record in store.page("files", 2)] == ["file-4", "file-3", "file-2"]
    assert [record["id"] for record in store.page("files", 2, "file-3", oldest_first=True)] == ["file-4"]
    assert store.page("files", 2, "file-9") == store.page("files", 0) == []
    assert not store.add("files", {"id": "file-1"}, purpose="batch")
