from __future__ import annotations

import math

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types import Completion

from ftwidgets.bases.tokenizer import Tokenizer

PAIRS = [{"prompt": f"Word {n} ->", "completion": f" word {n * n}\n"} for n in range(12)]


def ask(service, prompt="Once upon", model="random-tiny", **options):
    return service.client.completions.create(
        model=model, prompt=prompt, **({"temperature": 0, "max_tokens": 6} | options)
    )


def texts(reply):
    return [choice.text for choice in reply.choices]


def tokens_of(service, text):
    return Tokenizer(service.home / "bases" / "random-tiny").encode(text)


@pytest.fixture(scope="module")
def paired(service):
    """A model that was trained on prompts and completions."""
    job = service.ended(service.job(PAIRS).id)
    assert job.status == "succeeded", job.error
    return job.fine_tuned_model


def test_a_completion_is_as_openai_shows_it(service):
    raw = service.post(
        "completions",
        {"model": "random-tiny", "prompt": "Once upon", "logprobs": 2, "logit_bias": {"0": -100, "2": -100}},
    ).json()
    Completion.model_validate(raw, strict=True)
    assert raw["id"].startswith("cmpl-")
    (choice,) = raw["choices"]
    assert (raw["object"], choice["index"], choice["finish_reason"]) == ("text_completion", 0, "length")
    assert raw["usage"] == {"prompt_tokens": 9, "completion_tokens": 16, "total_tokens": 25}
    assert 0 < len(choice["logprobs"]["tokens"]) <= 16


def test_raw_text_goes_on_without_a_chat_around_it(service):
    assert ask(service).usage.prompt_tokens == len(tokens_of(service, "Once upon"))


def test_a_prompt_may_be_a_text_ids_or_lists_of_these(service):
    ids = [tokens_of(service, text) for text in ("Once upon", "Twice")]
    (once,), (twice,) = texts(ask(service, "Once upon")), texts(ask(service, "Twice"))
    assert texts(ask(service, ids[0])) == [once]
    for prompts in (["Once upon", "Twice"], ids):
        reply = ask(service, prompts)
        assert texts(reply) == [once, twice]
        assert [choice.index for choice in reply.choices] == [0, 1]
        assert reply.usage.prompt_tokens == sum(map(len, ids))


def test_nulls_are_as_good_as_nothing_as_the_old_command_line_sends_them(service):
    names = ("n", "max_tokens", "temperature", "top_p", "stop", "stream", "logprobs", "best_of", "suffix", "user")
    body = {"model": "random-tiny", "prompt": "Once", "echo": True, "seed": 1} | dict.fromkeys(names)
    reply = service.post("completions", body)
    assert reply.status_code == 200, reply.text
    assert reply.json()["usage"]["completion_tokens"] == 16
    assert reply.json()["choices"][0]["text"].startswith("Once")


def test_without_a_prompt_a_document_begins(service):
    whole = ask(service, "", echo=True, logprobs=0, logit_bias={"0": -100, "2": -100})
    assert whole.usage.prompt_tokens == 1
    assert whole.choices[0].logprobs.token_logprobs[0] is not None
    assert service.post("completions", {"model": "random-tiny", "prompt": None}).status_code == 200


def test_the_streamed_completion_is_the_whole_one(service):
    options = {"echo": True, "logprobs": 3, "n": 2, "seed": 4, "temperature": 1}
    whole = ask(service, ["Once", "Twice é"], **options)
    chunks = list(ask(service, ["Once", "Twice é"], **options, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].usage == whole.usage
    assert chunks[-1].choices == []
    for n, choice in enumerate(whole.choices):
        parts = [part for chunk in chunks for part in chunk.choices if part.index == n]
        assert "".join(part.text for part in parts) == choice.text
        assert [part.finish_reason for part in parts] == [None] * (len(parts) - 1) + [choice.finish_reason]
        for name in ("tokens", "text_offset"):
            heard = [value for part in parts if part.logprobs for value in getattr(part.logprobs, name)]
            assert heard == getattr(choice.logprobs, name)


@settings(max_examples=25)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=3))
def test_places_of_tokens_are_places_in_the_text(service, prompts):
    reply = ask(service, prompts, echo=True, logprobs=1, max_tokens=3)
    for prompt, choice in zip(prompts, reply.choices, strict=True):
        assert choice.text.startswith(prompt)
        told = choice.logprobs
        assert told.text_offset == sorted(told.text_offset)
        for token, place in zip(told.tokens, told.text_offset, strict=True):
            if not token.startswith("bytes:") and not token.startswith("<|"):
                assert choice.text[place : place + len(token)] == token


def test_the_log_probabilities_of_a_prompt_are_the_same_alone_and_among_others(service):
    prompts = ["Once upon a time", "Twice", "é" * 30]
    together = ask(service, prompts, echo=True, logprobs=1, max_tokens=0)
    for prompt, choice in zip(prompts, together.choices, strict=True):
        (alone,) = ask(service, prompt, echo=True, logprobs=1, max_tokens=0).choices
        assert choice.text == prompt
        assert choice.logprobs.token_logprobs[0] is choice.logprobs.top_logprobs[0] is None
        sums = [sum(one.logprobs.token_logprobs[1:]) for one in (choice, alone)]
        assert sums[0] == pytest.approx(sums[1], abs=1e-4)
    assert together.usage.completion_tokens == 0


