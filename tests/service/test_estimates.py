"""Estimates before, while and after there is a rate: nothing is told that was not measured."""

from __future__ import annotations

import threading

import pytest

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.rates import Measurement, keep, measured

ROWS = [
    {"messages": [{"role": "user", "content": "x" * n}, {"role": "assistant", "content": "yes"}]} for n in range(1, 21)
]


@pytest.fixture
def folder(unmeasured):
    """Where its rates are kept, empty before and after."""
    path = unmeasured.home / "compiled"
    yield path
    (path / "rates.json").unlink(missing_ok=True)


def asked(service, path="estimate", **body):
    body = {"model": "random-tiny", "training": ROWS} | body
    return service.http.post(f"/ftwidgets/{path}", json=body, headers=service.headers)


def refusal(reply, status=400):
    assert reply.status_code == status
    return reply.json()["error"]["message"]


def tokens(service, rows):
    template = ChatTemplate(Tokenizer(service.home / "bases" / "random-tiny"))
    return sum(len(template.example(row).ids) for row in rows)


def test_where_nothing_was_measured_the_time_is_null_and_the_rest_is_known(unmeasured):
    reply = asked(unmeasured, n_epochs=2, batch_size=4).json()
    assert reply == {
        "base": "random-tiny",
        "n_epochs": 2,
        "batch_size": 4,
        "steps": 10,
        "tokens": 2 * tokens(unmeasured, ROWS),
        "seconds": None,
        "low": None,
        "high": None,
        "rate": None,
        "fetched": True,
    }


def test_auto_is_resolved_as_a_job_would_for_the_whole_file(unmeasured):
    reply = asked(unmeasured, examples=2_000, n_epochs="auto", batch_size="auto").json()
    assert (reply["n_epochs"], reply["batch_size"], reply["steps"]) == (3, 8, 750)
    assert reply["tokens"] == 3 * tokens(unmeasured, ROWS) * 100
    assert asked(unmeasured).json()["n_epochs"] == 5  # 20 rows


def test_prompts_and_completions_are_counted_as_the_chat_that_they_become(unmeasured):
    pairs = [{"prompt": "one ->", "completion": " uno"}]
    assert asked(unmeasured, training=pairs, n_epochs=1).json()["tokens"] == tokens(unmeasured, pairs)


def test_a_base_that_is_not_here_is_said_to_be_so_and_its_steps_are_known(unmeasured):
    reply = asked(unmeasured, model="random-135m", n_epochs=1).json()
    assert (reply["fetched"], reply["steps"], reply["tokens"], reply["seconds"]) == (False, 3, None, None)


def test_one_measurement_gives_a_time_and_several_a_range(unmeasured, folder):
    one = Measurement("job-1", 4, 74, 100.0, 2.0, 1_795_000_000.0)
    keep(folder, "random-tiny", one)
    reply = asked(unmeasured, n_epochs=1, batch_size=4).json()
    assert reply["seconds"] == pytest.approx(2 + 0.8 * tokens(unmeasured, ROWS) / 100)
    assert (reply["low"], reply["high"]) == (None, None)
    assert (reply["rate"]["tokens_per_second"], reply["rate"]["measurements"]) == (100.0, 1)
    for job, speed in (("job-2", 50.0), ("job-3", 200.0)):
        keep(folder, "random-tiny", Measurement(job, 4, 74, speed, 2.0, 1_795_000_000.0))
    again = asked(unmeasured, n_epochs=1, batch_size=4).json()
    assert again["seconds"] == reply["seconds"]
    assert again["low"] < again["seconds"] < again["high"]
    other = asked(unmeasured, n_epochs=1, batch_size=8).json()
    assert (other["rate"]["batch_size"], other["low"]) == (4, None)  # at another batch size, the spread is not known


