from __future__ import annotations

import asyncio
import hashlib
import threading

import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.service.holdings import Holdings
from ftwidgets.service.schema import HOME
from ftwidgets.service.uploads import end
from tests.conftest import KEY

GOOD = b'{"messages": []}\n'


@pytest.fixture
def uploads(strict):
    return strict.uploads


def begun(uploads, content=GOOD, **options):
    chosen = {"filename": "a.jsonl", "purpose": "fine-tune", "bytes": len(content), "mime_type": "text/jsonl"}
    return uploads.create(**chosen | options)


def parts_on_disk(service):
    folder = service.home / "service" / "parts"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def files_on_disk(service):
    return {path.name for path in (service.home / "service" / "files").iterdir()}


def refusal(ask, **arguments):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(**arguments)
    assert set(caught.value.body) == {"message", "type", "param", "code"}
    return caught.value


def test_an_upload_goes_from_its_announcement_to_a_file(service, uploads):
    upload = begun(uploads, GOOD * 3)
    assert (upload.status, upload.bytes, upload.filename, upload.file) == ("pending", 51, "a.jsonl", None)
    assert upload.expires_at == upload.created_at + 3600
    parts = [uploads.parts.create(upload.id, data=GOOD[:9]), uploads.parts.create(upload.id, data=GOOD[9:] + GOOD * 2)]
    assert {part.upload_id for part in parts} == {upload.id}
    done = uploads.complete(upload.id, part_ids=[part.id for part in parts])
    assert (done.id, done.status) == (upload.id, "completed")
    assert (done.file.bytes, done.file.filename, done.file.purpose) == (51, "a.jsonl", "fine-tune")
    assert service.client.files.retrieve(done.file.id) == done.file
    assert service.client.files.content(done.file.id).read() == GOOD * 3
    assert not parts_on_disk(service)


@settings(max_examples=25)
@given(pieces=st.lists(st.binary(max_size=200), max_size=6), order=st.randoms(use_true_random=False))
def test_any_parts_in_any_order_make_the_same_bytes(service, pieces, order):
    content = b"".join(pieces)
    upload = begun(service.client.uploads, content, purpose="user_data")
    sent = list(range(len(pieces)))
    order.shuffle(sent)
    ids = {n: service.client.uploads.parts.create(upload.id, data=pieces[n]).id for n in sent}
    digest = hashlib.md5(content).hexdigest()
    done = service.client.uploads.complete(upload.id, part_ids=[ids[n] for n in range(len(pieces))], md5=digest)
    assert service.client.files.content(done.file.id).read() == content


def test_parts_may_be_sent_at_once(service, uploads):
    pieces = [bytes([n]) * 300_000 for n in range(8)]
    upload = begun(uploads, b"".join(pieces), purpose="user_data")
    ids = {}

    def send(n):
        ids[n] = uploads.parts.create(upload.id, data=pieces[n]).id

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = uploads.complete(upload.id, part_ids=[ids[n] for n in range(8)])
    assert service.client.files.content(done.file.id).read() == b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_the_chunked_upload_of_the_sdk_takes_a_path_and_bytes(service, uploads, tmp_path, size):
    content = GOOD * size
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    digest = hashlib.md5(content).hexdigest()
    told = {"mime_type": "text/jsonl", "purpose": "fine-tune", "part_size": 9000, "md5": digest}
    for given_as in ({"file": path}, {"file": content, "filename": "rows.jsonl", "bytes": len(content)}):
        done = uploads.upload_file_chunked(**given_as, **told)
        assert (done.status, done.file.filename) == ("completed", "rows.jsonl")
        assert service.client.files.content(done.file.id).read() == content


def test_an_upload_serves_as_a_training_file(service):
    from tests.conftest import ROWS, jsonl

    told = {"mime_type": "text/jsonl", "purpose": "fine-tune"}
    rows = jsonl(ROWS)
    upload = service.client.uploads.upload_file_chunked(file=rows, filename="r.jsonl", bytes=len(rows), **told)
    job = service.client.fine_tuning.jobs.create(training_file=upload.file.id, model="random-tiny")
    assert service.client.fine_tuning.jobs.cancel(job.id).training_file == upload.file.id


