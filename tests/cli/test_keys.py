"""`ftwidgets keys`: what a teacher gives a class."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import openai
import pytest

from ftwidgets import connection
from tests.cli.conftest import Call


@pytest.fixture
def home(new_home: Callable[[], Path]) -> Iterator[Path]:
    """A home whose service ends with the test."""
    home = new_home()
    yield home
    connection.stop(home)


def client_of(printed: str) -> openai.OpenAI:
    """The client that someone has who sets what was printed."""
    address, former, key = re.findall(r"='(.*)'", printed)
    assert former == address
    return openai.OpenAI(base_url=address, api_key=key, max_retries=0)


@pytest.mark.slow
def test_a_key_is_given_listed_renewed_and_taken_back(home: Path, call: Call) -> None:
    assert "No key was given" in call("keys", home=home).out
    with client_of(call("keys", "add", "Ada L.", home=home).out) as first:
        assert first.files.list().data == []
    assert "Ada L." in call("keys", home=home).out
    assert "'Ada L.' already" in call("keys", "add", "Ada L.", home=home).sentence
    with client_of(call("keys", "renew", "Ada L.", home=home).out) as second:
        assert second.files.list().data == []
        with pytest.raises(openai.AuthenticationError):
            second.with_options(api_key=first.api_key).files.list()
        assert call("keys", "remove", "Ada L.", home=home).out == "The key of Ada L. is taken back.\n"
        with pytest.raises(openai.AuthenticationError):
            second.files.list()
    assert call("keys", "remove", "no/body", home=home).sentence == "There is no key 'no/body'."
