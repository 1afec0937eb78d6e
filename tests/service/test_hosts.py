"""The service answers to its own names only, so that no page of another site can call it by one of its own."""

import pytest
from starlette.testclient import TestClient

from ftwidgets.service.app import create_app

KEY = {"authorization": "Bearer sk-test"}


@pytest.fixture(scope="module")
def http(new_home):
    with TestClient(create_app(new_home(), "sk-test")) as http:
        yield http


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:80", "LocalHost", "[::1]:9"])
def test_it_answers_to_the_names_of_loopback(http, host):
    assert http.get("/v1/models", headers=KEY | {"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost:80:80"])
def test_it_does_not_answer_to_others_even_with_the_key(http, host):
    reply = http.get("/v1/models", headers=KEY | {"host": host})
    assert reply.status_code == 403
    assert "127.0.0.1" in reply.json()["error"]["message"]
    assert reply.headers["x-request-id"]