def test_the_async_client_uploads_too(service):
    async def walk():
        transport = httpx2.ASGITransport(app=service.http.app)
        async with openai.AsyncOpenAI(
            api_key=KEY,
            base_url="http://testserver/v1",
            http_client=httpx2.AsyncClient(transport=transport),
            _strict_response_validation=True,
        ) as client:
            upload = await client.uploads.create(
                filename="b.bin", purpose="vision", bytes=6, mime_type="image/png", expires_after=LATER
            )
            parts = [await client.uploads.parts.create(upload.id, data=data) for data in (b"def", b"abc")]
            raw = await client.uploads.with_raw_response.complete(
                upload.id, part_ids=[part.id for part in reversed(parts)]
            )
            done = raw.parse()
            assert done.file.expires_at == done.file.created_at + 7200
            assert raw.headers["x-request-id"].startswith("req_")
            assert (await client.files.content(done.file.id)).read() == b"abcdef"
            other = await begun_of(client)
            async with client.uploads.with_streaming_response.cancel(other.id) as reply:
                assert (await reply.parse()).status == "cancelled"
            whole = await client.uploads.upload_file_chunked(
                file=GOOD, filename="c.jsonl", bytes=len(GOOD), purpose="fine-tune", mime_type="text/jsonl"
            )
            assert whole.status == "completed"

    async def begun_of(client):
        return await client.uploads.create(filename="b", purpose="vision", bytes=6, mime_type="image/png")

    asyncio.run(walk())


