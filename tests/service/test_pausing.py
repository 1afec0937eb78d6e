"""Pause and resume: what is held, what goes on, and what clients see of it."""

from __future__ import annotations

import openai
import pytest
from openai.types.fine_tuning import FineTuningJob

ROWS = [
    {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]} for n in range(80)
]
CHOSEN = {"n_epochs": 10, "batch_size": 2, "learning_rate_multiplier": 1}
OPTIONS = {"rows": ROWS, "validation": ROWS[:4], "seed": 11, "hyperparameters": CHOSEN}


def status(service, job):
    return service.get(f"fine_tuning/jobs/{job}")["status"]


def paused(service, wait_until, job, *, at=1):
    """Pause a running job once it has taken so many steps; the reply to it."""
    wait_until(lambda: len(service.metrics(job)) >= at)
    reply = service.client.fine_tuning.jobs.pause(job)
    wait_until(lambda: status(service, job) == "paused")
    return reply


@pytest.fixture
def quiet(service, wait_until):
    """Nothing trains or waits before the test, nor after it."""
    yield
    for job in service.get("fine_tuning/jobs?limit=1000")["data"]:
        if job["status"] not in ("succeeded", "failed", "cancelled"):
            service.client.fine_tuning.jobs.cancel(job["id"])
    wait_until(lambda: service.http.app.state.jobs._worker is None)


@pytest.mark.slow
def test_a_job_that_was_paused_twice_ends_with_the_losses_of_one_never_paused(service, wait_until, quiet):
    jobs = service.client.fine_tuning.jobs
    job = service.job(**OPTIONS)
    for at in (7, 60):
        reply = paused(service, wait_until, job.id, at=at)
        FineTuningJob.model_validate(reply.model_dump(), strict=True)
        assert reply.status == "running"
        steps = len(service.metrics(job.id))
        assert at <= steps < 400
        assert service.events(job.id)[-1].message.startswith(f"The job was paused after step {steps}")
        resumed = jobs.resume(job.id)
        FineTuningJob.model_validate(resumed.model_dump(), strict=True)
        assert resumed.status == "queued"
    job = service.ended(job.id)
    assert job.status == "succeeded", job.error
    undisturbed = service.ended(service.job(**OPTIONS).id)
    assert service.metrics(job.id) == service.metrics(undisturbed.id)
    assert job.trained_tokens == undisturbed.trained_tokens
    assert [event.message for event in service.events(job.id)].count("Fine-tuning job started") == 1


def test_a_paused_job_frees_the_machine_and_its_model_answers(service, wait_until, quiet):
    first = service.long_job()
    second = service.long_job()
    paused(service, wait_until, first.id)
    wait_until(lambda: service.seen(second.id).status == "running")
    (checkpoint,) = service.client.fine_tuning.jobs.checkpoints.list(first.id).data
    steps = len(service.metrics(first.id))
    assert checkpoint.step_number == steps
    assert checkpoint.metrics.train_loss == service.metrics(first.id)[-1]["train_loss"]
    said = service.client.chat.completions.create(
        model=checkpoint.fine_tuned_model_checkpoint, messages=[{"role": "user", "content": "Hi"}], max_tokens=2
    )
    assert said.choices[0].message.role == "assistant"
    assert len(service.metrics(first.id)) == steps  # nothing went on meanwhile


def test_a_job_that_waits_is_paused_at_once_and_its_reply_shows_what_it_was(service, wait_until, quiet):
    jobs = service.client.fine_tuning.jobs
    service.long_job()
    waiting = service.long_job()
    wait_until(lambda: service.seen(waiting.id).status == "queued")
    assert jobs.pause(waiting.id).status == "queued"
    assert status(service, waiting.id) == "paused"
    assert service.events(waiting.id)[-1].message == "The job was paused before its first step"
    assert jobs.resume(waiting.id).status == "queued"


def test_a_resumed_job_comes_after_those_that_waited(service, wait_until, quiet):
    jobs = service.client.fine_tuning.jobs
    running = service.long_job()
    early, late = service.long_job(), service.long_job()
    wait_until(lambda: service.seen(late.id).status == "queued")
    jobs.pause(early.id)
    jobs.resume(early.id)
    newest = service.long_job()
    wait_until(lambda: service.seen(newest.id).status == "queued")
    assert [job["id"] for job in service.http.app.state.jobs.line.whole()] == [running.id, late.id, early.id, newest.id]


def test_only_what_goes_on_can_be_paused_and_only_what_is_paused_resumed(service, wait_until, quiet, trained):
    jobs = service.client.fine_tuning.jobs
    job = service.long_job()
    with pytest.raises(openai.BadRequestError, match=f"Cannot resume a job {job.id} that has status"):
        jobs.resume(job.id)
    paused(service, wait_until, job.id)
    with pytest.raises(openai.BadRequestError, match=f'Cannot pause a job {job.id} that already has status "paused"'):
        jobs.pause(job.id)
    for act in (jobs.pause, jobs.resume):
        with pytest.raises(openai.BadRequestError, match="succeeded"):
            act(trained.id)
        with pytest.raises(openai.NotFoundError, match="Could not find fine tune: 123"):
            act("123")


def test_a_paused_job_can_be_cancelled_and_is_told_no_more(service, wait_until, quiet):
    job = service.long_job()
    paused(service, wait_until, job.id)
    assert service.client.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    assert service.events(job.id)[-1].message == "The job was cancelled"


def test_a_job_that_is_pausing_can_be_cancelled(service, wait_until, quiet):
    job = service.long_job()
    wait_until(lambda: service.seen(job.id).status == "running")
    service.client.fine_tuning.jobs.pause(job.id)
    assert service.client.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    wait_until(lambda: service.http.app.state.jobs._worker is None)
    assert service.events(job.id)[-1].message == "The job was cancelled"


def test_a_pause_before_the_first_step_holds_the_job_and_it_begins_when_it_is_resumed(service, wait_until, quiet):
    job = service.long_job()
    wait_until(lambda: service.seen(job.id).status == "running")
    service.client.fine_tuning.jobs.pause(job.id)
    wait_until(lambda: status(service, job.id) == "paused")
    service.client.fine_tuning.jobs.resume(job.id)
    told = len(service.metrics(job.id))
    wait_until(lambda: len(service.metrics(job.id)) > told)


def test_a_paused_job_is_paused_after_a_restart_and_does_not_count_as_work(new_home, open_service, wait_until):
    home = new_home()
    with open_service(home) as first:
        job = first.job(**OPTIONS)
        paused(first, wait_until, job.id, at=3)
        steps = len(first.metrics(job.id))
        other = first.job(**OPTIONS)
        wait_until(lambda: first.metrics(other.id))
        store = first.http.app.state.store
        store.update_job(other.id, status="pausing")  # as if the service had been killed at this moment
    with open_service(home) as second:
        assert status(second, job.id) == status(second, other.id) == "paused"
        assert not second.http.app.state.store.jobs_in("validating_files", "queued", "running", "pausing")
        second.client.fine_tuning.jobs.resume(job.id)
        wait_until(lambda: len(second.metrics(job.id)) > steps)
        second.client.fine_tuning.jobs.cancel(job.id)


def test_the_stream_of_a_job_goes_on_while_it_is_paused(service, wait_until, quiet):
    from ftwidgets.service.stream import Story

    job = service.long_job()
    paused(service, wait_until, job.id)
    story = Story(service.http.app.state, job.id, 0)
    assert story.news()["job"]["status"] == "paused"
    assert not story.told
