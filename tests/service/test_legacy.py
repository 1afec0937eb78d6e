"""`/v1/fine-tunes`, as openai 0.28 asks for it; the client itself is in `tests/clients`."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import time
from dataclasses import dataclass
from typing import Any

import openai
import pytest

PAIRS = [{"prompt": f"Word {n} ->", "completion": f" {n * n}\n"} for n in range(12)]
NAME = "random-tiny:ft-personal:twin-%Y-%m-%d-%H-%M-%S"
ENDED = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class Legacy:
    """The legacy endpoint of a service, as raw HTTP."""

    service: Any
    wait_until: Any

    def create(self, rows: Any = PAIRS, **body: Any) -> Any:
        file = self.service.upload(rows)
        return self.service.post("fine-tunes", {"training_file": file, "model": "random-tiny"} | body)

    def seen(self, job: str) -> Any:
        return self.service.get(f"fine-tunes/{job}")

    def ended(self, job: str) -> Any:
        self.wait_until(lambda: self.seen(job)["status"] in ENDED)
        return self.seen(job)

    def cancel(self, job: str) -> Any:
        return self.service.http.post(f"/v1/fine-tunes/{job}/cancel", headers=self.service.headers)

    def stream(self, job: str) -> list[str]:
        """The lines of the stream that are data, when it has ended."""
        reply = self.service.http.get(f"/v1/fine-tunes/{job}/events?stream=true", headers=self.service.headers)
        assert reply.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in reply.text.split("\n") if line and not line.startswith(":")]
        assert all(line.startswith("data: ") for line in lines)
        return [line.removeprefix("data: ") for line in lines]

    def long(self) -> Any:
        return self.create(PAIRS * 20, n_epochs=50).json()

    def results(self, job: Any) -> list[dict[str, str]]:
        content = self.service.client.files.content(job["result_files"][0]["id"]).text
        return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture(scope="module")
def legacy(service, wait_until):
    return Legacy(service, wait_until)


@pytest.fixture(scope="module")
def finished(legacy):
    """A job that has succeeded: 12 pairs, 4 to validate on, two epochs of 12 steps."""
    watched = legacy.service.upload(PAIRS[:4])
    job = legacy.ended(legacy.create(validation_file=watched, n_epochs=2, suffix="My Words!").json()["id"])
    assert job["status"] == "succeeded", job["events"]
    return job


@pytest.fixture(scope="module")
def heir(legacy, finished):
    """A job that went on from that model with one row, while all names of the next minutes were taken."""
    taken = [time.strftime(NAME, time.gmtime(time.time() + n)) for n in range(300)]
    for name in taken:
        legacy.service.http.app.state.store.add("models", {"id": name}, base="random-tiny", adapter="none", listed=0)
    body = {"model": finished["fine_tuned_model"], "suffix": "twin", "n_epochs": 1}
    job = legacy.ended(legacy.create(PAIRS[:1], **body).json()["id"])
    assert job["fine_tuned_model"] not in taken
    return job


def said(reply):
    """The error of a reply, without its type, which is always the same."""
    error = reply.json()["error"]
    assert error.pop("type") == "invalid_request_error"
    return reply.status_code, error


def test_a_new_job_is_pending_and_what_it_left_open_is_null(legacy):
    file = legacy.service.upload(PAIRS)
    job = legacy.service.post("fine-tunes", {"training_file": file, "model": "random-tiny"}).json()
    assert re.fullmatch("ft-[A-Za-z0-9]{24}", job["id"])
    assert (job["object"], job["status"], job["model"]) == ("fine-tune", "pending", "random-tiny")
    assert job["hyperparams"] == {
        "n_epochs": 4,
        "batch_size": None,
        "learning_rate_multiplier": None,
        "prompt_loss_weight": 0.0,
    }
    assert job["training_files"] == [legacy.service.get(f"files/{file}")]
    assert (job["validation_files"], job["result_files"], job["fine_tuned_model"]) == ([], [], None)
    assert job["events"][0]["message"] == f"Created fine-tune: {job['id']}"
    legacy.cancel(job["id"])


def test_the_model_is_curie_where_none_is_named_and_the_job_says_who_stands_in(legacy):
    first, job = legacy.long(), legacy.create(model=None).json()  # it waits, so that nothing is fetched
    for one in (job, first):
        assert legacy.cancel(one["id"]).status_code == 200
    assert job["model"] == "curie"
    stands_in = "curie cannot be trained on this machine: smollm2-135m-instruct stands in for it"
    assert stands_in in [event["message"] for event in job["events"]]


def test_the_events_are_openais_the_oldest_first(legacy, finished):
    told = [event["message"] for event in finished["events"]]
    choices = told.pop(1)
    assert choices.startswith("Chosen here: batch_size=1, 0.2 % of 12 rows; learning_rate_multiplier=1.")
    assert told == [
        f"Created fine-tune: {finished['id']}",
        "Fine-tune costs $0.00",
        "Fine-tune enqueued. Queue number: 0",
        "Fine-tune started",
        "Completed epoch 1/2",
        "Completed epoch 2/2",
        f"Uploaded model: {finished['fine_tuned_model']}",
        f"Uploaded result file: {finished['result_files'][0]['id']}",
        "Fine-tune succeeded",
    ]
    for event in finished["events"]:
        assert event.keys() == {"object", "created_at", "level", "message"}
        assert (event["object"], event["level"]) == ("fine-tune-event", "info")
    assert finished["updated_at"] == finished["events"][-1]["created_at"]
    listed = legacy.service.get(f"fine-tunes/{finished['id']}/events")
    assert listed == {"object": "list", "data": finished["events"]}


def test_the_model_has_a_legacy_name_and_answers(legacy, finished):
    name = finished["fine_tuned_model"]
    assert re.fullmatch(r"random-tiny:ft-personal:my-words(-\d\d){0}-\d{4}(-\d\d){5}", name)
    assert name in [model.id for model in legacy.service.client.models.list()]
    chat = legacy.service.client.chat.completions.create
    assert chat(model=name, messages=[{"role": "user", "content": "Word 3 ->"}], max_tokens=4).choices
    assert not [model.id for model in legacy.service.client.models.list() if "ckpt" in model.id and name in model.id]


def test_the_result_file_is_plain_csv_and_empty_where_nothing_was_measured(legacy, finished):
    file, rows = finished["result_files"][0], legacy.results(finished)
    assert (file["filename"], file["purpose"]) == ("compiled_results.csv", "fine-tune-results")
    assert list(rows[0]) == [
        *("step", "elapsed_tokens", "elapsed_examples"),
        *("training_loss", "training_sequence_accuracy", "training_token_accuracy"),
        *("validation_loss", "validation_sequence_accuracy", "validation_token_accuracy"),
    ]
    assert [row["step"] for row in rows] == [str(n) for n in range(1, 25)]
    assert [row["elapsed_examples"] for row in rows] == [str(n) for n in range(1, 25)]
    assert all(float(row["training_loss"]) > 0 and 0 <= float(row["training_token_accuracy"]) <= 1 for row in rows)
    for column in ("elapsed_tokens", "training_sequence_accuracy", "validation_sequence_accuracy"):
        assert {row[column] for row in rows} == {""}
    assert float(rows[9]["validation_loss"]) > 0
    assert rows[0]["validation_loss"] == ""


def test_examples_so_far_are_told_where_they_are_known(legacy):
    """Of 12 rows in batches of 5 one batch has 2: it may come at any place of an epoch."""
    job = legacy.ended(legacy.create(batch_size=5, n_epochs=2).json()["id"])
    assert [row["elapsed_examples"] for row in legacy.results(job)] == ["", "", "12", "", "", "24"]
    assert "validation_loss" not in legacy.results(job)[0]


def test_what_was_null_is_a_number_once_it_runs(finished):
    decided = {"batch_size": 1, "learning_rate_multiplier": 1.0}
    assert finished["hyperparams"] == {"n_epochs": 2, "prompt_loss_weight": 0.0} | decided


def test_a_job_can_go_on_from_a_model_of_this_endpoint_and_with_one_row(finished, heir):
    assert heir["status"] == "succeeded"
    assert heir["model"] == finished["fine_tuned_model"]


def test_a_name_that_is_taken_is_not_given_twice(legacy, heir):
    """Two jobs may end in one second."""
    assert heir["fine_tuned_model"].startswith("random-tiny:ft-personal:twin-")
    assert heir["fine_tuned_model"] in [model.id for model in legacy.service.client.models.list()]


def test_a_file_that_was_deleted_is_still_told(legacy, heir):
    file = heir["training_files"][0]
    legacy.service.client.files.delete(file["id"])
    assert legacy.seen(heir["id"])["training_files"] == [file | {"status": "deleted"}]


def test_a_job_is_not_deleted_and_its_model_is_by_its_own_address(legacy, heir):
    reply = legacy.service.http.delete(f"/v1/fine-tunes/{heir['id']}", headers=legacy.service.headers)
    assert f"DELETE /v1/models/{heir['fine_tuned_model']}" in said(reply)[1]["message"]
    address = "/v1/models/" + heir["fine_tuned_model"].replace(":", "%3A")  # as openai 0.28 writes it
    assert legacy.service.http.delete(address, headers=legacy.service.headers).json()["deleted"] is True
    assert legacy.seen(heir["id"])["status"] == "succeeded"
    unknown = legacy.service.http.delete("/v1/fine-tunes/ft-none", headers=legacy.service.headers)
    assert said(unknown)[0] == 404


def test_what_was_given_is_taken_as_it_is(legacy):
    chosen = {"n_epochs": 1, "batch_size": 3, "learning_rate_multiplier": 0.2, "prompt_loss_weight": 0.01}
    job = legacy.create(**chosen, compute_classification_metrics=False).json()
    assert job["hyperparams"] == chosen | {"prompt_loss_weight": 0.0}
    assert job["events"][1]["message"].startswith("The multiplier is one of this service's own rate")
    legacy.cancel(job["id"])


def test_the_list_has_all_legacy_jobs_without_events_and_the_new_api_has_none(legacy, finished, trained):
    listed = legacy.service.get("fine-tunes")
    assert listed.keys() == {"object", "data"}
    assert [job for job in listed["data"] if job["id"] == finished["id"]] == [
        {name: value for name, value in finished.items() if name != "events"}
    ]
    assert [job["created_at"] for job in listed["data"]] == sorted(job["created_at"] for job in listed["data"])
    assert all(job["id"].startswith("ft-") for job in listed["data"])
    new = [job.id for job in legacy.service.client.fine_tuning.jobs.list()]
    assert trained.id in new
    assert all(job.startswith("ftjob-") for job in new)


def test_neither_api_knows_the_jobs_of_the_other(legacy, finished, trained):
    for path in ("", "/cancel", "/events", "/checkpoints"):
        ask = legacy.service.http.post if path == "/cancel" else legacy.service.http.get
        reply = ask(f"/v1/fine_tuning/jobs/{finished['id']}{path}", headers=legacy.service.headers)
        assert said(reply)[0] == 404
    unknown = {"message": f"Could not find fine tune: {trained.id}", "param": "fine_tune_id"}
    for path in ("", "/events", "/events?stream=true"):
        reply = legacy.service.http.get(f"/v1/fine-tunes/{trained.id}{path}", headers=legacy.service.headers)
        assert said(reply) == (404, unknown | {"code": "fine_tune_not_found"})
    assert legacy.cancel(trained.id).status_code == 404


def test_a_stream_tells_a_job_that_has_ended_and_is_done(legacy, finished):
    *events, done = legacy.stream(finished["id"])
    assert [json.loads(event) for event in events] == finished["events"]
    assert done == "[DONE]"


def test_a_stream_tells_what_happens_until_the_job_ends(legacy, wait_until):
    job = legacy.long()["id"]
    bell = legacy.service.http.app.state.store.bell

    def cancel():
        wait_until(lambda: bell._listeners and legacy.seen(job)["status"] == "running")
        legacy.cancel(job)

    thread = threading.Thread(target=cancel)
    thread.start()
    *events, done = legacy.stream(job)
    thread.join()
    told = [json.loads(event)["message"] for event in events]
    assert (told[-1], done) == ("Fine-tune cancelled", "[DONE]")
    assert told == [event["message"] for event in legacy.seen(job)["events"]]
    assert not bell._listeners


def test_openai_0_28s_list_with_a_stream_of_its_own_spelling_is_a_list(legacy, finished):
    """Its `list_events(stream=True)` sends Python's word, and reads JSON."""
    assert legacy.service.get(f"fine-tunes/{finished['id']}/events?stream=True")["data"] == finished["events"]


