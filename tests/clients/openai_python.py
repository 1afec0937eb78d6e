"""Each method of the `openai` package for Python, 2.x and 3.x: `openai_python.py sync` or `openai_python.py async`.

Replies are parsed into the client's strict types. Where these are narrower than what OpenAI's own service sends, a
lenient client is used: a stored chat's messages are not all the assistant's; an echoed prompt's first token has no
log-probability; and a completion that is not at its end has no reason yet why it ended.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

import openai
from openai import AsyncOpenAI, OpenAI
from probing import BASE, CHATS, ENDED, GRADER, LONG, PREFERENCES, SHORT, ability, every, got

Client = OpenAI | AsyncOpenAI

ASKED: Any = [{"role": "user", "content": "Word 3?"}]
TOLD: Any = {"type": "wandb", "wandb": {"project": "words"}}
IN_JSON: Any = [{"role": "user", "content": "Answer in JSON."}]
PROJECT = os.environ["PROJECT_ID"]
"""Someone else's key, by its id: `ftwidgets keys add NAME` gives it."""

PATIENCE = 120.0


async def probe(client: Client, lenient: Client) -> None:
    await probe_files(client)
    await probe_uploads(client)
    model, checkpoint = await probe_jobs(client)
    await probe_preferences(client)
    await probe_steering(client)
    await probe_chat(client, model, checkpoint)
    await probe_stored(client, lenient, model)
    await probe_completions(client, lenient, model)
    await probe_permissions(client, checkpoint)
    await probe_graders(client)
    await probe_errors(client)
    await probe_raw(client)
    await probe_models(client, model)


async def uploaded(client: Client, content: bytes = CHATS) -> str:
    file = await got(client.files.create(file=("rows.jsonl", content), purpose="fine-tune"))
    return file.id


def new_mark(client: Client) -> str:
    """A text by which what this run makes is found among what others made."""
    return f"{type(client).__name__} {openai.__version__} {time.time_ns()}"


async def until(client: Client, job: str, *statuses: str) -> dict[str, Any]:
    """The job when it has one of `statuses`; as it was sent, for the strict types do not know `paused`."""
    deadline = time.monotonic() + PATIENCE
    while True:
        raw = await got(client.fine_tuning.jobs.with_raw_response.retrieve(job))
        seen = raw.http_response.json()
        if seen["status"] in statuses:
            return seen
        assert seen["status"] not in ENDED, (seen["status"], seen["error"])
        assert time.monotonic() < deadline, f"the job is still {seen['status']}"
        await asyncio.sleep(0.1)


async def probe_files(client: Client) -> None:
    with ability("files.create"):
        file = await got(client.files.create(file=("rows.jsonl", CHATS), purpose="fine-tune"))
        assert (file.filename, file.bytes, file.purpose) == ("rows.jsonl", len(CHATS), "fine-tune")
    with ability("files.retrieve"):
        assert await got(client.files.retrieve(file.id)) == file
    with ability("files.content"):
        content = await got(client.files.content(file.id))
        assert content.content == CHATS
    with ability("files.list"):
        others = [await uploaded(client) for _ in range(2)]
        first = await got(client.files.list(limit=2, purpose="fine-tune"))
        assert [one.id for one in first.data] == others[::-1]
        assert first.has_next_page()
        listed = [one.id for one in await every(client.files.list(limit=2, order="asc"))]
        assert listed[-3:] == [file.id, *others]
    with ability("files.expires"):
        after: Any = {"anchor": "created_at", "seconds": 3600}
        short = await got(client.files.create(file=("rows.jsonl", CHATS), purpose="fine-tune", expires_after=after))
        assert short.expires_at == short.created_at + 3600
    with ability("files.wait"):
        waited = await got(client.files.wait_for_processing(file.id))
        assert waited.status == "processed"
    with ability("files.delete"):
        assert (await got(client.files.delete(file.id))).deleted
        assert file.id not in [one.id for one in await every(client.files.list())]


