from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import unquote

import httpx2
import openai
import pytest
from openai.types import FileDeleted, FileObject

from ftwidgets.service.wire import now

GOOD = b'{"messages": []}\n'
SENTENCE = "Expected file to have JSONL format, where every line is a valid JSON dictionary."


def names(service):
    return {path.name for path in (service.home / "service" / "files").iterdir()}


@pytest.mark.parametrize(
    "content",
    [GOOD, b"", b"\xef\xbb\xbf" + GOOD, GOOD.replace(b"\n", b"\r\n") * 3, b"\n\n" + GOOD + b"\n", GOOD.strip()],
    ids=["plain", "empty", "with a byte-order mark", "with CRLF", "with blank lines", "without a last line end"],
)
def test_what_was_uploaded_comes_back_byte_for_byte(service, content):
    file = service.client.files.create(file=("a.jsonl", content), purpose="fine-tune")
    assert file.bytes == len(content)
    assert service.client.files.content(file.id).read() == content


def test_a_file_for_another_purpose_may_hold_any_bytes(service):
    content = bytes(range(256))
    file = service.client.files.create(file=("picture.bin", content), purpose="vision")
    assert service.client.files.content(file.id).read() == content


def test_the_record_says_what_was_uploaded(service):
    file = service.client.files.create(file=("a.jsonl", GOOD), purpose="fine-tune")
    raw = service.get(f"files/{file.id}")
    FileObject.model_validate(raw, strict=True)
    assert raw["id"].startswith("file-")
    assert (raw["object"], raw["filename"], raw["purpose"], raw["status"]) == (
        "file",
        "a.jsonl",
        "fine-tune",
        "processed",
    )
    assert raw["expires_at"] is None
    assert service.client.files.wait_for_processing(file.id).id == file.id


@pytest.mark.parametrize("name", ["été 数据.jsonl", "../../etc/passwd", "a\\b.jsonl", "x" * 300])
def test_a_file_keeps_whatever_name_it_has(service, name):
    file = service.client.files.create(file=(name, GOOD), purpose="fine-tune")
    assert service.client.files.retrieve(file.id).filename == name
    assert service.client.files.content(file.id).read() == GOOD
    assert names(service) >= {file.id}


def test_the_parts_of_the_form_may_come_in_any_order(service):
    purpose, file = ("purpose", (None, "fine-tune")), ("file", ("a.jsonl", GOOD))
    for parts in ([purpose, file], [file, purpose]):
        reply = service.http.post("/v1/files", files=parts, headers=service.headers)
        assert (reply.status_code, reply.json()["filename"]) == (200, "a.jsonl")


def test_an_unknown_purpose_is_refused_with_the_known_ones(service):
    with pytest.raises(openai.BadRequestError, match=r"'training' is not one of.*fine-tune") as caught:
        service.client.files.create(file=("a.jsonl", GOOD), purpose="training")  # type: ignore[arg-type]
    assert caught.value.param == "purpose"


def test_a_form_without_a_file_or_without_a_purpose_is_refused(service):
    for parts, param in (
        ([("purpose", (None, "fine-tune"))], "file"),
        ([("file", (None, "a text"))], "file"),
        ([("file", ("a.jsonl", GOOD))], "purpose"),
    ):
        reply = service.http.post("/v1/files", files=parts, headers=service.headers)
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)
    reply = service.post("files", {"purpose": "fine-tune"})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "file")


def test_a_file_may_be_told_to_expire(service):
    file = service.client.files.create(
        file=("a.jsonl", GOOD), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert file.expires_at == file.created_at + 3600


# str.isdigit() is True for "²", and int() refuses it.
@pytest.mark.parametrize("seconds", [3599, 2_592_001, "soon", "²", "-5"])
def test_an_expiry_out_of_range_is_refused(service, seconds):
    with pytest.raises(openai.BadRequestError) as caught:
        service.client.files.create(
            file=("a.jsonl", GOOD), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": seconds}
        )
    assert caught.value.param == "expires_after[seconds]"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (GOOD * 2 + b'{"messages": [}\n' + GOOD, 3),
        (b"\n" + GOOD + b"\n" + b"[1, 2]\n", 4),
        (GOOD + b'"a text"\n', 2),
        (GOOD + b'{"a": "\xff"}\n', 2),
        (json.dumps([{"messages": []}], indent=1).encode(), 1),
        (GOOD.decode().encode("utf-16"), 1),
        (b"prompt,completion\r\na,b\r\n", 1),
    ],
    ids=["broken", "a list", "a text", "not UTF-8", "one JSON list", "UTF-16", "CSV"],
)
def test_a_line_that_is_no_json_object_is_refused_by_its_number(service, content, line):
    before = names(service)
    with pytest.raises(openai.BadRequestError) as caught:
        service.client.files.create(file=("a.jsonl", content), purpose="fine-tune")
    assert caught.value.body["message"].startswith(f"{SENTENCE} Line {line} is not")
    assert caught.value.param == "file"
    assert names(service) == before