def test_a_job_waits_its_turn_and_says_how_many_are_before_it(legacy, wait_until):
    first, second = legacy.long()["id"], legacy.create().json()["id"]
    enqueued = "Fine-tune enqueued. Queue number: 1"
    wait_until(lambda: enqueued in [event["message"] for event in legacy.seen(second)["events"]])
    assert legacy.seen(second)["status"] == "pending"
    for job in (second, first):
        cancelled = legacy.cancel(job).json()
        assert (cancelled["status"], cancelled["events"][-1]["message"]) == ("cancelled", "Fine-tune cancelled")
    message = f'Cannot cancel a job {first} that already has status "cancelled".'
    assert said(legacy.cancel(first)) == (400, {"message": message, "param": None, "code": None})


def test_chats_fail_with_a_sentence(legacy):
    chats = [{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}]
    for job in (legacy.create(chats), legacy.create(validation_file=legacy.service.upload(chats))):
        ended = legacy.ended(job.json()["id"])
        assert (ended["status"], ended["events"][-1]["level"]) == ("failed", "error")
        assert "this API (`/fine-tunes`) takes pairs of prompt and completion" in ended["events"][-1]["message"]


def test_a_faulty_pair_fails_with_its_line(legacy):
    ended = legacy.ended(legacy.create([*PAIRS[:2], {"prompt": "a", "completion": ""}]).json()["id"])
    assert ended["status"] == "failed"
    assert "Line 3" in ended["events"][-1]["message"]


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({"training_file": "file-none"}, "file", "No file with ID: file-none"),
        ({"validation_file": "file-none"}, "file", "No file with ID: file-none"),
        ({"training_file": None}, "training_file", "missing"),
        ({"training_file": 7}, "training_file", "not a text"),
        ({"model": "xxi"}, "model", "Invalid base model: xxi (model must be one of ada, babbage, curie, davinci)"),
        ({"model": ["ada"]}, "model", "not a text"),
        (
            {"model": "gpt-3.5-turbo"},
            None,
            "gpt-3.5-turbo can only be fine-tuned on the new fine-tuning API (`/fine_tuning/jobs`). This API "
            "(`/fine-tunes`) is being deprecated.",
        ),
        ({"n_epochs": 0}, "n_epochs", "a whole number from 1 to 50"),
        ({"batch_size": 257}, "batch_size", "a whole number from 1 to 256"),
        ({"learning_rate_multiplier": 0}, "learning_rate_multiplier", "above 0"),
        ({"learning_rate_multiplier": "auto"}, "learning_rate_multiplier", "not a number"),
        ({"suffix": "a" * 41}, "suffix", "up to 40"),
        ({"prompt_loss_weight": 0.1}, "prompt_loss_weight", "trains completions only"),
        ({"compute_classification_metrics": True}, "compute_classification_metrics", "needs a 'validation_file'"),
        ({"classification_n_classes": 2}, "classification_n_classes", "'compute_classification_metrics' to be true"),
        ({"hyperparameters": {}}, None, "Unrecognized request argument supplied: hyperparameters"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(legacy, body, param, words):
    before = len(legacy.service.get("fine-tunes")["data"])
    status, error = said(legacy.create(**body))
    assert (status, error["param"]) == (400, param)
    assert words in error["message"]
    assert len(legacy.service.get("fine-tunes")["data"]) == before


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({}, "compute_classification_metrics", "or 'classification_n_classes'"),
        ({"classification_n_classes": 3}, "classification_n_classes", "the files have 12 different completions"),
        ({"classification_positive_class": " 1"}, "classification_positive_class", "means 2 classes"),
        (
            {"classification_n_classes": 12, "classification_positive_class": "x"},
            "classification_positive_class",
            "'x'",
        ),
        ({"classification_n_classes": 12, "classification_betas": [1]}, "compute_classification_metrics", "needs"),
        ({"classification_positive_class": " 1", "classification_betas": [0]}, "classification_betas", "above 0"),
    ],
)
def test_classes_that_the_files_do_not_have_are_refused(legacy, finished, body, param, words):
    file = finished["validation_files"][0]["id"]
    status, error = said(legacy.create(validation_file=file, compute_classification_metrics=True, **body))
    assert (status, error["param"]) == (400, param)
    assert words in error["message"]


