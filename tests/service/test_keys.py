from pathlib import Path

import openai
import pytest

from ftwidgets.errors import InputError
from ftwidgets.service.keys import kept_key
from ftwidgets.service.server import serve
from tests.conftest import ROWS, jsonl


@pytest.mark.parametrize("kept", ["", "\n", "two words", "ключ"])
def test_a_key_file_that_holds_no_key_gets_a_new_one(tmp_path: Path, kept: str) -> None:
    (tmp_path / "key").write_text(kept, "utf-8")
    key = kept_key(tmp_path)
    assert key.startswith("sk-ftwidgets-")
    assert kept_key(tmp_path) == key
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["", "two words", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError, match="key"):
        serve(tmp_path, key=key, ready=lambda _: None)


def test_a_port_file_that_holds_no_port_is_passed_over(tmp_path: Path) -> None:
    from ftwidgets.service.server import _last_port

    for kept in ("", "x", "-1", "99999999"):
        (tmp_path / "port").write_text(kept)
        assert _last_port(tmp_path) == 0


@pytest.fixture
def new_key(service):
    """A function that gives someone a key, and returns its record and a client with it."""

    def make(name):
        record = service.http.post("/ftwidgets/keys", json={"name": name}, headers=service.headers).json()
        return record, service.client.with_options(api_key=record["key"])

    return make


def test_a_key_that_was_given_lets_in_until_it_is_taken_back(service, new_key):
    record, client = new_key("a learner")
    assert record["key"].startswith("sk-ftwidgets-")
    assert client.models.list().data
    listed = service.http.get("/ftwidgets/keys", headers=service.headers).json()["data"]
    assert {key: record[key] for key in ("id", "name", "object", "created_at")} in listed
    gone = service.http.delete(f"/ftwidgets/keys/{record['id']}", headers=service.headers)
    assert gone.json() == {"id": record["id"], "object": "key", "deleted": True}
    with pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_a_key_is_kept_as_a_hash_alone(service, new_key):
    record, _ = new_key("kept")
    raw = b"".join(path.read_bytes() for path in (service.home / "service").glob("store.sqlite*"))
    assert record["id"].encode() in raw
    assert record["key"].encode() not in raw


def test_a_renewed_key_sees_what_the_one_before_saw(service, new_key):
    record, client = new_key("renewed")
    file = client.files.create(file=("a.txt", b"text"), purpose="user_data")
    again = service.http.post("/ftwidgets/keys/renewed/renew", headers=service.headers).json()
    assert again["id"] == record["id"]
    with pytest.raises(openai.AuthenticationError):
        client.files.list()
    renewed = service.client.with_options(api_key=again["key"])
    assert [one.id for one in renewed.files.list()] == [file.id]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "keys"),
        ("POST", "keys"),
        ("DELETE", "keys/other"),
        ("POST", "keys/other/renew"),
        ("POST", "stop"),
    ],
)
def test_only_the_one_who_runs_the_service_gives_keys_and_ends_it(service, new_key, method, path):
    record, _ = new_key(f"{method} {path}")
    headers = {"authorization": f"Bearer {record['key']}"}
    reply = service.http.request(method, f"/ftwidgets/{path}", headers=headers, json={"name": "x"})
    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "insufficient_permissions"


def test_a_name_is_given_once_and_an_unknown_one_is_told(service, new_key):
    new_key("once")
    reply = service.http.post("/ftwidgets/keys", json={"name": "once"}, headers=service.headers)
    assert (reply.status_code, "'once' already" in reply.json()["error"]["message"]) == (400, True)
    reply = service.http.delete("/ftwidgets/keys/nobody", headers=service.headers)
    assert (reply.status_code, reply.json()["error"]["message"]) == (404, "There is no key 'nobody'.")


def test_the_jobs_of_a_key_that_is_taken_back_end(service, new_key, wait_until):
    record, client = new_key("with jobs")
    file = client.files.create(file=("a.jsonl", jsonl(ROWS * 20)), purpose="fine-tune").id
    chosen = {"n_epochs": 50, "batch_size": 1}
    jobs = [
        client.fine_tuning.jobs.create(model="random-tiny", training_file=file, hyperparameters=chosen).id
        for _ in range(2)
    ]
    service.http.delete(f"/ftwidgets/keys/{record['id']}", headers=service.headers)
    store = service.http.app.state.store
    assert [store.get("jobs", job)["status"] for job in jobs] == ["cancelled", "cancelled"]
    wait_until(lambda: service.http.app.state.jobs._worker is None)


def test_a_key_is_told_of_its_own_jobs_alone_and_not_of_the_home(service, new_key):
    record, _ = new_key("curious")
    job = service.long_job()
    told = service.http.get("/ftwidgets/info", headers={"authorization": f"Bearer {record['key']}"}).json()
    assert told["active_jobs"] == []
    assert "home" not in told
    assert job.id in service.http.get("/ftwidgets/info", headers=service.headers).json()["active_jobs"]
    service.client.fine_tuning.jobs.cancel(job.id)
