from __future__ import annotations

import asyncio
import json
import threading

import pytest

from ftwidgets.service.bell import Bell


def messages(service, job, after=0):
    reply = service.http.get(f"/ftwidgets/jobs/{job}/stream?after={after}", headers=service.headers)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in reply.text.split("\n\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def joined(told, name):
    return [one for message in told for one in message.get(name, [])]


def test_the_stream_of_a_job_that_has_ended_tells_it_whole_and_ends(service, trained):
    told = messages(service, trained.id)
    assert [event["id"] for event in joined(told, "events")] == [event.id for event in service.events(trained.id)]
    assert told[-1]["job"] == service.get(f"fine_tuning/jobs/{trained.id}")
    listed = service.get(f"fine_tuning/jobs/{trained.id}/checkpoints")["data"]
    assert joined(told, "checkpoints") == listed[::-1]


def test_the_stream_goes_on_from_a_cursor(service, trained):
    events = joined(messages(service, trained.id), "events")
    assert joined(messages(service, trained.id, after=events[4]["cursor"]), "events") == events[5:]
    assert joined(messages(service, trained.id, after=events[-1]["cursor"]), "events") == []


def cancel_when_heard(service, job, wait_until):
    """Cancel the job as soon as somebody listens to the service's stream."""

    def cancel():
        wait_until(lambda: service.http.app.state.store.bell._listeners)
        service.client.fine_tuning.jobs.cancel(job.id)

    threading.Thread(target=cancel).start()


def test_the_stream_tells_what_happens_while_it_is_open(service, wait_until):
    job = service.long_job()
    cancel_when_heard(service, job, wait_until)
    told = messages(service, job.id)
    states = [message["job"]["status"] for message in told if "job" in message]
    assert states[-1] == "cancelled"
    assert joined(told, "events")[-1]["message"] == "The job was cancelled"
    assert told[0].get("waits") in (None, {"ahead": 0, "fetching": None})  # it may run already


def test_a_job_that_waits_is_told_how_many_come_before_it(service, wait_until):
    first = service.long_job()
    wait_until(lambda: service.seen(first.id).status == "running")
    second = service.job()
    try:
        wait_until(lambda: service.seen(second.id).status == "queued")
        cancel_when_heard(service, second, wait_until)
        told = messages(service, second.id)
    finally:
        service.client.fine_tuning.jobs.cancel(first.id)
    assert told[0]["waits"] == {"ahead": 1, "fetching": None}
    assert told[-1]["job"]["status"] == "cancelled"


@pytest.mark.parametrize("after", ["-1", "x", "1.5", ""])
def test_a_cursor_that_is_none_is_refused(service, trained, after):
    reply = service.http.get(f"/ftwidgets/jobs/{trained.id}/stream?after={after}", headers=service.headers)
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "after"


def test_an_unknown_job_has_no_stream(service):
    assert service.http.get("/ftwidgets/jobs/ftjob-none/stream", headers=service.headers).status_code == 404


def test_a_bell_that_nobody_hears_any_more_does_no_harm():
    bell = Bell()

    async def listen():
        with bell.heard() as rung:
            bell.ring()
            await rung.wait()

    asyncio.run(listen())
    bell.ring()