def test_classification_metrics_are_those_of_the_models_own_answers(legacy):
    """The tiny base learns to say the same of everything: half of the rows are then right."""
    rows = [{"prompt": f"{n} ->", "completion": " yes" if n % 2 else " no"} for n in range(8)]
    asked = {"compute_classification_metrics": True, "classification_positive_class": " yes"}
    trained = {"n_epochs": 20, "batch_size": 8, "learning_rate_multiplier": 100}
    body = asked | trained | {"validation_file": legacy.service.upload(rows)}
    job = legacy.ended(legacy.create(rows, **body).json()["id"])
    assert job["status"] == "succeeded"
    assert job["hyperparams"] == trained | asked | {"prompt_loss_weight": 0.0}
    *earlier, last = legacy.results(job)
    names = [name.removeprefix("classification/") for name in last if name.startswith("classification/")]
    assert names == ["accuracy", "precision", "recall", "auroc", "auprc", "f1.0"]
    assert {row["classification/accuracy"] for row in earlier} == {""}
    chat = legacy.service.client.chat.completions.create
    answers = [
        chat(
            model=job["fine_tuned_model"],
            messages=[{"role": "user", "content": row["prompt"]}],
            max_tokens=5,
            temperature=0,
        )
        .choices[0]
        .message.content
        for row in rows
    ]
    right = [answer.strip() == row["completion"].strip() for answer, row in zip(answers, rows, strict=True)]
    assert float(last["classification/accuracy"]) == sum(right) / 8
    assert last["classification/auroc"] == ""
    assert any("from the answers to 8 validation rows: accuracy=" in event["message"] for event in job["events"])


