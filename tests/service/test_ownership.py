"""Two keys, one service: neither sees what is the other's, under no address."""

from __future__ import annotations

import openai
import pytest

from tests.conftest import ROWS, Service, jsonl

GOOD = b'{"messages": []}\n'


@pytest.fixture(scope="module")
def guest(service):
    """The same service as it is to someone with a key of their own."""
    reply = service.http.post("/ftwidgets/keys", json={"name": "guest of the ownership tests"}, headers=service.headers)
    client = service.client.with_options(api_key=reply.json()["key"])
    return Service(service.home, service.http, client)


def unseen(*asks):
    for ask in asks:
        with pytest.raises(openai.NotFoundError) as caught:
            ask()
        assert set(caught.value.body) == {"message", "type", "param", "code"}


def test_files_are_their_owners_alone(service, guest):
    ours, theirs = service.upload(GOOD), guest.upload(GOOD)
    assert ours not in [file.id for file in guest.client.files.list()]
    assert theirs not in [file.id for file in service.client.files.list()]
    for who, other in ((guest, ours), (service, theirs)):
        files = who.client.files
        unseen(lambda: files.retrieve(other), lambda: files.content(other), lambda: files.delete(other))  # noqa: B023
    assert service.client.files.content(ours).read() == guest.client.files.content(theirs).read() == GOOD


def test_what_one_does_not_see_looks_like_what_is_not_there(service, guest):
    told = []
    for identity in (service.upload(GOOD), "file-" + "x" * 22):
        with pytest.raises(openai.NotFoundError) as caught:
            guest.client.files.retrieve(identity)
        told.append({**caught.value.body, "message": caught.value.body["message"].replace(identity, "ID")})
    assert told[0] == told[1]


def test_uploads_are_their_owners_alone(service, guest):
    upload = service.client.uploads.create(filename="a", purpose="vision", bytes=3, mime_type="image/png")
    part = service.client.uploads.parts.create(upload.id, data=b"abc")
    uploads = guest.client.uploads
    unseen(
        lambda: uploads.parts.create(upload.id, data=b"x"),
        lambda: uploads.complete(upload.id, part_ids=[part.id]),
        lambda: uploads.cancel(upload.id),
    )
    own = uploads.create(filename="a", purpose="vision", bytes=3, mime_type="image/png")
    with pytest.raises(openai.BadRequestError, match="is not a part of the upload"):
        uploads.complete(own.id, part_ids=[part.id])
    done = service.client.uploads.complete(upload.id, part_ids=[part.id])
    unseen(lambda: guest.client.files.content(done.file.id))
    uploads.cancel(own.id)


def test_a_file_of_another_cannot_be_trained_on(service, guest):
    ours, theirs = service.upload(ROWS), guest.upload(ROWS)
    create = guest.client.fine_tuning.jobs.create
    for files, param in (
        ({"training_file": ours}, "training_file"),
        ({"training_file": theirs, "validation_file": ours}, "validation_file"),
    ):
        with pytest.raises(openai.BadRequestError, match=f"No such File object: {ours}") as caught:
            create(model="random-tiny", **files)
        assert caught.value.param == param


def test_jobs_and_all_that_is_theirs_are_their_owners_alone(service, guest, trained):
    jobs = guest.client.fine_tuning.jobs
    assert trained.id not in [job.id for job in jobs.list()]
    unseen(
        lambda: jobs.retrieve(trained.id),
        lambda: jobs.cancel(trained.id),
        lambda: jobs.list_events(trained.id),
        lambda: jobs.checkpoints.list(trained.id),
        lambda: guest.client.files.content(trained.result_files[0]),
    )
    for path in (f"jobs/{trained.id}/events", f"jobs/{trained.id}/stream"):
        reply = guest.http.get(f"/ftwidgets/{path}", headers=guest.headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "fine_tune_not_found")
    assert service.events(trained.id)


def test_models_are_their_owners_alone(service, guest, trained):
    checkpoints = service.client.fine_tuning.jobs.checkpoints.list(trained.id).data
    say = {"messages": [{"role": "user", "content": "Word 1?"}], "max_tokens": 2}
    for model in (trained.fine_tuned_model, checkpoints[0].fine_tuned_model_checkpoint):
        assert model not in [one.id for one in guest.client.models.list()]
        unseen(
            lambda: guest.client.models.retrieve(model),  # noqa: B023
            lambda: guest.client.models.delete(model),  # noqa: B023
            lambda: guest.client.chat.completions.create(model=model, **say),  # noqa: B023
        )
        with pytest.raises(openai.BadRequestError, match="is not available for fine-tuning or does not exist"):
            guest.job(model=model)
        assert service.client.chat.completions.create(model=model, **say).choices


@pytest.mark.slow
def test_a_guest_walks_the_whole_way_alone(service, guest):
    job = guest.ended(guest.job().id)
    assert job.status == "succeeded", job.error
    assert next(iter(guest.client.fine_tuning.jobs.list())).id == job.id
    assert guest.client.files.content(job.result_files[0]).read()
    say = [{"role": "user", "content": "Word 1?"}]
    assert guest.client.chat.completions.create(model=job.fine_tuned_model, messages=say, max_tokens=2).choices
    unseen(
        lambda: service.client.fine_tuning.jobs.retrieve(job.id),
        lambda: service.client.models.retrieve(job.fine_tuned_model),
        lambda: service.client.files.content(job.result_files[0]),
    )


def test_another_place_in_a_list_is_no_way_to_what_is_not_ones_own(service, guest):
    ours = service.upload(GOOD)
    listed = guest.client.files.list(after=ours).data
    own = {file.id for file in guest.client.files.list()}
    assert {file.id for file in listed} <= own


def test_a_key_that_is_renewed_keeps_what_was_its_owners(service, guest):
    file = guest.upload(jsonl(ROWS))
    records = service.http.get("/ftwidgets/keys", headers=service.headers).json()["data"]
    named = next(record for record in records if record["name"].startswith("guest of the ownership"))
    key = service.http.post(f"/ftwidgets/keys/{named['id']}/renew", headers=service.headers).json()["key"]
    with pytest.raises(openai.AuthenticationError):
        guest.client.files.retrieve(file)
    guest.client.api_key = key
    assert guest.client.files.retrieve(file).id == file