async def probe_uploads(client: Client) -> None:
    half = len(CHATS) // 2
    about: Any = {"filename": "rows.jsonl", "purpose": "fine-tune", "mime_type": "text/jsonl", "bytes": len(CHATS)}
    digest = hashlib.md5(CHATS).hexdigest()
    with ability("uploads.parts"):
        upload = await got(client.uploads.create(**about))
        second = await got(client.uploads.parts.create(upload.id, data=CHATS[half:]))
        first = await got(client.uploads.parts.create(upload.id, data=CHATS[:half]))
        done = await got(client.uploads.complete(upload.id, part_ids=[first.id, second.id], md5=digest))
        assert done.status == "completed"
        content = await got(client.files.content(done.file.id))
        assert content.content == CHATS
        whole = await got(
            client.uploads.upload_file_chunked(
                file=CHATS,
                filename="rows.jsonl",
                bytes=len(CHATS),
                mime_type="text/jsonl",
                purpose="fine-tune",
                part_size=500,
                md5=digest,
            )
        )
        assert whole.file.bytes == len(CHATS)
    with ability("uploads.cancel"):
        upload = await got(client.uploads.create(**about))
        assert (await got(client.uploads.cancel(upload.id))).status == "cancelled"


async def probe_jobs(client: Client) -> tuple[str, str]:
    """The calls around one job; its model, and its checkpoint before that."""
    jobs = client.fine_tuning.jobs
    method: Any = {"type": "supervised", "supervised": {"hyperparameters": SHORT}}
    mark = new_mark(client)
    with ability("jobs.create"):
        files = {"training_file": await uploaded(client), "validation_file": await uploaded(client)}
        options: Any = {"suffix": "words", "seed": 7, "metadata": {"client": mark}, "integrations": [TOLD]}
        job = await got(jobs.create(model=BASE, method=method, **files, **options))
        assert (job.status, job.seed, job.metadata) == ("validating_files", 7, {"client": mark})
        assert job.integrations[0].wandb.project == "words"
    with ability("jobs.retrieve"):
        await until(client, job.id, "succeeded")
        ended = await got(jobs.retrieve(job.id))
        assert ended.hyperparameters.n_epochs == 2
        assert ended.trained_tokens
        results = await got(client.files.content(ended.result_files[0]))
        assert results.content
    with ability("jobs.list"):
        assert [one.id for one in await every(jobs.list(limit=1, metadata={"client": mark}))] == [job.id]
        assert job.id in [one.id for one in await every(jobs.list(limit=1))]
    with ability("jobs.events"):
        events = await every(jobs.list_events(job.id, limit=5))
        assert [one.data["step"] for one in events if one.type == "metrics"] == list(range(12, 0, -1))
        assert events[-1].message == f"Created fine-tuning job: {job.id}"
    with ability("jobs.checkpoints"):
        checkpoints = await every(jobs.checkpoints.list(job.id, limit=1))
        assert [one.step_number for one in checkpoints] == [12, 6]
        assert checkpoints[0].metrics.full_valid_loss is not None
    with ability("jobs.continue"):
        again = await got(
            jobs.create(model=ended.fine_tuned_model, training_file=files["training_file"], method=method)
        )
        assert (await until(client, again.id, "succeeded"))["fine_tuned_model"] != ended.fine_tuned_model
    return ended.fine_tuned_model, checkpoints[-1].fine_tuned_model_checkpoint


async def probe_preferences(client: Client) -> None:
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {**SHORT, "beta": 0.1}}}
    with ability("jobs.preferences"):
        file = await uploaded(client, PREFERENCES)
        job = await got(client.fine_tuning.jobs.create(model=BASE, training_file=file, method=method))
        await until(client, job.id, "succeeded")
        ended = await got(client.fine_tuning.jobs.retrieve(job.id))
        assert ended.method.dpo.hyperparameters.beta == 0.1