def test_a_job_whose_examination_fails_succeeds_without_its_metrics(legacy, wait_until):
    rows = [{"prompt": f"{n} ->", "completion": f" {n % 2}"} for n in range(20)]
    file = legacy.service.upload(rows)
    asked = {"compute_classification_metrics": True, "classification_n_classes": 2, "n_epochs": 20}
    job = legacy.create(rows, validation_file=file, **asked).json()["id"]
    wait_until(lambda: "Completed epoch 1/20" in str(legacy.seen(job)["events"]))
    legacy.service.client.files.delete(file)  # its rows were read, but are needed again
    ended = legacy.ended(job)
    assert ended["status"] == "succeeded"
    warning = next(event for event in ended["events"] if event["level"] == "warn")
    assert warning["message"].startswith("The classification metrics could not be computed")


def test_a_file_of_another_purpose_is_refused(legacy):
    file = legacy.service.client.files.create(file=("a.jsonl", b"{}"), purpose="assistants").id
    assert "purpose 'fine-tune'" in said(legacy.create(training_file=file))[1]["message"]


def test_another_key_sees_nothing_of_them(legacy, finished):
    keys = legacy.service.http.post("/ftwidgets/keys", json={"name": "pupil"}, headers=legacy.service.headers).json()
    headers = {"authorization": f"Bearer {keys['key']}"}
    assert legacy.service.http.get("/v1/fine-tunes", headers=headers).json()["data"] == []
    for path in ("", "/events", "/events?stream=true"):
        assert legacy.service.http.get(f"/v1/fine-tunes/{finished['id']}{path}", headers=headers).status_code == 404
    assert legacy.service.http.post(f"/v1/fine-tunes/{finished['id']}/cancel", headers=headers).status_code == 404
    file = finished["training_files"][0]["id"]
    body = {"training_file": file, "model": "random-tiny"}
    reply = legacy.service.http.post("/v1/fine-tunes", json=body, headers=headers)
    assert said(reply)[1]["message"] == f"No file with ID: {file}"


@pytest.mark.slow
def test_a_job_that_a_restart_interrupted_goes_on(new_home, open_service, wait_until):
    home = new_home()
    with open_service(home) as first:
        legacy = Legacy(first, wait_until)
        job = legacy.create(PAIRS * 4, n_epochs=3).json()["id"]
        wait_until(lambda: "Completed epoch 1/3" in str(legacy.seen(job)["events"]))
    with open_service(home) as second:
        ended = Legacy(second, wait_until).ended(job)
        told = [event["message"] for event in ended["events"]]
        assert ended["status"] == "succeeded", told
        assert [message for message in told if "epoch" in message] == [f"Completed epoch {n}/3" for n in (1, 2, 3)]
        assert told.count("Fine-tune started") == 1
        assert len(Legacy(second, wait_until).results(ended)) == 144


def test_any_api_key_error_is_the_same_here(legacy):
    client = openai.OpenAI(api_key="wrong", base_url="http://testserver/v1", http_client=legacy.service.http)
    with pytest.raises(openai.AuthenticationError):
        client.get("/fine-tunes", cast_to=object)
