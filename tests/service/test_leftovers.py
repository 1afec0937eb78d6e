"""What nobody can reach any more does not stay on the disk; what somebody can, does."""

import pytest

from ftwidgets.service.leftovers import tidy_all


@pytest.fixture(scope="module")
def service(new_home, open_service):
    with open_service(new_home()) as service:
        yield service


def kept(service, job):
    """The adapters of a job, and whether its last state is there."""
    folder = service.home / "service" / "models" / job
    return {path.parent.name for path in folder.glob("*/adapter.safetensors")}, (folder / "state.safetensors").exists()


def test_a_job_keeps_the_adapters_of_its_models_and_nothing_else(service, wait_until):
    chosen = {"n_epochs": 5, "batch_size": 6, "learning_rate_multiplier": 1}
    job = service.ended(service.job(hyperparameters=chosen).id)
    wait_until(lambda: kept(service, job.id) == ({"step-6", "step-8", "step-10"}, False))
    checkpoints = service.client.fine_tuning.jobs.checkpoints.list(job.id).data
    service.client.models.delete(checkpoints[0].fine_tuned_model_checkpoint)
    assert kept(service, job.id)[0] == {"step-6", "step-8", "step-10"}  # the fine-tuned model is of the last step
    service.client.models.delete(checkpoints[1].fine_tuned_model_checkpoint)
    assert kept(service, job.id)[0] == {"step-6", "step-10"}
    service.client.models.delete(job.fine_tuned_model)
    assert kept(service, job.id)[0] == {"step-6"}


def test_an_adapter_that_a_job_is_to_start_from_stays_until_that_has_ended(service, wait_until):
    first = service.ended(service.job().id)
    blocking = service.long_job()
    second = service.job(model=first.fine_tuned_model)
    for checkpoint in service.client.fine_tuning.jobs.checkpoints.list(first.id).data:
        service.client.models.delete(checkpoint.fine_tuned_model_checkpoint)
    service.client.models.delete(first.fine_tuned_model)
    assert kept(service, first.id)[0] == {"step-12"}
    service.client.fine_tuning.jobs.cancel(blocking.id)
    assert service.ended(second.id).status == "succeeded"
    tidy_all(service.http.app.state.store)
    assert kept(service, first.id)[0] == set()
