"""wandb's `WandbLogger.sync`, offline: it waits for a job, and takes over its numbers and its data.

Offline, wandb's own code needs two things: it does not see that nobody has to log in, so it is told; and at the end of
a data set's upload it says that it cannot link it to the run.
"""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path
from typing import Any

import wandb
from openai import OpenAI
from probing import BASE, CHATS, SHORT, ability
from wandb.integration.openai.fine_tuning import WandbLogger


def probe(client: OpenAI) -> None:
    WandbLogger._logged_in = True
    file = client.files.create(file=("rows.jsonl", CHATS), purpose="fine-tune")
    method: Any = {"type": "supervised", "supervised": {"hyperparameters": SHORT}}
    job = client.fine_tuning.jobs.create(model=BASE, training_file=file.id, method=method)
    with ability("jobs.retrieve"):
        run = wandb.init(project="words", mode="offline")
        folder = Path(run.dir).parent
        said = WandbLogger.sync(fine_tune_job_id=job.id, openai_client=client, log_datasets=False)
        assert "success" in said
        ended = client.fine_tuning.jobs.retrieve(job.id)
        assert (run.config["id"], run.config["fine_tuned_model"]) == (job.id, ended.fine_tuned_model)
        assert run.config["hyperparameters"] == SHORT
        (record,) = folder.glob("*.wandb")
        losses = [float(row["train_loss"]) for row in results(client, ended.result_files[0])]
        assert len(losses) == 12
        assert all(repr(loss).encode() in record.read_bytes() for loss in losses)
    with ability("files.content"):
        run = wandb.init(project="words", mode="offline")
        folder = Path(run.dir)
        try:
            WandbLogger.sync(fine_tune_job_id=job.id, openai_client=client)
        except TypeError as error:
            assert str(error) == "Cannot use artifact when in offline mode."
        (table,) = folder.rglob("train_data*.table.json")
        assert table.read_text("utf-8").count("You know words.") == 12


def results(client: OpenAI, file: str) -> list[dict[str, str]]:
    """The rows of a result file."""
    text = base64.b64decode(client.files.content(file).read()).decode()
    return list(csv.DictReader(io.StringIO(text)))


if __name__ == "__main__":
    probe(OpenAI())