async def probe_steering(client: Client) -> None:
    jobs, file = client.fine_tuning.jobs, await uploaded(client, CHATS * 20)
    method: Any = {"type": "supervised", "supervised": {"hyperparameters": LONG}}
    job = await got(jobs.create(model=BASE, training_file=file, method=method))
    with ability("jobs.pause"):
        await until(client, job.id, "running")
        assert (await got(jobs.pause(job.id))).id == job.id
        await until(client, job.id, "paused")
    with ability("jobs.resume"):
        assert (await got(jobs.resume(job.id))).status == "queued"
        await until(client, job.id, "running")
    with ability("jobs.cancel"):
        assert (await got(jobs.cancel(job.id))).status == "cancelled"


async def probe_chat(client: Client, model: str, checkpoint: str) -> None:
    chats = client.chat.completions
    with ability("chat.create"):
        said = await got(chats.create(model=model, messages=ASKED, max_completion_tokens=5, temperature=0))
        assert said.model == model
        assert 1 <= said.usage.completion_tokens <= 5
        assert said.choices[0].message.role == "assistant"
    with ability("chat.checkpoint"):
        earlier = await got(chats.create(model=checkpoint, messages=ASKED, max_tokens=1))
        assert earlier.choices[0].finish_reason == "length"
    with ability("chat.n"):
        options: Any = {"n": 3, "seed": 5, "max_tokens": 4, "stop": "§", "presence_penalty": 1}
        first, again = [await got(chats.create(model=model, messages=ASKED, **options)) for _ in range(2)]
        assert len(first.choices) == 3
        assert [one.message for one in first.choices] == [one.message for one in again.choices]
    with ability("chat.stream"):
        options = {"max_tokens": 5, "temperature": 0, "stream": True, "stream_options": {"include_usage": True}}
        chunks = await every(await got(chats.create(model=model, messages=ASKED, **options)))
        spoken = "".join(one.choices[0].delta.content or "" for one in chunks if one.choices)
        assert spoken == said.choices[0].message.content
        assert chunks[-1].usage == said.usage
    with ability("chat.logprobs"):
        options = {"max_tokens": 3, "temperature": 0, "logprobs": True, "top_logprobs": 2}
        scored = await got(chats.create(model=model, messages=ASKED, **options))
        tokens = scored.choices[0].logprobs.content
        assert tokens
        assert {len(one.top_logprobs) for one in tokens} == {2}
        assert all(one.logprob == one.top_logprobs[0].logprob <= 0 for one in tokens)
    with ability("chat.json"):
        options = {"response_format": {"type": "json_object"}, "seed": 4, "max_tokens": 400}
        made = await got(chats.create(model=BASE, messages=IN_JSON, **options))
        assert isinstance(json.loads(made.choices[0].message.content), dict)


async def probe_stored(client: Client, lenient: Client, model: str) -> None:
    chats = client.chat.completions
    marked = {"client": new_mark(client)}
    with ability("stored.create"):
        kept = await got(chats.create(model=model, messages=ASKED, max_tokens=2, store=True, metadata=marked))
        assert kept.id
    with ability("stored.list"):
        assert [one.id for one in await every(chats.list(metadata=marked, limit=1))] == [kept.id]
    with ability("stored.retrieve"):
        seen = await got(chats.retrieve(kept.id))
        assert seen.choices[0].message.content == kept.choices[0].message.content
    with ability("stored.messages"):
        assert [one.content for one in await every(lenient.chat.completions.messages.list(kept.id))] == ["Word 3?"]
    with ability("stored.update"):
        assert (await got(chats.update(kept.id, metadata={"good": "yes"}))).metadata == {"good": "yes"}
    with ability("stored.delete"):
        assert (await got(chats.delete(kept.id))).deleted


