"""The rescue at a host that answers in the shapes recorded from OpenAI: what nobody can try here any more."""

from __future__ import annotations

import base64
import json
from datetime import date

import httpx2
import openai
import pytest

import ftwidgets as ft

TUNED = "ft:gpt-4o-mini-2024-07-18:acme:support:9o1eNlSa"
OLDER = "ft:gpt-3.5-turbo-0613:personal::8J6LXhXG"
STEP = "ft:gpt-4o-mini-2024-07-18:acme:support:9o1eNkxx:ckpt-step-101"

MODELS = [
    {"id": "gpt-4o-mini-2024-07-18", "object": "model", "created": 1721172717, "owned_by": "system"},
    {"id": TUNED, "object": "model", "created": 1732000000, "owned_by": "acme", "shutdown_date": "2027-01-14"},
    {"id": OLDER, "object": "model", "created": 1692000000, "owned_by": "acme", "shutdown_date": None},
]

JOB = {
    "object": "fine_tuning.job",
    "id": "ftjob-abc",
    "model": "gpt-4o-mini-2024-07-18",
    "created_at": 1731990000,
    "finished_at": 1732000000,
    "fine_tuned_model": TUNED,
    "organization_id": "org-1",
    "result_files": ["file-results"],
    "status": "succeeded",
    "validation_file": None,
    "training_file": "file-train",
    "hyperparameters": {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.8},
    "trained_tokens": 5070,
    "error": {},
    "seed": 7,
    "shared_with_openai": False,
}

CHECKPOINT = {
    "object": "fine_tuning.job.checkpoint",
    "id": "ftckpt_1",
    "created_at": 1731999000,
    "fine_tuned_model_checkpoint": STEP,
    "fine_tuning_job_id": "ftjob-abc",
    "step_number": 101,
    "metrics": {"step": 101, "train_loss": 0.2},
}

CSV = b"step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,3.63265,0.5,,\n"


def listed(records: list[object]) -> httpx2.Response:
    return httpx2.Response(200, json={"object": "list", "data": records, "has_more": False})


def reply(asked: dict[str, object]) -> httpx2.Response:
    tokens = [{"token": "Yes", "logprob": -0.1, "bytes": [89, 101, 115], "top_logprobs": []}]
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": "Yes", "refusal": None},
        "logprobs": {"content": tokens, "refusal": None},
        "finish_reason": "stop",
    }
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked["model"]}
    return httpx2.Response(200, json=head | {"choices": [choice], "usage": usage})


def answer(request: httpx2.Request) -> httpx2.Response:
    path = request.url.path.removeprefix("/v1")
    if path == "/chat/completions":
        return reply(json.loads(request.content))
    if path == "/files/file-results/content":
        return httpx2.Response(200, content=base64.b64encode(CSV))
    lists = {"/models": MODELS, "/fine_tuning/jobs": [JOB], "/fine_tuning/jobs/ftjob-abc/checkpoints": [CHECKPOINT]}
    if path in lists:
        return listed(lists[path])
    if path == "/files/file-results":
        return httpx2.Response(200, json={"id": "file-results", "object": "file", "filename": "step_metrics.csv"})
    return httpx2.Response(403, json={"error": {"message": "Not allowed to download files of purpose: fine-tune"}})


@pytest.fixture
def client():
    with httpx2.Client(transport=httpx2.MockTransport(answer)) as http:
        yield openai.OpenAI(api_key="sk-x", base_url="https://api.openai.com/v1", http_client=http, max_retries=0)


def test_models_and_checkpoints_have_the_days_that_are_left(client):
    frame = ft.rescue(client, None, today=date(2026, 11, 20)).frame
    assert frame["model"].tolist() == [TUNED, STEP, OLDER]
    assert frame["days_left"].tolist()[:2] == [55, 55]
    assert frame["told"].tolist() == [
        "the host says so",
        "OpenAI's deprecations page, as of 2026-11-20",
        "not known: ask the host",
    ]


def test_the_result_file_is_decoded_and_the_training_file_is_told_to_be_refused(client, tmp_path):
    rescue = ft.rescue(client, tmp_path, today=date(2026, 11, 20))
    assert (tmp_path / "files" / "file-results" / "step_metrics.csv.decoded.csv").read_bytes() == CSV
    assert "does not give file-train, a training file. It says: Not allowed to download" in "\n".join(rescue.notes)
    assert "1 of 2 files of the jobs are in" in repr(rescue)


def test_after_the_last_day_a_model_is_not_asked_and_before_it_is_with_its_tokens_counted(client, tmp_path):
    rescue = ft.rescue(client, tmp_path, today=date(2027, 1, 15))
    assert rescue.quote(["Hello?"]).models == 1
    rescue = ft.rescue(client, tmp_path, today=date(2027, 1, 14))
    size = rescue.quote(["Hello?"], price=(0.3, 1.2))
    assert size.models == 2
    assert size.prompt_tokens == 2 * (2 + 3 + 3)  # "Hello" and "?", three for the message, three for the reply
    assert size.counted == ("OpenAI's o200k_base", "OpenAI's cl100k_base")
    done = rescue.record(["Hello?"], yes=True)
    assert (done.asked, done.left, len(done.golden)) == (2, 0, 2)
