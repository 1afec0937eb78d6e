"""The queue under what goes wrong: a cancellation at the worst moment, a worker that dies, a disk that is full."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager

import pytest


@contextmanager
def full_disk(service):
    """Until the end of the block, no metrics event can be written."""
    database = service.http.app.state.store._database
    says = "SELECT RAISE(FAIL, 'the disk is full')"
    database.execute(f"CREATE TEMP TRIGGER full BEFORE INSERT ON events WHEN NEW.kind = 'metrics' BEGIN {says}; END")
    try:
        yield
    finally:
        database.execute("DROP TRIGGER full")


def test_nothing_is_told_after_a_cancellation(service, wait_until):
    """Cancelled at the very moment at which it begins to run."""
    store, jobs = service.http.app.state.store, service.http.app.state.jobs
    for _ in range(5):
        job = service.long_job().id
        wait_until(lambda job=job: store.get("jobs", job)["status"] == "running")
        assert jobs.cancel(job)["status"] == "cancelled"
        wait_until(lambda: jobs._worker is None)
        assert service.events(job)[-1].message == "The job was cancelled"


def test_a_worker_that_is_killed_is_begun_again_and_its_job_goes_on(service, wait_until):
    jobs = service.http.app.state.jobs
    job = service.long_job()
    wait_until(lambda: jobs._worker is not None and jobs._worker[0] == job.id)
    killed = jobs._worker[1]
    killed._process.kill()  # as a system that is short of memory does
    wait_until(lambda: jobs._worker is not None and jobs._worker[1] is not killed)
    assert service.seen(job.id).status == "running"
    assert "goes on from its last saved step" in service.events(job.id)[-1].message
    service.client.fine_tuning.jobs.cancel(job.id)


@pytest.mark.slow
def test_a_job_that_cannot_be_written_down_fails_and_its_training_ends(service):
    jobs = service.http.app.state.jobs
    with full_disk(service):
        job = service.ended(service.long_job().id)
    try:
        assert (job.status, job.error.code) == ("failed", "server_error")
        assert "the disk is full" in job.error.message
        assert jobs._worker is None or jobs._worker[1].exit_status is not None
    finally:
        if jobs._worker:
            jobs._worker[1].end(kill=True)


@pytest.mark.slow
def test_records_that_another_program_holds_keep_a_job_waiting_and_do_not_fail_it(service, wait_until):
    """As a program that copies the database may do, or a full disk: the queue goes on when it is over."""
    jobs = service.http.app.state.jobs
    job = service.job(hyperparameters={"n_epochs": 20, "batch_size": 1, "learning_rate_multiplier": 1})
    wait_until(lambda: service.metrics(job.id))
    other = sqlite3.connect(service.home / "service" / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    wait_until(lambda: jobs._worker is None)
    assert service.seen(job.id).status == "running"
    other.execute("ROLLBACK")
    other.close()
    ended = service.ended(job.id)
    assert ended.status == "succeeded", ended.error
    assert [data["step"] for data in service.metrics(job.id)] == list(range(1, 241))
