from __future__ import annotations

from urllib.parse import quote

import openai
import pytest
from openai.types import Model, ModelDeleted

QUICK = {"n_epochs": 1, "batch_size": 16, "learning_rate_multiplier": 100}
STAND_IN = "gpt-4o-mini-2024-07-18"
PAIRS = [{"prompt": "one ->", "completion": " uno\n"}]


@pytest.fixture(scope="module")
def second(service, trained):
    """A job that began from a fine-tuned model."""
    return service.ended(service.job(model=trained.fine_tuned_model, hyperparameters=QUICK, suffix="é 2").id)


def test_bases_fine_tuned_models_and_stand_ins_are_listed(service, trained):
    raw = service.get("models")
    assert raw["object"] == "list"
    for model in raw["data"]:
        Model.model_validate(model, strict=True)
    owners = {model["id"]: model["owned_by"] for model in raw["data"]}
    assert len(owners) == len(raw["data"])
    assert owners["random-tiny"] == owners[trained.fine_tuned_model] == "ftwidgets"
    assert "stands in" in owners[STAND_IN]


@pytest.mark.parametrize("model", ["random-tiny", STAND_IN, "gpt-3.5-turbo", "davinci-002", "gpt-4.1-mini-2025-04-14"])
def test_a_base_or_a_stand_in_can_be_retrieved(service, model):
    Model.model_validate(service.get(f"models/{model}"), strict=True)
    assert service.client.models.retrieve(model).id == model


def test_a_fine_tuned_model_and_its_checkpoints_are_found_raw_and_percent_encoded(service, trained):
    checkpoints = service.client.fine_tuning.jobs.checkpoints.list(trained.id).data
    for model in (trained.fine_tuned_model, *(checkpoint.fine_tuned_model_checkpoint for checkpoint in checkpoints)):
        assert service.client.models.retrieve(model).id == model
        assert service.get(f"models/{model}") == service.get(f"models/{quote(model, safe='')}")


# The long one is a name that no file system takes.
@pytest.mark.parametrize("model", ["gpt-9", "ft:random-tiny:personal::unknown0", "a/b", "x y?", "x" * 300])
def test_an_unknown_model_is_named_as_openai_does(service, model):
    for ask in (service.client.models.retrieve, service.client.models.delete):
        with pytest.raises(openai.NotFoundError) as caught:
            ask(model)
        assert caught.value.body == {
            "message": f"The model '{model}' does not exist",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        }


def test_a_base_cannot_be_deleted(service):
    with pytest.raises(openai.NotFoundError):
        service.client.models.delete("random-tiny")


@pytest.mark.slow
def test_a_fine_tuned_model_can_be_the_base_of_a_new_job(service, trained, second):
    assert second.status == "succeeded", second.error
    assert second.model == trained.fine_tuned_model
    assert second.fine_tuned_model.startswith("ft:random-tiny:personal:é-2:")
    fresh = service.metrics(trained.id)[0]["train_loss"]
    assert service.metrics(second.id)[0]["train_loss"] < fresh - 0.1  # it goes on from what was learned


def test_a_deleted_model_is_gone_and_its_job_stays(service, second):
    model = second.fine_tuned_model
    raw = service.http.delete(f"/v1/models/{quote(model, safe='')}", headers=service.headers).json()
    ModelDeleted.model_validate(raw, strict=True)
    assert raw == {"id": model, "object": "model", "deleted": True}
    assert model not in [known.id for known in service.client.models.list()]
    with pytest.raises(openai.NotFoundError):
        service.client.models.retrieve(model)
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        service.client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}])
    with pytest.raises(openai.BadRequestError, match="not available for fine-tuning"):
        service.job(model=model)
    assert service.seen(second.id).fine_tuned_model == model


def test_a_stand_in_is_trained_under_its_own_name_and_the_job_says_so(service):
    """The file is too short, so that the large base is never fetched."""
    job = service.ended(service.job(PAIRS, model=STAND_IN).id)
    assert job.model == STAND_IN
    assert job.error.code == "invalid_n_examples"
    told = [event.message for event in service.events(job.id) if "stands in" in event.message]
    assert len(told) == 1
    assert STAND_IN in told[0]
    assert "smollm2-135m-instruct" in told[0]


def test_a_stand_in_that_waits_in_the_queue_can_be_cancelled(service, wait_until):
    running = service.long_job()
    waiting = service.job(model=STAND_IN)
    wait_until(lambda: service.seen(waiting.id).status == "queued")
    assert service.client.fine_tuning.jobs.cancel(waiting.id).status == "cancelled"
    service.client.fine_tuning.jobs.cancel(running.id)
    assert not any("Fetching" in event.message for event in service.events(waiting.id))
