"""The line: whose job comes next, how long it is, and when each job in it will have ended."""

from __future__ import annotations

import time

import openai
import pytest
from openai.types.fine_tuning import FineTuningJob

from ftwidgets.service.jobs import MOST_ACTIVE
from ftwidgets.service.line import Line
from ftwidgets.service.store import Store


def add(store, name, owner, status="queued"):
    store.add("jobs", {"id": name, "status": status}, status=status, plan={}, owner=owner)


def names(line):
    return [job["id"] for job in line.waiting("queued")]


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


def test_the_jobs_of_one_key_come_as_they_were_created(store):
    for name in "abc":
        add(store, name, "one")
    assert names(Line(store)) == ["a", "b", "c"]


def test_keys_take_turns(store):
    for name, owner in (("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c")):
        add(store, name, owner)
    line = Line(store)
    assert names(line) == ["a1", "b1", "c1", "a2", "a3"]
    line.serve("a1")
    store.update_job("a1", status="running")
    assert names(line) == ["b1", "c1", "a2", "a3"]
    line.serve("b1")
    store.update_job("b1", status="running")
    add(store, "b2", "b")
    assert names(line) == ["c1", "a2", "b2", "a3"]


def test_a_job_that_queues_again_comes_last_but_before_those_that_come_later(store):
    for name in "abc":
        add(store, name, "one")
    store.queue_again("a")
    add(store, "d", "one")
    assert names(Line(store)) == ["b", "c", "a", "d"]


@pytest.fixture
def busy(service):
    """A job that trains; all that is active is cancelled afterwards."""
    yield service.long_job()
    for job in service.http.app.state.store.jobs_in("validating_files", "queued", "running", "pausing", "paused"):
        service.client.fine_tuning.jobs.cancel(job["id"])


def test_more_active_jobs_than_a_key_may_have_are_refused_and_not_tried_again(service, busy, wait_until):
    wait_until(lambda: service.seen(busy.id).status == "running")
    store = service.http.app.state.store
    while len(store.jobs_in("validating_files", "queued", "running")) < MOST_ACTIVE:
        last = service.long_job()
    with pytest.raises(openai.RateLimitError, match="reached the maximum of 20 active requests") as caught:
        service.long_job()
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.type == "invalid_request_error"
    assert caught.value.response.headers["x-should-retry"] == "false"
    service.client.fine_tuning.jobs.pause(last.id)
    assert service.long_job().status == "validating_files"  # a paused job is none of them
    with pytest.raises(openai.RateLimitError):
        service.client.fine_tuning.jobs.resume(last.id)


def test_after_a_cancellation_the_next_job_begins(service, busy, wait_until):
    following = service.long_job()
    wait_until(lambda: service.metrics(busy.id) and service.seen(following.id).status == "queued")
    service.client.fine_tuning.jobs.cancel(busy.id)
    told = len(service.events(busy.id))
    wait_until(lambda: service.metrics(following.id))
    assert len(service.events(busy.id)) == told
    assert service.events(busy.id)[-1].message == "The job was cancelled"


def test_a_running_job_says_when_it_will_have_ended_and_an_ended_one_says_nothing(service, busy, wait_until):
    wait_until(lambda: len(service.metrics(busy.id)) >= 3)
    raw = service.get(f"fine_tuning/jobs/{busy.id}")
    FineTuningJob.model_validate(raw, strict=True)
    assert isinstance(raw["estimated_finish"], int)
    assert raw["estimated_finish"] >= raw["created_at"]
    listed = {job["id"]: job for job in service.get("fine_tuning/jobs")["data"]}
    assert listed[busy.id]["estimated_finish"] >= raw["created_at"]
    service.client.fine_tuning.jobs.cancel(busy.id)
    assert service.get(f"fine_tuning/jobs/{busy.id}")["estimated_finish"] is None


@pytest.mark.slow
def test_a_waiting_job_ends_after_the_one_before_it_where_this_machine_was_measured(unmeasured, wait_until):
    measured = unmeasured.ended(unmeasured.job(hyperparameters={"n_epochs": 4, "batch_size": 2}).id)
    assert measured.status == "succeeded", measured.error
    first, second = unmeasured.long_job(), unmeasured.long_job()
    wait_until(lambda: unmeasured.metrics(first.id) and unmeasured.seen(second.id).status == "queued")
    ends = [unmeasured.get(f"fine_tuning/jobs/{job.id}")["estimated_finish"] for job in (first, second)]
    assert time.time() - 1 < ends[0] < ends[1]
    for job in (second, first):
        unmeasured.client.fine_tuning.jobs.cancel(job.id)


def test_a_waiting_job_says_nothing_where_nothing_was_measured(unmeasured, wait_until):
    compiled = unmeasured.home / "compiled" / "rates.json"
    compiled.unlink(missing_ok=True)
    first, second = unmeasured.long_job(), unmeasured.long_job()
    wait_until(lambda: unmeasured.metrics(first.id) and unmeasured.seen(second.id).status == "queued")
    assert unmeasured.get(f"fine_tuning/jobs/{second.id}")["estimated_finish"] is None
    for job in (second, first):
        unmeasured.client.fine_tuning.jobs.cancel(job.id)