def test_files_are_listed_the_newest_first_in_pages(service):
    new = [service.client.files.create(file=(f"{n}.bin", b"x"), purpose="user_data").id for n in range(5)]
    files = service.client.files
    page = files.list(purpose="user_data", limit=2)
    assert ([file.id for file in page.data], page.has_more) == (new[:-3:-1], True)
    assert (page.first_id, page.last_id) == (new[4], new[3])
    assert [file.id for file in files.list(purpose="user_data", limit=2, after=new[1])] == [new[0]]
    assert [file.id for file in files.list(purpose="user_data", limit=2)] == new[::-1]
    assert [file.id for file in files.list(purpose="user_data", limit=2, order="asc")] == new
    assert files.list(purpose="user_data", limit=5).has_more is False
    assert new[4] in [file.id for file in files.list()]


def test_an_empty_page_is_still_a_page(service):
    for query in ("limit=0", "after=file-unknown", "purpose=batch"):
        raw = service.get(f"files?{query}")
        assert raw == {"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None}


# int() refuses "²", which str.isdigit() takes for a number, and numbers of more than 4,300 digits.
@pytest.mark.parametrize("limit", ["many", "1.5", "²", "--5", "", "9" * 5000])
def test_a_limit_that_is_no_number_is_refused(service, limit):
    error = service.get(f"files?limit={limit}")["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", "limit")


def test_a_deleted_file_is_gone(service):
    file = service.upload(GOOD)
    raw = service.http.delete(f"/v1/files/{file}", headers=service.headers).json()
    FileDeleted.model_validate(raw, strict=True)
    assert raw == {"id": file, "object": "file", "deleted": True}
    assert file not in names(service)
    with pytest.raises(openai.NotFoundError):
        service.client.files.retrieve(file)


def test_an_unknown_file_is_named_as_openai_does(service):
    files = service.client.files
    for ask in (files.retrieve, files.content, files.delete):
        with pytest.raises(openai.NotFoundError) as caught:
            ask("file-unknown")
        assert caught.value.body == {
            "message": "No such File object: file-unknown",
            "type": "invalid_request_error",
            "param": "id",
            "code": None,
        }


@pytest.mark.parametrize("purpose", ["fine-tune", "assistants", "batch", "vision", "user_data"])
def test_every_purpose_is_taken_and_told(strict, purpose):
    file = strict.files.create(file=("a.jsonl", GOOD), purpose=purpose)
    assert file.purpose == purpose
    assert file.id in [one.id for one in strict.files.list(purpose=purpose)]
    assert (file.expires_at is not None) == (purpose == "batch")  # kept for 30 days, as by OpenAI


def test_a_file_for_evals_is_taken_too(service):
    # The SDK takes this purpose, and its strict types of the reply do not know it.
    assert service.client.files.create(file=("a.jsonl", GOOD), purpose="evals").purpose == "evals"


@pytest.mark.parametrize("purpose", ["fine-tune-results", "assistants_output", "", "x" * 5000])
def test_a_purpose_that_is_not_for_uploads_is_refused(service, purpose):
    with pytest.raises(openai.BadRequestError, match="is not one of") as caught:
        service.client.files.create(file=("a.jsonl", GOOD), purpose=purpose)
    assert caught.value.param == "purpose"
    assert len(caught.value.message) < 400


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"expires_after[seconds]": "3600"}, "expires_after[anchor]"),
        ({"expires_after[anchor]": "created_at"}, "expires_after[seconds]"),
        ({"expires_after[anchor]": "now", "expires_after[seconds]": "3600"}, "expires_after[anchor]"),
    ],
)
def test_an_expiry_needs_its_anchor_and_its_seconds(service, fields, param):
    parts = {"file": ("a.jsonl", GOOD), **{name: (None, value) for name, value in fields.items()}}
    reply = service.http.post("/v1/files", files={"purpose": (None, "fine-tune")} | parts, headers=service.headers)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


