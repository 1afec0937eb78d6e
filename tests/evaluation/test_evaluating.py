"""An evaluation through the real SDK, of a host that gives the answers it was told to give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx2
import openai
import pytest

import ftwidgets as ft
from ftwidgets.data import Dataset, load
from ftwidgets.errors import InputError

WORDS = {"oak": "plant", "cow": "animal", "pie": "food", "dog": "animal"}


def rows(words: Mapping[str, str]) -> Dataset:
    return load([{"messages": [user(word), {"role": "assistant", "content": kind}]} for word, kind in words.items()])


def user(word: str) -> dict[str, str]:
    return {"role": "user", "content": word}


class Host:
    """A host whose models know some words; `count` tells how it counts tokens, None that it cannot."""

    def __init__(self, models: Mapping[str, Mapping[str, str]], *, count: Any = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self._models = models
        self._count = count

    def client(self) -> openai.OpenAI:
        transport = httpx2.MockTransport(self._reply)
        return openai.OpenAI(
            base_url="http://host/v1", api_key="key", http_client=httpx2.Client(transport=transport), max_retries=0
        )

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if request.url.path == "/v1/chat/completions":
            return self._answer(body)
        if request.url.path == "/ftwidgets/count" and self._count:
            return httpx2.Response(200, json={"tokens": [self._count(text) for text in body["texts"]]})
        return httpx2.Response(404, json={"error": {"message": "Invalid URL", "type": "invalid_request_error"}})

    def _answer(self, body: dict[str, Any]) -> httpx2.Response:
        self.asked.append(body)
        if body["model"] not in self._models:
            error = {"message": f"The model '{body['model']}' does not exist", "type": "invalid_request_error"}
            return httpx2.Response(404, json={"error": error})
        content = self._models[body["model"]].get(body["messages"][-1]["content"])
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
        record = {"id": "c", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice]}
        return httpx2.Response(200, json=record)


def test_a_score_is_the_share_of_answers_that_are_exactly_right_spaces_at_the_ends_aside() -> None:
    answers = {"oak": " plant\n", "cow": "Animal", "pie": "food.", "dog": "animal"}
    report = ft.evaluate(Host({"base": {}, "tuned": answers}).client(), rows(WORDS), ["base", "tuned"])
    assert report.right("tuned") == [True, False, False, True]
    assert [(score.model, score.right, score.n) for score in report.scores] == [
        ("always 'animal'", 2, 4),
        ("base", 0, 4),
        ("tuned", 2, 4),
    ]
    assert report.score("tuned").accuracy == 0.5


def test_questions_are_asked_greedily_each_of_each_model() -> None:
    host = Host({"base": WORDS, "tuned": WORDS})
    ft.evaluate(host.client(), rows(WORDS), ["base", "tuned"])
    assert {body["temperature"] for body in host.asked} == {0}
    asked = [(body["model"], body["messages"][-1]["content"]) for body in host.asked]
    assert sorted(asked) == sorted((model, word) for model in ("base", "tuned") for word in WORDS)
    assert all(body["messages"] == [user(body["messages"][0]["content"])] for body in host.asked)


def limits(host: Host) -> set[int]:
    return {body["max_completion_tokens"] for body in host.asked}


def test_an_answer_may_be_four_tokens_longer_than_the_longest_where_the_host_counts() -> None:
    host = Host({"base": WORDS}, count=lambda text: 2 * len(text))
    ft.evaluate(host.client(), rows(WORDS), ["base"])
    assert limits(host) == {2 * len("animal") + 4}


def test_an_answer_may_be_four_more_than_the_longests_bytes_where_the_host_does_not_count() -> None:
    host = Host({"base": WORDS})
    ft.evaluate(host.client(), rows({"oak": "日本", "cow": "plant"}), ["base"])
    assert limits(host) == {6 + 4}


def test_an_empty_answer_is_an_answer() -> None:
    host = Host({"base": {"oak": ""}})
    report = ft.evaluate(host.client(), rows({"oak": ""}), ["base"])
    assert limits(host) == {4}
    assert report.score("base").accuracy == 1


def test_no_answer_at_all_is_an_empty_one() -> None:
    report = ft.evaluate(Host({"base": {}}).client(), rows(WORDS), ["base"])
    assert list(report.answers["base"]) == [""] * 4


def test_the_baseline_gives_the_most_frequent_answer_of_the_training_data() -> None:
    train = rows({"ivy": "plant", "fig": "plant", "ant": "animal"})
    report = ft.evaluate(Host({"base": WORDS}).client(), rows(WORDS), ["base"], train=train)
    assert (report.baseline.model, report.baseline.right, report.baseline.n) == ("always 'plant'", 1, 4)


def test_a_long_answer_of_the_baseline_is_shown_in_part() -> None:
    report = ft.evaluate(Host({"base": {}}).client(), rows({"a": "x" * 100}), ["base"])
    assert report.baseline.model == f"always '{'x' * 27}...'"


def test_rows_that_were_also_trained_on_are_told() -> None:
    train = rows({"oak": "plant", "cow": "animal", "pie": "artifact", "hat": "artifact"})
    report = ft.evaluate(Host({"base": WORDS}).client(), rows(WORDS), ["base"], train=train)
    assert len(report.notes) == 1
    assert report.notes[0].startswith("2 of the 4 rows are also in the training data")
    assert report.notes[0] in repr(report)
    assert report.notes[0] in report.to_html()


def test_rows_that_were_not_trained_on_need_no_note() -> None:
    report = ft.evaluate(Host({"base": WORDS}).client(), rows(WORDS), ["base"], train=rows({"ivy": "plant"}))
    assert list(report.notes) == []


def test_progress_goes_up_to_the_end() -> None:
    heard: list[tuple[int, int]] = []
    host = Host({"base": WORDS, "tuned": WORDS})
    ft.evaluate(host.client(), rows(WORDS), ["base", "tuned"], progress=lambda *place: heard.append(place))
    assert sorted(heard) == [(n, 8) for n in range(1, 9)]


def test_a_model_that_is_named_twice_is_asked_once_and_the_progress_ends() -> None:
    heard: list[tuple[int, int]] = []
    host = Host({"base": WORDS})
    ft.evaluate(host.client(), rows(WORDS), ["base", "base"], progress=lambda *place: heard.append(place))
    assert len(host.asked) == 4
    assert max(heard) == (4, 4)


def test_without_a_model_there_is_nothing_to_ask() -> None:
    with pytest.raises(InputError, match="models="):
        ft.evaluate(Host({}).client(), rows(WORDS), [])


def test_one_model_may_be_named_without_a_list() -> None:
    """Or it is refused: what must not be is that each of its letters is taken for a model."""
    host = Host({"base": WORDS})
    try:
        report = ft.evaluate(host.client(), rows(WORDS), "base")
    except InputError:
        return
    assert list(report.answers) == ["base"]


def test_rows_without_an_answer_are_an_error() -> None:
    with pytest.raises(InputError, match="no row that ends with an assistant's answer"):
        ft.evaluate(Host({"base": {}}).client(), load([{"messages": [user("oak")]}]), ["base"])


def test_what_the_host_refuses_is_raised_as_the_sdk_has_it() -> None:
    with pytest.raises(InputError, match="does not exist"):
        ft.evaluate(Host({"base": {}}).client(), rows(WORDS), ["base", "other"])
