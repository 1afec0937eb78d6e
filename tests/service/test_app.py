from __future__ import annotations

import openai
import pytest

KEYS = {"message", "type", "param", "code"}


def envelope(reply):
    """The error of a reply, which must be whole."""
    assert set(reply.json()) == {"error"}
    error = reply.json()["error"]
    assert set(error) == KEYS
    assert isinstance(error["message"], str)
    assert isinstance(error["type"], str)
    assert reply.headers["x-request-id"].startswith("req_")
    return error


def test_every_reply_says_which_it_is(service):
    replies = [service.http.get("/v1/models", headers=service.headers) for _ in range(2)]
    assert len({reply.headers["x-request-id"] for reply in replies}) == 2
    assert replies[0].headers["openai-version"] == "2020-10-01"
    assert int(replies[0].headers["openai-processing-ms"]) >= 0
    assert service.client.models.list()._request_id.startswith("req_")


@pytest.mark.parametrize("path", ["/v1/models", "/v1/nothing", "/ftwidgets/info", "/", "/v1/files/x/content"])
def test_nothing_is_told_without_the_key(service, path):
    reply = service.http.get(path)
    assert reply.status_code == 401
    assert envelope(reply)["code"] is None
    reply = service.http.get(path, headers={"authorization": "Bearer sk-wrong-key-of-someone"})
    assert reply.status_code == 401
    error = envelope(reply)
    assert error["code"] == "invalid_api_key"
    assert error["message"].startswith("Incorrect API key provided: ")
    assert "wrong-key" not in error["message"]  # a key is a secret even when it is another service's


def test_the_sdk_raises_its_own_error_for_a_wrong_key(service):
    with pytest.raises(openai.AuthenticationError, match="ftwidgets env"):
        service.client.with_options(api_key="sk-wrong").models.list()


@pytest.mark.parametrize(
    "headers",
    [
        {"api-key": "sk-test"},
        {"Authorization": "Bearer sk-test"},
        {"authorization": "Bearer sk-test", "OpenAI-Organization": "org-x", "OpenAI-Project": "p"},
    ],
    ids=["as Azure does", "as OpenAI does", "with an organization"],
)
def test_the_key_may_come_either_way(service, headers):
    assert service.http.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize("key", ["", "sk-tes", "sk-test ü", "SK-TEST", "Bearer", "sk-test\x00"])
def test_a_key_that_is_nearly_right_is_wrong(service, key):
    reply = service.http.get("/v1/models", headers={"authorization": f"Bearer {key}".encode()})
    assert reply.status_code == 401
    envelope(reply)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("GET", "/v1/files/"),
        ("GET", "/v1"),
        ("GET", "/"),
        ("PUT", "/v1/files"),
        ("POST", "/v1/models"),
        ("DELETE", "/v1/chat/completions"),
        ("GET", "/v1/files/a/b/c"),
        ("GET", "/v1/files/..%2F..%2Fkey"),
        ("GET", "/v1/files/..%2Fstore.sqlite/content"),
        ("POST", "/v1/nöthing"),
    ],
)
def test_an_unknown_address_is_answered_in_the_same_envelope(service, method, path):
    reply = service.http.request(method, path, headers=service.headers)
    assert reply.status_code == 404
    assert envelope(reply)["message"].startswith(("Invalid URL (" + method, "No such File object"))


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]", b'"text"', b"\xff\xfe", b"NaN", b'{"model": "a"', b'{"a": "\\ud800"}', b"[" * 100_000],
    ids=lambda body: repr(body[:12]),
)
@pytest.mark.parametrize("path", ["fine_tuning/jobs", "chat/completions"])
def test_a_body_that_is_no_json_object_is_refused(service, path, body):
    reply = service.http.post(f"/v1/{path}", content=body, headers=service.headers)
    assert reply.status_code == 400
    assert "JSON body of" in envelope(reply)["message"]


def test_a_value_that_is_nested_very_deep_is_refused_like_any_other(service):
    deep = b"[" * 1000 + b"]" * 1000
    for path, body in (
        ("fine_tuning/jobs", b'{"model": "random-tiny", "training_file": ' + deep + b"}"),
        ("chat/completions", b'{"model": "random-tiny", "messages": [{"role": "user", "content": ' + deep + b"}]}"),
        ("chat/completions", b'{"model": "random-tiny", "messages": [], "seed": ' + deep + b"}"),
    ):
        reply = service.http.post(f"/v1/{path}", content=body, headers=service.headers)
        assert reply.status_code == 400
        envelope(reply)


def test_an_empty_body_is_an_empty_object(service):
    headers = service.headers | {"content-type": "application/json"}
    reply = service.http.post("/v1/fine_tuning/jobs", headers=headers)
    assert (reply.status_code, envelope(reply)["param"]) == (400, "model")


def test_a_fault_of_the_service_is_told_in_the_envelope_too(service):
    """The bytes of a file that the store knows were removed by someone else."""
    file = service.upload(b"{}\n")
    (service.home / "service" / "files" / file).unlink()
    reply = service.http.get(f"/v1/files/{file}/content", headers=service.headers)
    assert reply.status_code >= 400
    assert set(reply.json()["error"]) == KEYS
    assert envelope(reply)["type"] == "server_error"


def test_the_service_tells_about_itself(service, trained):
    info = service.http.get("/ftwidgets/info", headers=service.headers).json()
    assert info["home"] == str(service.home)
    assert info["fetching"] is None
    assert trained.id not in info["active_jobs"]


def test_a_service_inside_another_process_cannot_be_stopped_over_http(service):
    reply = service.http.post("/ftwidgets/stop", headers=service.headers)
    assert reply.status_code == 400
    envelope(reply)


def test_events_are_told_from_a_cursor_without_gap_or_repeat(service, trained):
    def after(cursor, limit):
        path = f"/ftwidgets/jobs/{trained.id}/events?after={cursor}&limit={limit}"
        return service.http.get(path, headers=service.headers).json()["data"]

    heard, cursor = [], 0
    while page := after(cursor, 3):
        assert len(page) <= 3
        heard += page
        cursor = page[-1]["cursor"]
    assert [event["id"] for event in heard] == [event.id for event in service.events(trained.id)]
    assert [event["time"] for event in heard] == sorted(event["time"] for event in heard)


@pytest.mark.parametrize("cursor", ["-1", "x", "²", "9" * 30])
def test_a_cursor_that_is_none_is_refused(service, trained, cursor):
    # str.isdigit() holds the third for a number, and SQLite the last for too long a one
    path = f"/ftwidgets/jobs/{trained.id}/events?after={cursor}"
    assert envelope(service.http.get(path, headers=service.headers))["param"] == "after"


def test_tokens_are_counted_as_the_model_reads_them(service, trained):
    for model in ("random-tiny", trained.fine_tuned_model):
        body = {"model": model, "texts": ["", "abc", "é"]}
        reply = service.http.post("/ftwidgets/count", json=body, headers=service.headers)
        assert reply.json() == {"tokens": [0, 3, 2]}
    reply = service.http.post("/ftwidgets/count", json={"model": "gpt-9", "texts": []}, headers=service.headers)
    assert envelope(reply)["code"] == "model_not_found"