async def probe_completions(client: Client, lenient: Client, model: str) -> None:
    completions = client.completions
    with ability("completions.text"):
        said = await got(completions.create(model=model, prompt=["Word", "The word"], max_tokens=3))
        assert [one.index for one in said.choices] == [0, 1]
    with ability("completions.ids"):
        said = await got(completions.create(model=model, prompt=[1, 2, 3], max_tokens=3, temperature=0))
        assert said.usage.prompt_tokens == 3
    with ability("completions.echo"):
        options: Any = {"prompt": "Word", "echo": True, "logprobs": 2, "max_tokens": 0}
        said = await got(lenient.completions.create(model=model, **options))
        assert said.choices[0].text == "Word"
        assert said.choices[0].logprobs.token_logprobs[0] is None
    with ability("completions.stream"):
        stream = await got(lenient.completions.create(model=model, prompt="Word", max_tokens=3, stream=True))
        pieces = await every(stream)
        assert pieces[-1].choices[0].finish_reason in ("length", "stop")


async def probe_permissions(client: Client, checkpoint: str) -> None:
    permissions = client.fine_tuning.checkpoints.permissions
    with ability("permissions.create"):
        (made,) = await every(permissions.create(checkpoint, project_ids=[PROJECT]))
        assert made.project_id == PROJECT
    with ability("permissions.list"):
        assert [one.id for one in await every(permissions.list(checkpoint))] == [made.id]
    with ability("permissions.delete"):
        gone = await got(permissions.delete(made.id, fine_tuned_model_checkpoint=checkpoint))
        assert gone.deleted
        assert await every(permissions.list(checkpoint)) == []


async def probe_graders(client: Client) -> None:
    graders = client.fine_tuning.alpha.graders
    with ability("graders.validate"):
        assert (await got(graders.validate(grader=GRADER))).grader.name == GRADER["name"]
    with ability("graders.run"):
        for sample, reward in (("cat", 1.0), ("dog", 0.0)):
            ran = await got(graders.run(grader=GRADER, model_sample=sample, item={"word": "cat"}))
            assert ran.reward == reward


async def probe_errors(client: Client) -> None:
    with ability("errors.key"):
        try:
            await got(client.with_options(api_key="sk-wrong").models.list())
            raise AssertionError("a wrong key was taken")
        except openai.AuthenticationError as error:
            assert (error.code, error.status_code) == ("invalid_api_key", 401)
    with ability("errors.missing"):
        try:
            await got(client.fine_tuning.jobs.retrieve("ftjob-none"))
            raise AssertionError("a job was found that is not there")
        except openai.NotFoundError as error:
            assert (error.code, error.param) == ("fine_tune_not_found", "fine_tune_id")
            assert error.request_id
    with ability("errors.refused"):
        try:
            await got(client.chat.completions.create(model=BASE, messages=ASKED, temperature=3))
            raise AssertionError("a temperature of 3 was taken")
        except openai.BadRequestError as error:
            assert (error.type, error.param) == ("invalid_request_error", "temperature")


async def probe_raw(client: Client) -> None:
    with ability("raw.response"):
        raw = await got(client.models.with_raw_response.retrieve(BASE))
        assert raw.headers["x-request-id"] == raw.request_id
        assert (await got(raw.parse())).id == BASE
    with ability("raw.stream"):
        file = await uploaded(client)
        async with AsyncExitStack() as stack:
            opened: Any = client.files.with_streaming_response.content(file)
            is_async = isinstance(client, AsyncOpenAI)
            response = await stack.enter_async_context(opened) if is_async else stack.enter_context(opened)
            assert b"".join(await every(response.iter_bytes(100))) == CHATS


async def probe_models(client: Client, model: str) -> None:
    with ability("models.list"):
        assert {model, BASE} <= {one.id for one in await every(client.models.list())}
    with ability("models.retrieve"):
        assert (await got(client.models.retrieve(model))).id == model
    with ability("models.delete"):
        assert (await got(client.models.delete(model))).deleted
        assert model not in {one.id for one in await every(client.models.list())}


if __name__ == "__main__":
    kind: Any = {"sync": OpenAI, "async": AsyncOpenAI}[sys.argv[1]]
    asyncio.run(probe(kind(max_retries=0, _strict_response_validation=True), kind(max_retries=0)))
