from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.engine.constraint import MOST_SPACE, Constraint, Vocabulary
from ftwidgets.engine.json_text import BEGINNING, steps
from ftwidgets.engine.sampling import Sampler

from .conftest import Model

PIECES = st.binary(max_size=4) | st.sampled_from([b'{"', b'":', b'"}', b"true", b'{"a": [', b"]}", b"\n  ", b"12.5"])


@given(st.lists(PIECES, max_size=30), st.sampled_from([b"", b"{", b'{"a', b'{"a":', b'{"a":[1', b'{"a":"\\u00', b"{}"]))
def test_allowed_are_just_the_tokens_whose_every_byte_goes_on(spelled, before):
    place = steps(BEGINNING, before)
    assert place is not None
    expected = [bool(text) and steps(place, text) is not None for text in spelled]
    assert Vocabulary(spelled).allowed(place).tolist() == expected


def test_tokens_that_stand_for_no_text_are_never_allowed(tiny: Model) -> None:
    vocabulary = Vocabulary.of(tiny.tokenizer, tiny.config.vocabulary)
    assert vocabulary.spelled[tiny.tokenizer.eos] == b""
    assert not vocabulary.allowed(BEGINNING)[tiny.tokenizer.eos]


@pytest.mark.parametrize(
    "options", [{"temperature": 0}, {"temperature": 2}, {"top_p": 0.3}, {"bias": {5: 100.0}}], ids=str
)
def test_whatever_the_scores_an_answer_that_ends_is_json(tiny: Model, options) -> None:
    """The scores are drawn anew at each step; those that close and end are raised, so that it comes to an end."""
    vocabulary = Vocabulary.of(tiny.tokenizer, tiny.config.vocabulary)
    random = np.random.default_rng(1)
    closing = tiny.tokenizer.encode('"}]:0')
    for seed in range(20):
        constraint, said = Constraint(vocabulary), list[int]()
        sampler = Sampler(seed=seed, constraint=constraint, **options)
        while not constraint.complete:
            scores = random.normal(0, 3, tiny.config.vocabulary).astype(np.float32)
            scores[closing] += min(len(said) / 10, 20)
            said.append(sampler.choose(scores).id)
        assert isinstance(json.loads(tiny.tokenizer.decode(said)), dict)


def test_white_space_does_not_go_on_for_ever(tiny: Model) -> None:
    constraint = Constraint(Vocabulary.of(tiny.tokenizer, tiny.config.vocabulary))
    (space,) = tiny.tokenizer.encode(" ")
    for _ in range(MOST_SPACE):
        assert constraint.allowed()[space]
        constraint.hear(space)
    assert not constraint.allowed()[space]
    for token in tiny.tokenizer.encode('{"'):
        constraint.hear(token)
    for _ in range(MOST_SPACE + 1):  # within a text it may
        assert constraint.allowed()[space]
        constraint.hear(space)