LATER = {"anchor": "created_at", "seconds": 7200}


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"filename": None}, "filename"),
        ({"filename": "x" * 1025}, "filename"),
        ({"mime_type": None}, "mime_type"),
        ({"mime_type": "x" * 256}, "mime_type"),
        ({"purpose": None}, "purpose"),
        ({"purpose": "fine-tune-results"}, "purpose"),
        ({"bytes": None}, "bytes"),
        ({"bytes": -1}, "bytes"),
        ({"bytes": 8 * 2**30 + 1}, "bytes"),
        ({"bytes": 1.5}, "bytes"),
        ({"bytes": True}, "bytes"),
        ({"expires_after": {"anchor": "now", "seconds": 3600}}, "expires_after.anchor"),
        ({"expires_after": {"anchor": "created_at", "seconds": 3599}}, "expires_after.seconds"),
        ({"expires_after": {"anchor": "created_at"}}, "expires_after.seconds"),
        ({"expires_after": {"seconds": 3600}}, "expires_after.anchor"),
        ({"expires_after": 3600}, "expires_after"),
    ],
)
def test_an_announcement_that_cannot_be_kept_is_refused(service, changed, param):
    body = {"filename": "a.jsonl", "purpose": "fine-tune", "bytes": 10, "mime_type": "text/jsonl"} | changed
    reply = service.post("uploads", body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


def test_what_is_wrong_with_the_parts_is_said_and_the_upload_stays(service, uploads):
    upload, other = begun(uploads), begun(uploads)
    one, two = (uploads.parts.create(upload.id, data=data).id for data in (GOOD[:5], GOOD[5:]))
    strange = uploads.parts.create(other.id, data=GOOD).id
    before = files_on_disk(service)
    for ids, words in (
        ([one, one], "named twice"),
        ([one, "part_unknown"], "'part_unknown' is not a part of the upload"),
        ([one, "../../store.sqlite"], "is not a part of the upload"),
        ([strange], "is not a part of the upload"),
        ([one], "5 bytes, and 17 were announced"),
        ([], "0 bytes, and 17"),
        ([one, two, two], "named twice"),
    ):
        error = refusal(uploads.complete, upload_id=upload.id, part_ids=ids)
        assert words in error.message
        assert error.param == "part_ids"
    wrong = refusal(uploads.complete, upload_id=upload.id, part_ids=[one, two], md5="0" * 32)
    assert wrong.param == "md5"
    assert hashlib.md5(GOOD).hexdigest() in wrong.message
    twisted = refusal(uploads.complete, upload_id=upload.id, part_ids=[two, one])
    assert "Expected file to have JSONL format" in twisted.message
    assert files_on_disk(service) == before
    digest = hashlib.md5(GOOD).hexdigest().upper()
    assert uploads.complete(upload.id, part_ids=[one, two], md5=digest).status == "completed"
    uploads.cancel(other.id)


@pytest.mark.parametrize("body", [{}, {"part_ids": "part_1"}, {"part_ids": [1]}, {"part_ids": None}])
def test_a_completion_without_a_list_of_parts_is_refused(service, uploads, body):
    upload = begun(uploads)
    reply = service.post(f"uploads/{upload.id}/complete", body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "part_ids")


@pytest.mark.parametrize("ending", ["completed", "cancelled", "expired"])
def test_an_upload_that_has_come_to_an_end_takes_nothing_more(service, uploads, ending):
    upload = begun(uploads)
    part = uploads.parts.create(upload.id, data=GOOD).id
    if ending == "completed":
        uploads.complete(upload.id, part_ids=[part])
    elif ending == "cancelled":
        assert uploads.cancel(upload.id).status == "cancelled"
    else:
        store = service.http.app.state.store
        record = store.get("uploads", upload.id) | {"expires_at": upload.created_at}
        store.update("uploads", record, expires=upload.created_at)  # as if an hour had passed
    for ask, arguments in (
        (uploads.parts.create, {"data": GOOD}),
        (uploads.complete, {"part_ids": [part]}),
        (uploads.cancel, {}),
    ):
        error = refusal(ask, upload_id=upload.id, **arguments)
        assert f"the status '{ending}'" in error.message
    if ending == "expired":
        service.http.app.state.sweeper.sweep()
        assert store.get("uploads", upload.id)["status"] == "expired"
        refusal(uploads.cancel, upload_id=upload.id)
    assert part not in parts_on_disk(service)


def test_an_unknown_upload_is_named(service, uploads):
    for ask in (
        lambda: uploads.parts.create("upload_unknown", data=b"x"),
        lambda: uploads.complete("upload_unknown", part_ids=[]),
        lambda: uploads.cancel("upload_unknown"),
    ):
        with pytest.raises(openai.NotFoundError, match="No such Upload object: upload_unknown"):
            ask()


def test_a_part_of_more_than_64_mb_is_refused(service, uploads):
    upload = begun(uploads, b"", bytes=2**30)
    uploads.parts.create(upload.id, data=bytes(64 * 2**20))
    with pytest.raises(openai.APIStatusError, match="64 MB") as caught:
        uploads.parts.create(upload.id, data=bytes(64 * 2**20 + 1))
    assert caught.value.status_code == 413
    uploads.cancel(upload.id)
    assert not any(name.startswith(".") for name in parts_on_disk(service))


def test_of_completions_at_once_one_makes_the_file(service, uploads):
    content = bytes(2_000_000)
    before = files_on_disk(service)
    upload = begun(uploads, content, purpose="user_data")
    part = uploads.parts.create(upload.id, data=content).id
    ended = []

    def complete():
        try:
            ended.append(uploads.complete(upload.id, part_ids=[part]).file.id)
        except openai.BadRequestError as error:
            assert "'completed'" in error.message
            ended.append(None)

    threads = [threading.Thread(target=complete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {file for file in ended if file}
    assert (len(ended), len(made)) == (6, 1)
    assert files_on_disk(service) - before == made


def test_an_end_of_one_request_is_not_undone_by_another(service, uploads):
    upload = begun(uploads)
    own = Holdings(service.http.app.state.store, HOME)
    assert end(own, upload.id, "cancelled")["status"] == "cancelled"
    with pytest.raises(Exception, match="the status 'cancelled'"):
        end(own, upload.id, "completed", file={"id": "file-x", "purpose": "vision", "expires_at": None})
    assert own.get("files", "file-x") is None


def test_there_is_an_end_to_how_many_uploads_may_be_under_way(service, uploads, monkeypatch):
    monkeypatch.setattr("ftwidgets.service.uploads.MOST_PENDING", 0)
    assert "pending uploads" in refusal(lambda: begun(uploads)).message


def test_there_is_an_end_to_how_many_parts_an_upload_may_have(service, uploads, monkeypatch):
    monkeypatch.setattr("ftwidgets.service.uploads.MOST_PARTS", 1)
    upload = begun(uploads)
    uploads.parts.create(upload.id, data=GOOD)
    assert "as many parts" in refusal(uploads.parts.create, upload_id=upload.id, data=GOOD).message
    uploads.cancel(upload.id)