def test_an_expired_file_is_gone_at_its_second_and_its_bytes_with_the_next_sweep(service):
    file = service.upload(GOOD)
    job = {"training_file": file, "model": "random-tiny"}
    age(service, file)
    for ask in (service.client.files.retrieve, service.client.files.content, service.client.files.delete):
        with pytest.raises(openai.NotFoundError, match=file):
            ask(file)
    assert file not in [one.id for one in service.client.files.list()]
    with pytest.raises(openai.BadRequestError, match=f"No such File object: {file}"):
        service.client.fine_tuning.jobs.create(**job)
    assert file in names(service)
    service.http.app.state.sweeper.sweep()
    assert file not in names(service)


def age(service, file):
    """Let a file expire now, as if its time had passed."""
    store = service.http.app.state.store
    record = store.get("files", file)
    store.update("files", record | {"expires_at": now()}, expires=now())


def test_a_page_goes_on_after_a_file_that_expired_meanwhile(service):
    old, new = service.upload(GOOD), service.upload(GOOD)
    age(service, new)
    assert [file.id for file in service.client.files.list(limit=1, after=new).data] == [old]


@pytest.mark.parametrize("order", ["", "DESC", "newest"])
def test_an_order_that_is_none_is_refused(service, order):
    error = service.get(f"files?order={order}")["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", "order")


@pytest.mark.parametrize(
    "name",
    ['say "hi".jsonl', "two\nlines\r.jsonl", "été 数据 🎓.jsonl", "../../etc/passwd", "a\\b.jsonl", "50%.jsonl", "'"],
)
def test_no_name_harms_the_header_that_tells_it(service, name):
    file = service.client.files.create(file=(name, GOOD), purpose="fine-tune")
    assert file.filename == name
    told = service.client.files.content(file.id).response.headers["content-disposition"]
    plain, encoded = re.fullmatch(r"attachment; filename=\"([^\"\\/\r\n]*)\"; filename\*=UTF-8''(\S+)", told).groups()
    assert unquote(encoded) == name
    assert len(plain) == len(name)
    assert "/" not in encoded


def test_content_comes_in_ranges_too(service):
    file = service.upload(GOOD)
    reply = service.http.get(f"/v1/files/{file}/content", headers=service.headers | {"range": "bytes=2-4"})
    assert (reply.status_code, reply.content) == (206, GOOD[2:5])


def test_a_file_that_a_job_waits_for_may_be_deleted(service):
    job = service.long_job()
    waiting = service.job()
    service.client.files.delete(waiting.training_file)
    service.client.fine_tuning.jobs.cancel(job.id)
    assert service.ended(waiting.id).status in ("failed", "succeeded")


def test_there_is_an_end_to_how_many_files_one_may_have(service, monkeypatch):
    monkeypatch.setattr("ftwidgets.service.files.MOST_FILES", 0)
    with pytest.raises(openai.BadRequestError, match="Delete some first"):
        service.upload(GOOD)


def test_raw_and_streamed_replies_are_whole(strict):
    raw = strict.files.with_raw_response.create(file=("a.jsonl", GOOD), purpose="fine-tune")
    file = raw.parse()
    assert raw.headers["openai-version"] == "2020-10-01"
    assert strict.files.with_raw_response.retrieve(file.id).parse() == file
    assert strict.files.with_raw_response.list(limit=1).parse().data == [file]
    with strict.files.with_streaming_response.content(file.id) as reply:
        assert b"".join(reply.iter_bytes(5)) == GOOD
    with strict.files.with_streaming_response.delete(file.id) as reply:
        assert reply.parse().deleted


def test_the_async_client_does_all_that(service):
    async def walk():
        transport = httpx2.ASGITransport(app=service.http.app)
        async with openai.AsyncOpenAI(
            api_key=service.client.api_key,
            base_url="http://testserver/v1",
            http_client=httpx2.AsyncClient(transport=transport),
            _strict_response_validation=True,
        ) as client:
            later = {"anchor": "created_at", "seconds": 3600}
            new = [
                await client.files.create(file=(f"{n}.bin", b"x"), purpose="assistants", expires_after=later)
                for n in range(3)
            ]
            assert [file.expires_at - file.created_at for file in new] == [3600] * 3
            listed = [file async for file in client.files.list(purpose="assistants", limit=2)]
            assert listed[:3] == new[::-1]
            assert (await client.files.wait_for_processing(new[0].id)) == new[0]
            async with client.files.with_streaming_response.content(new[1].id) as reply:
                assert await reply.read() == b"x"
            assert (await client.files.with_raw_response.delete(new[2].id)).parse().deleted
            with pytest.raises(openai.NotFoundError):
                await client.files.retrieve(new[2].id)

    asyncio.run(walk())
