"""Start a job, or find one again; neither waits for training."""

from __future__ import annotations

import os
from typing import Any

import openai

from ftwidgets.data import Dataset
from ftwidgets.errors import InputError
from ftwidgets.run.client import Client, in_words
from ftwidgets.run.run import Run
from ftwidgets.run.uploading import upload

Source = Dataset | str | os.PathLike[str]


def launch(
    client: Client,
    train: Source,
    validation: Source | None = None,
    *,
    model: str = "smollm2-135m-instruct",
    n_epochs: int | str = "auto",
    batch_size: int | str = "auto",
    learning_rate_multiplier: float | str = "auto",
    seed: int | None = None,
    suffix: str | None = None,
) -> Run:
    """Upload `train` and `validation`, create a job, and return its run at once.

    `model` is a base's id, an id that a base stands in for, or a fine-tuned model's. `seed` decides the order of the
    examples and the adapters' start; the same job with the same seed gives the same losses. `suffix` becomes a part
    of the new model's name.

    Raises:
        InputError: a file is not there, or the service refuses it or the job, and says why.
        ServiceError: nothing answers at the client's address.
    """
    hyperparameters = {
        "n_epochs": n_epochs,
        "batch_size": batch_size,
        "learning_rate_multiplier": learning_rate_multiplier,
    }
    optional: dict[str, Any] = {"seed": seed, "suffix": suffix}
    if validation is not None:
        optional["validation_file"] = upload(client, validation)
    training_file = upload(client, train)
    with in_words(client):
        job = client.fine_tuning.jobs.create(
            model=model,
            training_file=training_file,
            method={"type": "supervised", "supervised": {"hyperparameters": hyperparameters}},
            **{name: value for name, value in optional.items() if value is not None},
        )
    return Run(client, job)


def attach(client: Client, job_id: str = "latest") -> Run:
    """Find a job again, by its id or the latest of all, with every event that it has had.

    Raises:
        InputError: there is no such job, or none at all.
        ServiceError: nothing answers at the client's address.
    """
    with in_words(client):
        return _found(client, job_id)


def _found(client: Client, job_id: str) -> Run:
    jobs = client.fine_tuning.jobs
    if job_id == "latest":
        listed = jobs.list(limit=1).data
        if not listed:
            raise InputError("There is no job yet. Start one with: ft.launch(client, train, validation)")
        return Run(client, listed[0]).refresh()
    try:
        return Run(client, jobs.retrieve(job_id)).refresh()
    except openai.NotFoundError as error:
        latest = ", ".join(job.id for job in jobs.list(limit=3).data) or "none"
        raise InputError(f"There is no job '{job_id}'. The latest are: {latest}.") from error