def test_validation_rows_take_time_as_well_and_are_no_trained_tokens(unmeasured, folder):
    keep(folder, "random-tiny", Measurement("job-1", 4, 74, 100.0, 2.0, 1_795_000_000.0))
    alone = asked(unmeasured, n_epochs=1).json()
    watched = asked(unmeasured, n_epochs=1, validation=ROWS[:5], validation_examples=50).json()
    assert watched["seconds"] > alone["seconds"]
    assert watched["tokens"] == alone["tokens"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"training": "rows"}, "Invalid 'training': 'rows' is not a list of examples."),
        ({"training": ROWS * 13}, "'training' has 260 rows; send up to 256 of them."),
        ({"training": [*ROWS, {"messages": []}]}, "Of the rows in 'training': Line 21"),
        ({"training": [3]}, "Of the rows in 'training': Line 1: The line holds 3"),
        ({"validation": [{"text": "x"}]}, "Of the rows in 'validation': Line 1"),
        ({"examples": 3}, "'examples' is 3, and 'training' has 20 of them."),
        ({"training": [], "examples": 3}, "'examples' is 3, and 'training' has 0 of them."),
        ({"examples": "many"}, "Invalid 'examples': 'many'"),
        ({"n_epochs": 0}, "Invalid 'n_epochs': 0"),
        ({"batch_size": 1.5}, "Invalid 'batch_size': 1.5"),
        ({"model": None}, "The parameter 'model' is missing."),
    ],
    ids=str,
)
def test_what_cannot_be_estimated_is_refused_with_a_sentence(unmeasured, body, words):
    assert refusal(asked(unmeasured, **body)).startswith(words)


def test_an_unknown_model_is_not_found(unmeasured):
    for path in ("estimate", "measure"):
        assert "'gpt-9' does not exist" in refusal(asked(unmeasured, path, model="gpt-9", rows=ROWS), 404)


def test_no_rows_are_no_steps(unmeasured):
    reply = asked(unmeasured, training=[], n_epochs=3).json()
    assert (reply["steps"], reply["tokens"], reply["seconds"]) == (0, 0, None)


@pytest.mark.slow
def test_a_rate_is_measured_by_really_training_and_then_estimates_use_it(unmeasured, folder):
    reply = asked(unmeasured, "measure", rows=ROWS, batch_size=4).json()
    (one,) = measured(folder, "random-tiny", 4)
    assert reply["base"] == "random-tiny"
    assert reply["rate"]["tokens_per_second"] == one.tokens_per_second > 0
    assert (one.steps, one.batch_size) == (9, 4)
    assert asked(unmeasured, n_epochs=3, batch_size=4).json()["seconds"] > one.first_step_seconds
    assert unmeasured.http.app.state.measuring._worker is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rows": []}, "'rows' is empty"),
        ({"rows": ROWS * 4}, "'rows' has 80 rows; send up to 64 of them."),
        ({"rows": [{"text": "x"}]}, "Of the rows in 'rows': Line 1"),
        ({"rows": ROWS, "model": "random-135m"}, "The model random-135m is not on this machine yet."),
    ],
    ids=["none", "many", "bad", "no base"],
)
def test_what_cannot_be_measured_is_refused_with_a_sentence(unmeasured, body, words):
    assert refusal(asked(unmeasured, "measure", **body)).startswith(words)


@pytest.mark.slow
def test_nothing_is_measured_beside_a_training(unmeasured, folder):
    job = unmeasured.long_job().id
    assert refusal(asked(unmeasured, "measure", rows=ROWS), 409).startswith("A job trains or waits")
    unmeasured.client.fine_tuning.jobs.cancel(job)
    assert asked(unmeasured, "measure", rows=ROWS).status_code == 200


@pytest.mark.slow
def test_a_job_that_comes_meanwhile_waits_until_the_measurement_has_ended(unmeasured, wait_until):
    with unmeasured.http.app.state.jobs.alone():
        job = unmeasured.job().id
        wait_until(lambda: unmeasured.seen(job).status != "validating_files")
        assert unmeasured.seen(job).status == "queued"
    assert unmeasured.ended(job).status == "succeeded"


def test_a_service_that_ends_ends_the_measurement(new_home, open_service, wait_until):
    replies = []
    with open_service(new_home()) as service:
        measuring = service.http.app.state.measuring
        asking = threading.Thread(target=lambda: replies.append(asked(service, "measure", rows=ROWS, batch_size=1)))
        asking.start()
        wait_until(lambda: measuring._worker)
        child = measuring._worker
        measuring.close()
        asking.join()
    assert child.exit_status is not None
    assert "The measurement ended before its time" in refusal(replies[0], 500)
    assert service.http.app.state.jobs._machine.acquire(blocking=False)