def test_what_was_said_scores_the_same_when_it_is_the_prompt(service):
    said = ask(service, tokens_of(service, "Once upon"), echo=True, logprobs=0).choices[0]
    again = ask(service, said.text, echo=True, logprobs=0, max_tokens=0).choices[0]
    if said.logprobs.tokens == again.logprobs.tokens:  # the text may be cut into other tokens
        assert again.logprobs.token_logprobs[1:] == pytest.approx(said.logprobs.token_logprobs[1:], abs=1e-3)


def test_best_of_gives_the_likeliest_per_token(service):
    options = {"temperature": 1, "seed": 3, "logprobs": 0, "logit_bias": {"2": -100, "0": -100}}
    every = ask(service, n=5, **options)
    means = {choice.text: math.fsum(choice.logprobs.token_logprobs) / 6 for choice in every.choices}
    best = ask(service, n=2, best_of=5, **options)
    assert texts(best) == sorted(means, key=means.get, reverse=True)[:2]
    assert [choice.index for choice in best.choices] == [0, 1]
    assert best.usage == every.usage


def test_an_answer_ends_before_a_stop_text_and_its_tokens_too(service):
    (whole,) = texts(ask(service, max_tokens=12, seed=1, temperature=1))
    stop = whole[5:7]
    for stream in (False, True):
        reply = ask(service, max_tokens=12, seed=1, temperature=1, stop=stop, logprobs=0, stream=stream)
        choices = [chunk.choices[0] for chunk in reply] if stream else reply.choices
        assert "".join(choice.text for choice in choices) == whole[: whole.index(stop)]
        assert choices[-1].finish_reason == "stop"
        places = [place for choice in choices if choice.logprobs for place in choice.logprobs.text_offset]
        assert all(place < whole.index(stop) for place in places)


def test_a_model_of_pairs_reads_a_prompt_as_it_was_trained(service, paired, trained):
    prompt, (message,) = "Word 3 ->", [{"role": "user", "content": "Word 3 ->"}]
    chat = service.client.chat.completions.create(model=paired, messages=[message], temperature=0, max_tokens=6)
    reply = ask(service, prompt, model=paired)
    assert texts(reply) == [chat.choices[0].message.content]
    assert reply.usage.prompt_tokens == chat.usage.prompt_tokens
    assert texts(ask(service, tokens_of(service, prompt), model=paired)) == texts(reply)
    echoed = ask(service, prompt, model=paired, echo=True, logprobs=0).choices[0]
    assert echoed.text == prompt + texts(reply)[0]
    assert "".join(echoed.logprobs.tokens[: len(tokens_of(service, prompt))]) == prompt
    chats = ask(service, prompt, model=trained.fine_tuned_model)
    assert chats.usage.prompt_tokens == len(tokens_of(service, prompt))


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("prompt", []),
        ("prompt", 7),
        ("prompt", ["a", 1]),
        ("prompt", [-1]),
        ("prompt", [True]),
        ("prompt", [10**6]),
        ("prompt", ["a"] * 129),
        ("prompt", "x" * 2000),
        ("prompt", "x" * 10**6),
        ("max_tokens", -1),
        ("max_tokens", 1.5),
        ("logprobs", 6),
        ("logprobs", True),
        ("best_of", 21),
        ("best_of", 0),
        ("suffix", "the end"),
        ("echo", "yes"),
        ("stop", ["a"] * 5),
        ("stream_options", {"include_usage": True}),
        ("messages", []),
        ("model", None),
        ("user\n", "x"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(service, param, value):
    reply = service.post("completions", {"model": "random-tiny", "prompt": "Once", "max_tokens": 1} | {param: value})
    assert reply.status_code == 400, reply.text
    error = reply.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


def test_what_no_text_can_hold_is_refused(service):
    for value in (b'"\\ud800"', b"[1" + b"0" * 30 + b"]"):
        body = b'{"model": "random-tiny", "prompt": ' + value + b"}"
        reply = service.http.post("/v1/completions", content=body, headers=service.headers)
        assert reply.status_code == 400, reply.text
        assert reply.json()["error"]["message"]


def test_the_best_of_fewer_or_of_a_stream_cannot_be_had(service):
    for options in ({"n": 3, "best_of": 2}, {"n": 1, "best_of": 2, "stream": True}):
        with pytest.raises(openai.BadRequestError) as caught:
            ask(service, **options)
        assert caught.value.param == "best_of"
    assert len(list(ask(service, n=1, best_of=1, stream=True))) > 1


def test_prompt_and_completion_must_fit_into_the_context(service):
    with pytest.raises(
        openai.BadRequestError, match=r"1024 tokens. However, you requested 1030 tokens \(30 in"
    ) as caught:
        ask(service, "x" * 30, max_tokens=1000)
    assert caught.value.code == "context_length_exceeded"
    assert len(texts(ask(service, "x" * 1020, max_tokens=4))) == 1


def test_an_unknown_model_is_not_found(service):
    with pytest.raises(openai.NotFoundError) as caught:
        ask(service, model="gpt-9")
    assert caught.value.code == "model_not_found"
