import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.engine import generation
from ftwidgets.engine.generation import Prompt, generate
from ftwidgets.engine.sampling import Sampler, Token
from ftwidgets.engine.utterance import Utterance

from .conftest import Model, logits

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text("utf-8"))


def greedy(model: Model, prompts: list[list[int]], room: int) -> list[list[int]]:
    said: list[list[int]] = [[] for _ in prompts]
    for row, token in generate(
        model.weights, model.config, [Prompt(ids, Sampler(temperature=0), room) for ids in prompts]
    ):
        said[row].append(token.id)
    return said


@pytest.mark.slow
def test_the_cache_changes_no_token(tiny: Model) -> None:
    prompt = list(range(40, 60))
    said = greedy(tiny, [prompt], 60)[0]  # more than the cache has room for at first
    ids = list(prompt)
    for token in said:
        scores = logits(tiny, ids)[-1]
        assert scores[token] > scores.max() - 1e-4
        ids.append(token)
    assert len(said) == 60


@pytest.mark.slow
def test_a_row_in_a_batch_says_what_it_says_alone(tiny: Model) -> None:
    prompts = [list(range(40, 40 + size)) for size in (3, 17, 30, 8, 25)]
    together = greedy(tiny, prompts, 12)
    assert together == [greedy(tiny, [prompt], 12)[0] for prompt in prompts]


@pytest.mark.slow
def test_the_pretrained_model_says_what_the_hugging_face_implementation_says(pretrained: Model) -> None:
    for reference in REFERENCE["greedy"].values():
        said = greedy(pretrained, [reference["prompt_ids"]], len(reference["ids"]))[0]
        assert said == reference["ids"], pretrained.tokenizer.decode(said)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(scores=st.lists(st.floats(-20, 20, width=32), min_size=5, max_size=40), seed=st.integers(0, 99))
def test_log_probabilities_are_those_of_the_softmax(scores: list[float], seed: int) -> None:
    values = np.array(scores, np.float32)
    token = Sampler(seed=seed, top_logprobs=3).choose(values)
    expected = values - np.log(np.exp(values.astype(np.float64)).sum())
    assert token.logprob == pytest.approx(expected[token.id], abs=1e-4)
    assert [logprob for _, logprob in token.top] == pytest.approx(sorted(expected, reverse=True)[:3], abs=1e-4)


def test_sampling_follows_its_seed_and_greedy_the_largest_score() -> None:
    scores = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    drawn = [[Sampler(seed=seed).choose(scores).id for _ in range(3)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert Sampler(temperature=0).choose(scores).id == scores.argmax()


def test_a_small_top_p_leaves_only_the_likeliest() -> None:
    scores = np.array([3.0, 2.0, 1.0, 0.0], np.float32)
    assert {Sampler(top_p=0.5, seed=seed).choose(scores).id for seed in range(50)} == {0}
    assert {Sampler(top_p=0.8, seed=seed).choose(scores).id for seed in range(99)} == {0, 1}


def test_a_bias_and_penalties_change_the_choice() -> None:
    scores = np.array([3.0, 2.0, 1.0], np.float32)
    assert Sampler(temperature=0, bias={2: 10.0}).choose(scores).id == 2
    sampler = Sampler(temperature=0, presence_penalty=2.0)
    assert [sampler.choose(scores).id for _ in range(2)] == [0, 1]


def spoken(model: Model, text: str, stop: list[str], room: int = 99) -> tuple[list[str], Utterance]:
    answer = Utterance(model.tokenizer, stop, room)
    pieces = []
    for identity in [*model.tokenizer.encode(text), model.tokenizer.eos]:
        pieces.append(answer.hear(Token(identity))[0])
        if answer.end:
            break
    return pieces, answer


@settings(derandomize=True, deadline=None)
@given(text=st.text(max_size=40))
def test_the_pieces_are_the_text_and_no_piece_ends_within_a_character(tiny: Model, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    pieces, answer = spoken(tiny, text, [])
    assert "".join(pieces) == text
    assert answer.end == "stop"


@settings(derandomize=True, deadline=None)
@given(before=st.text("abc", max_size=9), stop=st.text("ab", min_size=1, max_size=3), after=st.text("abc", max_size=5))
def test_a_stop_sequence_ends_the_answer_and_is_not_said(tiny: Model, before: str, stop: str, after: str) -> None:
    text = before + stop + after
    pieces, answer = spoken(tiny, text, [stop])
    assert "".join(pieces) == text[: text.index(stop)]
    assert answer.end == "stop"


def test_an_answer_as_long_as_its_room_ends_by_length(tiny: Model) -> None:
    pieces, answer = spoken(tiny, "abcdef", [], room=3)
    assert ("".join(pieces), answer.end, answer.length) == ("abc", "length", 3)


def test_what_jax_was_given_is_never_changed(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX reads an array when a program runs: one that was changed meanwhile gives other tokens on a busy machine."""
    real, given = jnp.asarray, list[tuple[np.ndarray, np.ndarray]]()

    def watched(array: np.ndarray) -> object:
        given.append((array, array.copy()))
        return real(array)

    monkeypatch.setattr(generation.jnp, "asarray", watched)
    greedy(tiny, [list(range(40, 50)), list(range(60, 63))], 6)
    assert given
    assert all(np.array_equal(now, then) for now, then in given)
