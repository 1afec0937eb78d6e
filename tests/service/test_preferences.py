"""Jobs that learn from preferences, as the official client starts and sees them."""

from __future__ import annotations

import pytest
from openai.types.fine_tuning import FineTuningJob

METHOD = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2, "batch_size": 4}}}


def row(n):
    return {
        "input": {"messages": [{"role": "user", "content": f"Word {n}?"}]},
        "preferred_output": [{"role": "assistant", "content": f"{n}"}],
        "non_preferred_output": [{"role": "assistant", "content": f"Well, it is {n}, I think!"}],
    }


PREFERENCES = [row(n) for n in range(12)]
CHATS = [
    {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]} for n in range(12)
]
BAD = row(1) | {"preferred_output": "1"}
NO_OPTIONS = {"hyperparameters": None}


def test_a_dpo_job_tells_its_steps_and_leaves_a_model_that_answers(service):
    options = {"validation": PREFERENCES[:3], "method": METHOD, **NO_OPTIONS}
    job = service.job(PREFERENCES, **options)
    assert (job.method.type, job.method.dpo.hyperparameters.beta) == ("dpo", "auto")
    job = service.ended(job.id)
    assert job.status == "succeeded", job.error
    FineTuningJob.model_validate(service.get(f"fine_tuning/jobs/{job.id}"), strict=True)
    chosen = job.method.dpo.hyperparameters
    assert (chosen.n_epochs, chosen.batch_size, chosen.beta, chosen.learning_rate_multiplier) == (2, 4, 0.1, 1.0)
    assert (job.hyperparameters.n_epochs, job.hyperparameters.batch_size) == (2, 4)
    metrics = service.metrics(job.id)
    assert [data["step"] for data in metrics] == list(range(1, 7))
    assert metrics[0]["train_loss"] == pytest.approx(0.693147, abs=1e-5)
    assert metrics[-1]["full_valid_loss"] < 0.693
    messages = [event.message for event in service.events(job.id)]
    assert any("beta=0.1" in message and "'auto'" in message for message in messages)
    assert any("share of pairs" in message for message in messages)
    said = service.client.chat.completions.create(
        model=job.fine_tuned_model, messages=[{"role": "user", "content": "Word 1?"}], max_tokens=2
    )
    assert said.model == job.fine_tuned_model


@pytest.mark.parametrize(
    ("rows", "method", "code", "words"),
    [
        (CHATS, METHOD, "invalid_file_format", "Invalid file format. Example 1 is missing key 'input'."),
        ([*PREFERENCES[:11], CHATS[0]], METHOD, "invalid_file_format", "Example 12 is missing key 'input'."),
        (PREFERENCES, None, "invalid_training_file", "start a job with the method dpo"),
        (
            [*PREFERENCES[:11], row(1) | {"preferred_output": "1"}],
            METHOD,
            "invalid_training_file",
            "'preferred_output'",
        ),
        (PREFERENCES[:9], METHOD, "invalid_n_examples", "9 example(s), but must have at least 10"),
    ],
    ids=["chats", "one chat", "preferences to a supervised job", "an output that is a text", "too few"],
)
def test_the_file_is_held_against_the_method(service, rows, method, code, words):
    job = service.ended(service.job(rows, method=method, **NO_OPTIONS).id)
    assert (job.status, job.error.code, job.error.param) == ("failed", code, "training_file")
    assert words in job.error.message


def test_a_validation_file_of_chats_fails_a_dpo_job(service):
    job = service.ended(service.job(PREFERENCES, validation=CHATS[:2], method=METHOD, **NO_OPTIONS).id)
    assert (job.error.code, job.error.param) == ("invalid_file_format", "validation_file")
    assert "Example 1 is missing key 'input'" in job.error.message


def test_reinforcement_is_refused_in_a_sentence(service):
    body = {"model": "random-tiny", "training_file": service.upload(PREFERENCES), "method": {"type": "reinforcement"}}
    error = service.post("fine_tuning/jobs", body).json()["error"]
    assert error["message"].startswith("Reinforcement fine-tuning is not available on this service")
    assert error["param"] == "method"


def test_an_integration_is_kept_with_the_job_which_says_that_nothing_is_sent(service):
    given = [{"type": "wandb", "wandb": {"project": "words", "name": None, "tags": ["a", "b"]}}]
    job = service.job(CHATS[:2], integrations=given)
    FineTuningJob.model_validate(service.get(f"fine_tuning/jobs/{job.id}"), strict=True)
    assert service.get(f"fine_tuning/jobs/{job.id}")["integrations"] == given
    assert any("sends nothing" in event.message for event in service.events(job.id))
