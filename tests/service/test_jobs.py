from __future__ import annotations

import base64
import re

import openai
import pytest
from openai.types.fine_tuning import FineTuningJob
from openai.types.fine_tuning.jobs import FineTuningJobCheckpoint

from ftwidgets.service.narration import Narrator

AUTO = {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"}
PAIRS = [{"prompt": "one ->", "completion": " uno\n"}, {"prompt": "two ->", "completion": " dos\n"}]
"""OpenAI's first example of all, with too few rows: such a job fails at once, and costs a test nothing."""


def chat(*messages, **extra):
    return {"messages": list(messages)} | extra


USER, ASSISTANT = {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}
GOOD = chat(USER, ASSISTANT)


def refused(service, **options):
    with pytest.raises(openai.BadRequestError) as caught:
        service.job(PAIRS, **options)
    return caught.value


def test_a_new_job_is_as_openai_shows_it(service):
    reply = service.post("fine_tuning/jobs", {"model": "random-tiny", "training_file": service.upload(PAIRS)})
    job = reply.json()
    FineTuningJob.model_validate(job, strict=True)
    assert re.fullmatch(r"ftjob-[A-Za-z0-9]{24}", job["id"])
    assert (job["object"], job["status"], job["model"]) == ("fine_tuning.job", "validating_files", "random-tiny")
    assert job["hyperparameters"] == AUTO
    assert job["method"] == {"type": "supervised", "supervised": {"hyperparameters": AUTO}}
    assert (job["error"], job["result_files"], job["fine_tuned_model"]) == (None, [], None)
    assert (job["finished_at"], job["trained_tokens"], job["validation_file"]) == (None, None, None)
    assert isinstance(job["seed"], int)


@pytest.mark.parametrize("place", ["top", "method"])
def test_hyperparameters_may_stand_at_the_top_or_in_the_method(service, place):
    chosen = {"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 0.5}
    method = {"type": "supervised", "supervised": {"hyperparameters": chosen}, "dpo": {"hyperparameters": {}}}
    options = {"hyperparameters": chosen} if place == "top" else {"hyperparameters": openai.omit, "method": method}
    job = service.job(PAIRS, **options)
    assert job.status == "validating_files"
    assert job.hyperparameters.model_dump() == chosen
    assert job.method.supervised.hyperparameters.model_dump() == chosen


def test_numbers_take_the_place_of_auto_once_the_files_are_validated(service):
    job = service.job([GOOD] * 12, hyperparameters=AUTO)
    assert job.hyperparameters.n_epochs == "auto"
    while (seen := service.seen(job.id)).status == "validating_files":
        pass
    service.client.fine_tuning.jobs.cancel(job.id)
    assert seen.hyperparameters.n_epochs == 8  # OpenAI's rule: 100 showings of 12 rows
    assert isinstance(seen.hyperparameters.batch_size, int)
    assert isinstance(seen.hyperparameters.learning_rate_multiplier, float | int)
    assert seen.method.supervised.hyperparameters.model_dump() == seen.hyperparameters.model_dump()
    assert any("auto" in event.message for event in service.events(job.id))


def test_two_rows_are_too_few_and_the_job_says_what_to_do(service):
    job = service.ended(service.job(PAIRS).id)
    FineTuningJob.model_validate(service.get(f"fine_tuning/jobs/{job.id}"), strict=True)
    assert (job.status, job.error.code, job.error.param) == ("failed", "invalid_n_examples", "training_file")
    assert job.error.message.startswith("Training file has 2 example(s), but must have at least 10 examples")
    assert "Add 8 or more" in job.error.message
    assert '{"messages"' in job.error.message
    assert job.finished_at >= job.created_at
    last = service.events(job.id)[-1]
    assert (last.level, last.message, last.type) == ("error", job.error.message, "message")


TABLE = {
    "a role is missing": (chat(USER, {"content": "Hi"}), "invalid_training_file", "Line 12, message 2: .*'role'"),
    "neither format": ({"text": "Hi"}, "invalid_training_file", "Unexpected file format, expected either prompt"),
    "no messages": ({"tools": []}, "invalid_training_file", "'messages'"),
    "an extra key": (GOOD | {"weight": 1}, "invalid_file_format", "Line 12: .*extra.*weight"),
    "an unknown role": (chat(USER, ASSISTANT | {"role": "bot"}), "invalid_training_file", "'bot' is not a role"),
    "no assistant": (chat(USER), "invalid_training_file", "assistant"),
    "a wrong weight": (chat(USER, ASSISTANT | {"weight": 2}), "invalid_training_file", "'weight' is 2"),
    "content is null": (chat(USER, ASSISTANT | {"content": None}), "invalid_training_file", "'content' is null"),
    "a preference pair": (
        {"input": GOOD, "preferred_output": [ASSISTANT], "non_preferred_output": [ASSISTANT]},
        "invalid_training_file",
        "Unexpected file format",
    ),
    "mixed formats": (PAIRS[0], "invalid_training_file", "prompt/completion, that of the first is chat"),
}


@pytest.mark.parametrize(("row", "code", "words"), TABLE.values(), ids=TABLE)
def test_a_file_that_breaks_a_rule_fails_the_job(service, row, code, words):
    job = service.ended(service.job([GOOD] * 11 + [row]).id)
    assert (job.status, job.error.code, job.error.param) == ("failed", code, "training_file")
    assert job.error.message.startswith("The job failed due to")
    assert re.search(words, job.error.message)


def test_a_validation_file_is_held_against_the_same_rules_but_may_be_short(service):
    job = service.ended(service.job([GOOD] * 12, validation=[chat(USER)]).id)
    assert (job.error.code, job.error.param) == ("invalid_validation_file", "validation_file")
    job = service.ended(service.job([GOOD] * 12, validation=[]).id)
    assert (job.error.code, job.error.param) == ("invalid_n_examples", "validation_file")


def test_an_empty_file_has_no_examples(service):
    job = service.ended(service.job(b"").id)
    assert job.error.message.startswith("Training file has 0 example(s), but must have at least 10 examples")


def test_a_file_that_was_deleted_before_its_turn_fails_the_job_with_its_name(service, wait_until):
    before = service.long_job()
    job = service.job([GOOD] * 12)
    wait_until(lambda: service.seen(job.id).status == "queued")
    service.client.files.delete(job.training_file)
    service.client.fine_tuning.jobs.cancel(before.id)
    job = service.ended(job.id)
    assert job.status == "failed"
    assert job.training_file in job.error.message


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("n_epochs", [0, 51, 1.5, "3", True, "many"]),
        ("batch_size", [0, 257, "8", False]),
        ("learning_rate_multiplier", [0, -1, "fast", True]),
    ],
)
def test_a_hyperparameter_out_of_range_is_refused_by_its_name(service, name, values):
    for value in values:
        assert refused(service, hyperparameters={name: value}).param == f"hyperparameters.{name}"


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("seed", -1),
        ("seed", 2**31),
        ("seed", "7"),
        ("suffix", "x" * 65),
        ("suffix", 7),
        ("metadata", {"k": "v" * 513}),
        ("metadata", {"k" * 65: "v"}),
        ("metadata", {"k": 1}),
        ("metadata", {str(n): "v" for n in range(17)}),
        ("metadata", ["k"]),
        ("method", {"type": "reinforcement", "reinforcement": {"grader": {}}}),
        ("method", {"type": ["dpo"]}),
        ("method", "supervised"),
        ("method", {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0}}}),
        ("method", {"type": "dpo", "dpo": {"hyperparameters": {"beta": 2.5}}}),
        ("method", {"type": "supervised", "supervised": {"hyperparameters": {"beta": 0.1}}}),
        ("hyperparameters", {"epochs": 3}),
        ("integrations", {"type": "wandb", "wandb": {"project": "p"}}),
        ("integrations", [{"type": "wandb", "wandb": {"project": "p"}}] * 6),
        ("integrations", [{"type": "wandb", "wandb": {}}]),
        ("integrations", [{"type": "wandb", "wandb": {"project": "p", "tags": "a"}}]),
        ("integrations", [{"type": "mlflow", "mlflow": {"project": "p"}}]),
        ("integrations", ["wandb"]),
        ("hyperparameters", 3),
        ("model", None),
        ("model", 7),
        ("training_file", None),
        ("validation_file", 7),
        pytest.param("method", {"type": "supervised", "supervised": "x"}, id="a block that is a text"),
        pytest.param("method", {"type": "supervised", "supervised": ["x"]}, id="a block that is a list"),
        pytest.param("method", {"supervised": {"hyperparameters": "x"}}, id="hyperparameters that are a text"),
        pytest.param("model", "x" * 300, id="a model's name that no file system takes"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(service, param, value):
    body = {"model": "random-tiny", "training_file": service.upload(PAIRS)} | {param: value}
    reply = service.post("fine_tuning/jobs", body)
    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")
    assert reply.json()["error"]["param"].split(".")[0] in (param, "hyperparameters")


def test_null_is_the_same_as_not_said(service):
    names = ("validation_file", "suffix", "seed", "metadata", "integrations", "hyperparameters", "method")
    body = {"model": "random-tiny", "training_file": service.upload(PAIRS)} | dict.fromkeys(names)
    assert service.post("fine_tuning/jobs", body).status_code == 200


def test_an_unknown_file_is_refused_and_named(service):
    create = service.client.fine_tuning.jobs.create
    for param in ("training_file", "validation_file"):
        files = {"training_file": service.upload(PAIRS)} | {param: "file-unknown"}
        with pytest.raises(openai.BadRequestError, match="file-unknown") as caught:
            create(model="random-tiny", **files)
        assert caught.value.param == param


def test_a_file_for_another_purpose_cannot_be_trained_on(service):
    file = service.client.files.create(file=("a.jsonl", b"{}\n"), purpose="assistants").id
    with pytest.raises(openai.BadRequestError, match=r"purpose 'assistants'.*purpose 'fine-tune'") as caught:
        service.client.fine_tuning.jobs.create(model="random-tiny", training_file=file)
    assert caught.value.param == "training_file"


def test_an_unknown_model_is_refused_with_openais_words_and_the_known_ones(service):
    error = refused(service, model="gpt-9")
    assert error.body["message"].startswith("Model gpt-9 is not available for fine-tuning or does not exist.")
    assert "random-tiny" in error.body["message"]
    assert error.param == "model"


def test_an_unknown_job_is_named_as_openai_does(service):
    jobs = service.client.fine_tuning.jobs
    for ask in (jobs.retrieve, jobs.cancel, jobs.list_events, jobs.checkpoints.list):
        with pytest.raises(openai.NotFoundError) as caught:
            ask("123")
        assert caught.value.body == {
            "message": "Could not find fine tune: 123",
            "type": "invalid_request_error",
            "param": "fine_tune_id",
            "code": "fine_tune_not_found",
        }


def test_metadata_is_kept_and_jobs_are_found_by_it(service):
    jobs = service.client.fine_tuning.jobs
    blue = [service.job(PAIRS, metadata={"colour": "blue", "n": str(n)}).id for n in range(3)]
    plain = service.job(PAIRS).id
    assert jobs.retrieve(blue[0]).metadata == {"colour": "blue", "n": "0"}
    assert [job.id for job in jobs.list(metadata={"colour": "blue"})] == blue[::-1]
    assert [job.id for job in jobs.list(metadata={"colour": "blue", "n": "1"})] == [blue[1]]
    assert [job.id for job in jobs.list(metadata={"colour": "blue"}, limit=1)] == blue[::-1]
    assert jobs.list(metadata={"colour": "red"}).data == []
    without = [job["id"] for job in service.get("fine_tuning/jobs?metadata=null&limit=1000")["data"]]
    assert plain in without
    assert not set(blue) & set(without)


def test_jobs_are_listed_the_newest_first_in_pages(service):
    new = [service.job(PAIRS).id for _ in range(3)]
    jobs = service.client.fine_tuning.jobs
    every = [job.id for job in jobs.list(limit=10_000)]
    assert every[:3] == new[::-1]
    assert [job.id for job in jobs.list(limit=2)] == every  # the SDK's pager walks on by itself
    page = service.get("fine_tuning/jobs?limit=2")
    assert (page["object"], len(page["data"]), page["has_more"]) == ("list", 2, True)
    assert service.get(f"fine_tuning/jobs?after={every[-1]}") == {"object": "list", "data": [], "has_more": False}
    assert len(service.get("fine_tuning/jobs")["data"]) <= 20


def test_events_and_checkpoints_are_paged_too(service, trained):
    jobs = service.client.fine_tuning.jobs
    events = [event.id for event in jobs.list_events(trained.id, limit=10_000)]
    assert [event.id for event in jobs.list_events(trained.id, limit=5)] == events
    assert jobs.list_events(trained.id).has_more is (len(events) > 20)
    checkpoints = [checkpoint.id for checkpoint in jobs.checkpoints.list(trained.id)]
    assert [checkpoint.id for checkpoint in jobs.checkpoints.list(trained.id, limit=1)] == checkpoints
    assert len(checkpoints) == 2


@pytest.mark.parametrize("query", ["after=unknown", "limit=0", "limit=-3"])
@pytest.mark.parametrize("path", ["", "/{}/events", "/{}/checkpoints"])
def test_an_unknown_cursor_or_a_limit_of_nothing_is_answered_with_an_empty_list(service, trained, path, query):
    page = service.get(f"fine_tuning/jobs{path.format(trained.id)}?{query}")
    assert (page["object"], page["data"], page["has_more"]) == ("list", [], False)


def test_a_queued_and_a_running_job_can_be_cancelled_and_an_ended_one_cannot(service, wait_until):
    jobs = service.client.fine_tuning.jobs
    running = service.long_job()
    queued = service.job([GOOD] * 12)
    wait_until(lambda: service.seen(running.id).status == "running" and service.seen(queued.id).status == "queued")
    for job in (queued, running):
        reply = service.http.post(
            f"/v1/fine_tuning/jobs/{job.id}/cancel", headers=service.headers | {"content-type": "application/json"}
        )
        FineTuningJob.model_validate(reply.json(), strict=True)
        assert reply.json()["status"] == "cancelled"
        assert reply.json()["finished_at"] is not None
        with pytest.raises(openai.BadRequestError, match=f'{job.id} that already has status "cancelled"'):
            jobs.cancel(job.id)
    wait_until(lambda: service.http.app.state.jobs._worker is None)  # what was cancelled says no more
    for job in (queued, running):
        assert service.seen(job.id).status == "cancelled"
        assert service.seen(job.id).error is None
        assert service.events(job.id)[-1].message == "The job was cancelled"


def test_a_finished_job_cannot_be_cancelled(service, trained):
    with pytest.raises(openai.BadRequestError) as caught:
        service.client.fine_tuning.jobs.cancel(trained.id)
    assert caught.value.body == {
        "message": f'Cannot cancel a job {trained.id} that already has status "succeeded".',
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


def test_a_job_that_succeeded_has_all_that_openai_tells(service, trained):
    raw = service.get(f"fine_tuning/jobs/{trained.id}")
    FineTuningJob.model_validate(raw, strict=True)
    assert re.fullmatch(r"ft:random-tiny:personal:word-games:[A-Za-z0-9]{8}", raw["fine_tuned_model"])
    assert raw["error"] is None
    assert raw["seed"] == 7
    assert raw["trained_tokens"] > 0
    assert raw["trained_tokens"] % 2 == 0  # two epochs
    assert raw["finished_at"] >= raw["created_at"]
    assert len(raw["result_files"]) == 1
    assert raw["user_provided_suffix"] == "Word Games"


def test_the_events_are_openais_texts_in_openais_order(service, trained):
    steps = {10: r", validation loss=\d\.\d\d, full validation loss=\d\.\d\d"} | dict.fromkeys(
        (6, 12), r", full validation loss=\d\.\d\d"
    )
    expected = [
        f"Created fine-tuning job: {trained.id}",
        f"Validating training file: {trained.training_file} and validation file: {trained.validation_file}",
        "Files validated, moving job to queued state",
        "Fine-tuning job started",
        *(rf"Step {n}/12: training loss=\d\.\d\d{steps.get(n, '')}" for n in range(1, 13)),
        r"Checkpoint created at step 6 with Snapshot ID: ft:random-tiny:personal:word-games:\w{8}:ckpt-step-6",
        f"New fine-tuned model created: {trained.fine_tuned_model}",
        "The job has successfully completed",
    ]
    messages = [event.message for event in service.events(trained.id)]
    assert len(messages) == len(expected)
    for message, pattern in zip(messages, expected, strict=True):
        assert re.fullmatch(pattern, message)


def test_metrics_events_carry_the_numbers_and_message_events_none(service, trained):
    from openai.types.fine_tuning import FineTuningJobEvent

    for raw in service.get(f"fine_tuning/jobs/{trained.id}/events?limit=100")["data"]:
        FineTuningJobEvent.model_validate(raw, strict=True)
        assert raw["id"].startswith("ftevent-")
        if raw["type"] == "message":
            assert not raw["data"]
    metrics = service.metrics(trained.id)
    always = {"step", "total_steps", "train_loss", "train_mean_token_accuracy"}
    for n, data in enumerate(metrics, 1):
        sample = {"valid_loss", "valid_mean_token_accuracy"} if n == 10 else set()
        full = {"full_valid_loss", "full_valid_mean_token_accuracy"} if n in (6, 10, 12) else set()
        assert set(data) == always | sample | full
        assert (data["step"], data["total_steps"]) == (n, 12)
        assert all(0 <= data[name] <= 1 for name in data if name.endswith("accuracy"))


def test_the_loss_falls(service, trained):
    losses = [data["train_loss"] for data in service.metrics(trained.id)]
    assert losses[0] > 5  # near ln 259: nothing is known yet
    assert losses[-1] < losses[0] - 0.2


@pytest.mark.slow
def test_rows_with_nothing_to_learn_do_not_look_like_a_loss_of_nothing(service):
    """Their prompts are longer than the context, so that the answers are cut off."""
    long = chat({"role": "user", "content": "x" * 2000}, ASSISTANT)
    job = service.ended(service.job([GOOD] * 10 + [long] * 4, hyperparameters={"n_epochs": 1, "batch_size": 2}).id)
    assert job.status == "succeeded"
    assert any("examples were cut" in event.message for event in service.events(job.id))
    # a step without a token to learn would have a loss of 0
    assert min(data["train_loss"] for data in service.metrics(job.id)) > 1


def test_each_epoch_leaves_a_checkpoint_with_its_metrics(service, trained):
    page = service.get(f"fine_tuning/jobs/{trained.id}/checkpoints")
    last, first = page["data"]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (last["id"], first["id"], False)
    at = {data["step"]: data for data in service.metrics(trained.id)}
    for raw, step in ((first, 6), (last, 12)):
        FineTuningJobCheckpoint.model_validate(raw, strict=True)
        assert raw["id"].startswith("ftckpt_")
        assert (raw["step_number"], raw["fine_tuning_job_id"]) == (step, trained.id)
        assert raw["fine_tuned_model_checkpoint"].endswith(f":ckpt-step-{step}")
        assert raw["metrics"] == {name: value for name, value in at[step].items() if name != "total_steps"}
    assert first["fine_tuned_model_checkpoint"].split(":")[4] != trained.fine_tuned_model.split(":")[4]


def test_only_the_last_three_checkpoints_are_kept_and_a_story_told_twice_is_the_same(service):
    """After a restart, the worker says again all that it said: names that a caller has seen must stay."""
    job = service.job(PAIRS)
    service.ended(job.id)
    narrator = Narrator(service.http.app.state.store, job.id)

    def told():
        for step in range(1, 6):
            narrator.step({"step": step, "total_steps": 5, "train_loss": 1.0, "train_mean_token_accuracy": 0.5})
            narrator.checkpoint(step, service.home / "nowhere")
        return service.get(f"fine_tuning/jobs/{job.id}/checkpoints")["data"]

    once = told()
    assert [checkpoint["step_number"] for checkpoint in once] == [5, 4, 3]
    assert told() == once


def test_the_result_file_is_base64_of_the_five_documented_columns(service, trained):
    content = service.client.files.content(trained.result_files[0]).read()
    file = service.client.files.retrieve(trained.result_files[0])
    assert (file.purpose, file.filename, file.bytes) == ("fine-tune-results", "step_metrics.csv", len(content))
    header, *rows = base64.b64decode(content, validate=True).decode().splitlines()
    assert header == "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"
    assert [row.split(",")[0] for row in rows] == [str(n) for n in range(1, 13)]
    metrics = service.metrics(trained.id)
    assert rows[0] == f"1,{metrics[0]['train_loss']:.5f},{metrics[0]['train_mean_token_accuracy']:.5f},,"
    assert rows[9].split(",")[3] == f"{metrics[9]['valid_loss']:.5f}"


@pytest.mark.slow
def test_the_same_job_with_the_same_seed_gives_the_same_losses(service, trained):
    rows = service.client.files.content(trained.training_file).read()
    validation = service.client.files.content(trained.validation_file).read()
    again = service.ended(service.job(rows, validation=validation, seed=7).id)
    assert service.metrics(again.id) == service.metrics(trained.id)
    assert again.trained_tokens == trained.trained_tokens


def test_a_parameter_that_a_job_does_not_have_is_refused(service):
    file = service.upload()
    for name in ("n_epochs", "validation_fle"):
        reply = service.post("fine_tuning/jobs", {"model": "random-tiny", "training_file": file, name: 1})
        assert reply.status_code == 400
        assert reply.json()["error"]["message"] == f"Unrecognized request argument supplied: {name}"
