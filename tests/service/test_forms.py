from __future__ import annotations

import json
import os
import socket
from urllib.parse import urlsplit

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.connection import start, stop

GOOD = b'{"messages": []}\n'
TYPE = {"content-type": "multipart/form-data; boundary=b"}


def part(name, content, *, filename=None):
    told = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return b"--b\r\nContent-Disposition: " + told.encode() + b"\r\n\r\n" + content + b"\r\n"


PURPOSE, FILE, END = part("purpose", b"vision"), part("file", GOOD, filename="a.jsonl"), b"--b--\r\n"


def post(service, body, headers=TYPE, path="files"):
    return service.http.post(f"/v1/{path}", content=body, headers=service.headers | headers)


@pytest.fixture(scope="module")
def service(new_home, open_service):
    """One of its own: others may leave bytes whose record could not be kept, until it is started again."""
    with open_service(new_home()) as service:
        yield service


def left(service):
    """What an upload that failed has left behind."""
    return [path for path in (service.home / "service" / "files").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "breaks off"),
        (PURPOSE + FILE, "breaks off"),
        ((PURPOSE + FILE)[:-20], "breaks off"),
        (PURPOSE + END, "'file' is missing"),
        (b"no form at all", "cannot be read"),
        (PURPOSE + FILE + FILE + END, "may hold one file"),
        (PURPOSE + part("other", GOOD, filename="b") + FILE + END, "may hold one file"),
        (part("", b"x") * 40 + END, "breaks off|missing|no name"),
        (b"".join(part(f"f{n}", b"x") for n in range(40)) + FILE + END, "more than 32 fields"),
        (part("purpose", b"x" * 20_000) + FILE + END, "'purpose' has more than 16384 bytes"),
        (b"--b\r\nX: y\r\n\r\nz\r\n" + FILE + END, "no name"),
        (b"--b\r\n" + b"X: y\r\n" * 500 + b"\r\nz\r\n" + FILE + END, "cannot be read"),
        (b"--b\r\nX: " + b"y" * 100_000 + b"\r\n\r\nz\r\n" + FILE + END, "cannot be read"),
        (PURPOSE + part("file", GOOD, filename="x" * 1025) + END, "1025 letters"),
    ],
)
def test_a_form_that_is_not_whole_or_too_much_is_refused(service, body, words):
    reply = post(service, body)
    assert reply.status_code == 400
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(reply.json()["error"]["message"])
    assert left(service) == []


@pytest.mark.parametrize(
    "kind", ["", "multipart/form-data", "multipart/mixed; boundary=b", "text/plain", "application/json"]
)
def test_a_body_that_is_no_form_is_refused(service, kind):
    reply = post(service, FILE + END, {"content-type": kind})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "file")


def test_a_boundary_of_too_many_letters_is_refused(service):
    reply = post(service, FILE + END, {"content-type": f"multipart/form-data; boundary={'b' * 1000}"})
    assert reply.status_code == 400


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_body_brings_the_service_down(service, body):
    for whole in (body, b"--b\r\n" + body, PURPOSE + b"--b\r\n" + body + END, PURPOSE + part("file", body) + END):
        assert post(service, whole).status_code == 400


@settings(max_examples=40)
@given(st.binary(max_size=3000), st.integers(1, 200))
def test_any_bytes_come_through_in_any_pieces(service, content, size):
    if b"\r\n--b" in content:
        return
    body = PURPOSE + part("file", content, filename="a") + END
    reply = post(service, (body[start : start + size] for start in range(0, len(body), size)))
    file = reply.json()
    assert file["bytes"] == len(content)
    assert service.client.files.content(file["id"]).read() == content


def test_a_file_that_is_announced_as_too_large_is_refused_unread(service):
    def body():
        yield PURPOSE
        raise AssertionError("it was read")

    reply = post(service, body(), TYPE | {"content-length": str(600 * 2**20)})
    assert reply.status_code == 413
    assert "512 MB" in reply.json()["error"]["message"]
    assert "upload_file_chunked" in reply.json()["error"]["message"]


def test_a_file_that_turns_out_too_large_is_refused_when_it_does(service, monkeypatch):
    monkeypatch.setattr("ftwidgets.service.files.LARGEST", 1000)
    reply = post(service, PURPOSE + part("file", bytes(1001), filename="a") + END)
    assert (reply.status_code, reply.json()["error"]["param"]) == (413, "file")
    assert post(service, PURPOSE + part("file", bytes(1000), filename="a") + END).status_code == 200
    assert left(service) == []


@pytest.fixture(scope="module")
def address(new_home):
    """A service in a process of its own, behind a real port."""
    home = new_home()
    yield start(home), home
    stop(home)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["files", "uploads/{upload}/parts"])
def test_an_upload_that_is_cut_off_leaves_nothing_behind(address, wait_until, path):
    where, home = address
    client = where.client()
    upload = client.uploads.create(filename="a", purpose="vision", bytes=10_000_000, mime_type="image/png")
    folder = home / "service" / ("files" if path == "files" else "parts")
    url = urlsplit(where.base_url)
    name = "file" if path == "files" else "data"
    body = part(name, os.urandom(4_000_000), filename="a")
    head = (
        f"POST {url.path}/{path.format(upload=upload.id)} HTTP/1.1\r\nHost: {url.netloc}\r\n"
        f"Authorization: Bearer {where.api_key}\r\nContent-Type: {TYPE['content-type']}\r\n"
        "Content-Length: 9000000\r\n\r\n"
    )
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(head.encode() + body)
        wait_until(lambda: folder.is_dir() and any(file.stat().st_size > 2_000_000 for file in folder.iterdir()))
    wait_until(lambda: list(folder.iterdir()) == [])
    assert client.files.list().data == []
    assert client.uploads.cancel(upload.id).status == "cancelled"
    assert "Traceback" not in (home / "service" / "logs" / "service.log").read_text()
    client.close()


@pytest.mark.slow
def test_the_sdk_hears_why_a_file_is_too_large_over_a_real_port(address, tmp_path):
    where, _ = address
    with open(tmp_path / "large.bin", "wb") as file:
        file.truncate(2**30)  # takes no room
    with where.client() as client, open(tmp_path / "large.bin", "rb") as file:
        with pytest.raises(openai.APIStatusError, match="512 MB") as caught:
            client.with_options(max_retries=0).files.create(file=file, purpose="vision")
        assert caught.value.status_code == 413
        assert json.loads(caught.value.response.text)["error"]["type"] == "invalid_request_error"
        assert client.files.list().data == []
