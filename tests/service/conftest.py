"""What the tests of several resources share: the client of someone else."""

from __future__ import annotations

import openai
import pytest


@pytest.fixture(scope="module")
def other_key(service, request):
    """A key that was given to someone: its id, and the key."""
    body = {"name": request.module.__name__}
    raw = service.http.post("/ftwidgets/keys", json=body, headers=service.headers).json()
    return raw["id"], raw["key"]


@pytest.fixture(scope="module")
def another(service, other_key):
    """The client of someone else, who has a key of the same service."""
    base = service.client.base_url
    return openai.OpenAI(api_key=other_key[1], base_url=base, http_client=service.http, max_retries=0)
