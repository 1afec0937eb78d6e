"""Counters: what is told without making a token is what the tokens say."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.fetch import fetch
from ftwidgets.data.looks import spoken
from ftwidgets.data.tokens.counting import Counter, LocalCounter, OpenAICounter
from ftwidgets.data.tokens.encoding import encoding

SAID = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant"]), "content": st.text(max_size=9)},
    optional={"weight": st.sampled_from([0, 1])},
)


@pytest.fixture(scope="module", params=["local", "openai"])
def counter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    if request.param == "openai":
        return OpenAICounter(encoding("o200k_base"))
    folder = tmp_path_factory.mktemp("bases")
    fetch("random-tiny", folder)
    return LocalCounter("random-tiny", folder)


@given(messages=st.lists(SAID, min_size=1, max_size=5))
def test_the_stretches_of_a_conversation_are_those_of_its_tokens(counter: Counter, messages: list[Any]) -> None:
    roles, texts, trained = zip(*spoken({"messages": messages}), strict=True)
    tokens = iter(counter.tokens(roles, trained, texts))
    for stretch in counter.stretches(roles, trained, texts):
        learned = [token.trained for token in islice(tokens, stretch.tokens)]
        assert learned == [True] * stretch.trained + [False] * (stretch.tokens - stretch.trained)
    assert not list(tokens)
