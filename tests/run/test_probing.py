from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace

import openai
import pytest

import ftwidgets as ft
from ftwidgets.run import probing
from ftwidgets.run.probing import Prober
from ftwidgets.run.run import Run


def asking(run):
    return [thread for thread in threading.enumerate() if thread.name == f"probe {run.id}"]


@pytest.mark.slow
def test_the_base_and_each_checkpoint_answer_every_prompt(service, trained, wait_until):
    run = ft.attach(service.client, trained.id)
    changes = []
    prober = Prober(run, ["Word 3?", "Tell me a joke."], lambda: changes.append(len(prober.columns)))
    prober.start()
    wait_until(lambda: not asking(run))
    assert [column.title for column in prober.columns] == ["base", "step 6", "step 12"]
    assert [column.model for column in prober.columns] == ["random-tiny", *(one.model for one in run.checkpoints)]
    for column in prober.columns:
        answers = [
            service.client.chat.completions.create(
                model=column.model,
                messages=[{"role": "user", "content": prompt}],
                temperature=0,
                max_completion_tokens=probing.LONGEST_ANSWER,
            ).choices[0]
            for prompt in prober.prompts
        ]
        expected = [(one.message.content or "").strip() for one in answers]
        assert [answer.rstrip("…") for answer in column.answers] == expected
        cut = [bool(text) and one.finish_reason == "length" for text, one in zip(expected, answers, strict=True)]
        assert [answer.endswith("…") for answer in column.answers] == cut
    assert changes == [1, 1, 2, 2, 3, 3]


def test_without_prompts_nobody_is_asked(service, trained):
    run = ft.attach(service.client, trained.id)
    prober = Prober(run, [], lambda: None)
    prober.start()
    assert (asking(run), prober.columns) == ([], [])


SYSTEM = {"role": "system", "content": "Answer in one word."}


@pytest.mark.slow
def test_the_prompts_are_asked_as_the_training_rows_are(service, wait_until):
    said = [{"role": "user", "content": "1?"}, {"role": "assistant", "content": "x"}]
    rows = [{"messages": [SYSTEM, *said]}] * 10
    job = service.ended(service.job(rows).id)
    run = ft.attach(service.client, job.id)
    assert run.system_message == SYSTEM["content"]
    prober = Prober(run, ["1?"], lambda: None)
    prober.start()
    wait_until(lambda: not asking(run))
    assert prober.system == SYSTEM["content"]
    own = Prober(run, ["1?"], lambda: None, system="")
    own.start()
    wait_until(lambda: not asking(run))
    assert own.system == ""


class Host:
    """A host without checkpoints that is away for its first call, and then refuses one of two prompts."""

    def __init__(self):
        self.calls = 0
        self.chat = SimpleNamespace(completions=self)
        self.files = SimpleNamespace(content=lambda _: SimpleNamespace(read=lambda: b""))

    def create(self, *, model, messages, **_):
        import httpx2

        self.calls += 1
        request = httpx2.Request("POST", "http://other/v1/chat/completions")
        if self.calls == 1:
            raise openai.APIConnectionError(request=request)
        if messages[-1]["content"] == "bad":
            body = {"message": "This prompt is refused."}
            raise openai.BadRequestError("400", response=httpx2.Response(400, request=request), body=body)
        choice = SimpleNamespace(message=SimpleNamespace(content=f" {model} says so "), finish_reason="length")
        return SimpleNamespace(choices=[choice])


def test_a_host_that_is_away_is_asked_again_and_a_refusal_is_shown(monkeypatch, wait_until):
    monkeypatch.setattr(probing, "ASK_AGAIN", 0.01)
    job = SimpleNamespace(
        id="ftjob-p", status="succeeded", model="b", fine_tuned_model="ft:b:1", training_file="file-1"
    )
    run = Run(Host(), job)
    prober = Prober(run, ["good", "bad"], lambda: None)
    prober.start()
    wait_until(lambda: not asking(run))
    assert {column.title: column.answers for column in prober.columns} == {
        "base": ("b says so…", "no answer: This prompt is refused."),
        "tuned": ("ft:b:1 says so…", "no answer: This prompt is refused."),
    }


def test_a_reply_that_is_none_is_no_silence(wait_until):
    host = Host()
    host.create = lambda **_: SimpleNamespace(choices=None)
    host.chat = SimpleNamespace(completions=host)
    run = Run(
        host, SimpleNamespace(id="ftjob-n", status="succeeded", model="b", fine_tuned_model=None, training_file="f")
    )
    prober = Prober(run, ["a"], lambda: None)
    prober.start()
    wait_until(lambda: not asking(run))
    assert prober.columns[0].answers[0].startswith("no answer: TypeError")


@pytest.mark.slow
def test_probes_keep_no_process_from_ending():
    program = """
from types import SimpleNamespace
import openai
from ftwidgets.run.probing import Prober
from ftwidgets.run.run import Run
gone = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0)
run = Run(gone, SimpleNamespace(id="j", status="running", model="b", fine_tuned_model=None, training_file="f"))
Prober(run, ["a"], lambda: None, system="").start()
"""
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", program], timeout=60, check=False).returncode == 0


def test_a_prober_that_is_closed_ends_its_thread(monkeypatch, wait_until):
    monkeypatch.setattr(probing, "ASK_AGAIN", 0.01)
    run = Run(
        Host(), SimpleNamespace(id="ftjob-q", status="running", model="b", fine_tuned_model=None, training_file="f")
    )
    prober = Prober(run, ["good"], lambda: None)
    prober.start()
    wait_until(lambda: prober.columns and prober.columns[0].answers[0])
    assert asking(run)  # it waits for checkpoints
    prober.close()
    wait_until(lambda: not asking(run))


@pytest.mark.parametrize("content", [b"", b"not json\n", b'{"messages": []}\n'])
def test_a_training_file_without_a_system_message_has_none(content):
    client = SimpleNamespace(files=SimpleNamespace(content=lambda _: SimpleNamespace(read=lambda: content)))
    assert Run(client, SimpleNamespace(id="j", status="running", training_file="f")).system_message is None
