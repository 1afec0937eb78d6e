"""What `openai` 0.28.1 has methods for; `openai_0_28.py` beside it is a course of that time, whole."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import openai
from probing import BASE, CHATS, ENDED, LONG, PAIRS, SHORT, ability

ASKED = [{"role": "user", "content": "Word 3?"}]
IN_JSON = [{"role": "user", "content": "Answer in JSON."}]


def uploaded(content: bytes = CHATS) -> str:
    file: Any = openai.File.create(file=content, purpose="fine-tune", user_provided_filename="rows.jsonl")
    return file.id


def ended(resource: Any, job: str) -> Any:
    while (seen := resource.retrieve(job)).status not in ENDED:
        time.sleep(0.1)
    assert seen.status == "succeeded", seen
    return seen


def probe_files() -> None:
    with ability("files.create"):
        file: Any = openai.File.create(file=CHATS, purpose="fine-tune", user_provided_filename="rows.jsonl")
        assert (file.filename, file.bytes) == ("rows.jsonl", len(CHATS))
    with ability("files.retrieve"):
        assert openai.File.retrieve(file.id) == file
    with ability("files.content"):
        assert openai.File.download(file.id) == CHATS
    with ability("files.list"):
        assert openai.File.list().data[0].id == file.id
    with ability("files.wait"):
        assert openai.File.wait_for_processing(file.id) == "processed"
    with ability("files.delete"):
        assert openai.File.delete(file.id).deleted
        assert file.id not in [one.id for one in openai.File.list().data]


def probe_jobs() -> str:
    """The calls around a job of the present API; its model."""
    jobs = openai.FineTuningJob
    with ability("jobs.create"):
        file = uploaded()
        job: Any = jobs.create(model=BASE, training_file=file, hyperparameters=SHORT)
        assert job.status == "validating_files"
    with ability("jobs.retrieve"):
        seen = ended(jobs, job.id)
        assert seen.hyperparameters.n_epochs == 2
    with ability("jobs.list"):
        assert jobs.list(limit=1).data[0].id == job.id
    with ability("jobs.events"):
        first = jobs.list_events(id=job.id, limit=1)
        assert first.data[0].message == "The job has successfully completed"
        assert first.has_more
    with ability("jobs.continue"):
        again: Any = jobs.create(model=seen.fine_tuned_model, training_file=file, hyperparameters=SHORT)
        assert ended(jobs, again.id).fine_tuned_model != seen.fine_tuned_model
    with ability("jobs.cancel"):
        long: Any = jobs.create(model=BASE, training_file=uploaded(CHATS * 20), hyperparameters=LONG)
        assert jobs.cancel(long.id).status == "cancelled"
    model: str = seen.fine_tuned_model
    return model


def probe_former_jobs() -> str:
    """The calls around a job of the API before; its model."""
    jobs = openai.FineTune
    with ability("legacy.create"):
        file = uploaded(PAIRS)
        job: Any = jobs.create(model=BASE, training_file=file, suffix="words", **SHORT)
        assert (job.object, job.status) == ("fine-tune", "pending")
    with ability("legacy.events"):
        told = [event.message for event in jobs.stream_events(job.id)]
        assert told[-1] == "Fine-tune succeeded"
        assert [event.message for event in jobs.list_events(id=job.id).data] == told
    with ability("legacy.retrieve"):
        seen: Any = jobs.retrieve(job.id)
        assert (seen.status, seen.training_files[0].id) == ("succeeded", file)
        results = openai.File.download(seen.result_files[0].id)
        assert results.startswith(b"step,elapsed_tokens")
    with ability("legacy.list"):
        assert job.id in [one.id for one in jobs.list().data]
    with ability("legacy.cancel"):
        options: Any = {"n_epochs": 50, "batch_size": 1}
        long: Any = jobs.create(model=BASE, training_file=uploaded(PAIRS * 20), **options)
        assert jobs.cancel(long.id).status == "cancelled"
    model: str = seen.fine_tuned_model
    return model


def probe_chat(model: str) -> None:
    asked: Any = {"model": model, "messages": ASKED, "temperature": 0, "max_tokens": 5}
    chats = openai.ChatCompletion
    with ability("chat.create"):
        said: Any = chats.create(**asked)
        assert said.choices[0].message.role == "assistant"
    with ability("chat.n"):
        assert len(chats.create(**asked | {"n": 3, "temperature": 1}).choices) == 3
    with ability("chat.stream"):
        deltas = [chunk.choices[0].delta for chunk in chats.create(stream=True, **asked)]
        assert "".join(delta.get("content", "") for delta in deltas) == said.choices[0].message.content
    with ability("chat.logprobs"):
        tokens = chats.create(logprobs=True, top_logprobs=2, **asked).choices[0].logprobs.content
        assert {len(token.top_logprobs) for token in tokens} == {2}
    with ability("chat.json"):
        options: Any = {"response_format": {"type": "json_object"}, "seed": 4, "max_tokens": 400}
        made: Any = chats.create(model=BASE, messages=IN_JSON, **options)
        assert isinstance(json.loads(made.choices[0].message.content), dict)


def probe_completions(model: str) -> None:
    asked: Any = {"model": model, "temperature": 0, "max_tokens": 3}
    completions = openai.Completion
    with ability("completions.text"):
        both = completions.create(prompt=["Word", "The word"], **asked)
        assert [one.index for one in both.choices] == [0, 1]
    with ability("completions.ids"):
        assert completions.create(prompt=[1, 2, 3], **asked | {"model": BASE}).usage.prompt_tokens == 3
    with ability("completions.echo"):
        options: Any = asked | {"model": BASE, "max_tokens": 0, "echo": True, "logprobs": 2}
        (choice,) = completions.create(prompt="Word", **options).choices
        assert choice.text == "Word"
        assert choice.logprobs.token_logprobs[0] is None
    with ability("completions.stream"):
        pieces = list(completions.create(prompt="Word", stream=True, **asked))
        assert pieces[-1].choices[0].finish_reason in ("length", "stop")


def probe_errors() -> None:
    with ability("errors.key"):
        try:
            openai.Model.list(api_key="sk-wrong")
            raise AssertionError("a wrong key was taken")
        except openai.error.AuthenticationError as error:
            assert error.http_status == 401
    with ability("errors.missing"):
        try:
            openai.FineTuningJob.retrieve("ftjob-none")
            raise AssertionError("a job was found that is not there")
        except openai.error.InvalidRequestError as error:
            assert (error.http_status, error.code) == (404, "fine_tune_not_found")
    with ability("errors.refused"):
        try:
            openai.ChatCompletion.create(model=BASE, messages=ASKED, temperature=3)
            raise AssertionError("a temperature of 3 was taken")
        except openai.error.InvalidRequestError as error:
            assert (error.http_status, error.param) == (400, "temperature")


def probe_models(model: str) -> None:
    with ability("models.list"):
        assert {model, BASE} <= {one.id for one in openai.Model.list().data}
    with ability("models.retrieve"):
        assert openai.Model.retrieve(model).id == model
    with ability("models.delete"):
        assert openai.Model.delete(model).deleted
        assert model not in {one.id for one in openai.Model.list().data}


if __name__ == "__main__":
    openai.api_base = os.environ["OPENAI_API_BASE"]  # an error where it is not set: else this would go to OpenAI
    probe_files()
    model = probe_jobs()
    former = probe_former_jobs()
    probe_chat(model)
    probe_completions(former)
    probe_errors()
    probe_models(former)
