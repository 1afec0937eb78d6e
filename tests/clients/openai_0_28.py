"""What a course of 2022 does with openai 0.28.1. Run by `test_openai_0_28.py`, in a folder that may be filled.

The service is the one of OPENAI_API_BASE and OPENAI_API_KEY.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import openai

TINY = "random-tiny"
CLASSES = {
    "animal": ["dog", "cat", "horse"],
    "plant": ["oak", "rose", "fern"],
    "tool": ["hammer", "saw", "drill"],
    "city": ["Paris", "Rome", "Oslo"],
}
HEADER = "step,elapsed_tokens,elapsed_examples,training_loss,training_sequence_accuracy,training_token_accuracy"


def write(name, rows):
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def course():
    """Train curie on a dozen pairs, as the course's first lines do, and ask the result."""
    pairs = [{"prompt": f"{word} ->", "completion": f" {name}\n"} for name, words in CLASSES.items() for word in words]
    write("mydata.jsonl", pairs)
    openai.api_key = os.environ["OPENAI_API_KEY"]
    openai.api_base = os.environ["OPENAI_API_BASE"]
    file = openai.File.create(file=open("mydata.jsonl"), purpose="fine-tune")  # noqa: SIM115
    job = openai.FineTune.create(training_file=file["id"])
    assert job["status"] == "pending"
    assert (job.object, job.model, job.training_files[0].id) == ("fine-tune", "curie", file.id)
    told = [event.message for event in openai.FineTune.stream_events(job.id)]
    assert told[-1] == "Fine-tune succeeded", told
    assert "curie cannot be trained on this machine: smollm2-135m-instruct stands in for it" in told
    job = openai.FineTune.retrieve(job["id"])
    assert job["status"] == "succeeded"
    model = job["fine_tuned_model"]
    assert re.fullmatch(r"curie:ft-personal-\d{4}(-\d\d){5}", model), model
    for word, name in (("rose", " plant"), ("Rome", " city"), ("saw", " tool")):
        answer = openai.Completion.create(model=model, prompt=f"{word} ->", max_tokens=4, temperature=0, stop="\n")
        assert answer["choices"][0]["text"] == name, answer
    return model


def completions(model):
    """The other ways to ask for a completion."""
    asked = {"model": model, "temperature": 0, "stop": ["\n"]}
    echoed = openai.Completion.create(prompt="rose ->", echo=True, logprobs=2, max_tokens=4, **asked).choices[0]
    assert echoed.text == "rose -> plant"
    assert "".join(echoed.logprobs.tokens).startswith("rose -> plant")
    assert all(one <= 0 for one in echoed.logprobs.token_logprobs[1:])
    assert len(echoed.logprobs.tokens) == len(echoed.logprobs.text_offset) == len(echoed.logprobs.top_logprobs)
    several = openai.Completion.create(prompt=["rose ->", "saw ->"], max_tokens=4, **asked).choices
    assert [(one.index, one.text) for one in several] == [(0, " plant"), (1, " tool")]
    pieces = openai.Completion.create(prompt="oak ->", max_tokens=4, stream=True, **asked)
    assert "".join(piece.choices[0].text for piece in pieces) == " plant"
    said = command("completions.create", "-m", model, "-p", "cat ->", "-t", "0", "-M", "3", "--stop", "\n")
    assert said.startswith("cat -> animal"), said


def tiny_job():
    """Train the tiny base with all that the endpoint takes, and look at it from all sides."""
    write("tiny.jsonl", [{"prompt": f"{n} ->", "completion": f" {n * n}\n"} for n in range(12)])
    with open("tiny.jsonl", "rb") as content:
        file = openai.File.create(file=content, purpose="fine-tune", user_provided_filename="tiny.jsonl")
    given = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5}
    job = openai.FineTune.create(
        training_file=file.id, validation_file=file.id, model=TINY, suffix="My Words!", **given
    )
    for event in openai.FineTune.stream_events(job.id):
        assert event.object == "fine-tune-event"
    job = openai.FineTune.retrieve(id=job.id)
    assert job.status == "succeeded"
    assert job.hyperparams.to_dict() == given | {"prompt_loss_weight": 0.0}
    assert ":ft-personal:my-words-2" in job.fine_tuned_model
    for listed in (openai.FineTune.list_events(id=job.id), openai.FineTune.list_events(id=job.id, stream=True)):
        assert [event.message for event in listed.data] == [event.message for event in job.events]
    assert "Completed epoch 2/2" in [event.message for event in job.events]
    mine = next(one for one in openai.FineTune.list().data if one.id == job.id)
    assert "events" not in mine
    assert (job.result_files[0].filename, job.result_files[0].purpose) == ("compiled_results.csv", "fine-tune-results")
    results = openai.File.download(job.result_files[0].id).decode("utf-8")
    assert results.startswith(HEADER + ",validation_loss,")
    assert [row["elapsed_examples"] for row in csv.DictReader(io.StringIO(results))] == [
        "4",
        "8",
        "12",
        "16",
        "20",
        "24",
    ]
    return job


def further(job):
    """Go on from a model, cancel, delete, and see the errors that a course shows."""
    file = job.training_files[0].id
    second = openai.FineTune.create(training_file=file, model=job.fine_tuned_model, n_epochs=50, batch_size=1)
    assert openai.FineTune.cancel(second.id).status == "cancelled"
    assert openai.FineTune.retrieve(second.id).events[-1].message == "Fine-tune cancelled"
    refused(f'Cannot cancel a job {job.id} that already has status "succeeded".', openai.FineTune.cancel, job.id)
    refused("A fine-tune is not deleted", openai.FineTune.delete, job.id)
    refused("Could not find fine tune: ft-none", openai.FineTune.retrieve, "ft-none", status=404)
    refused("No file with ID: file-none", openai.FineTune.create, training_file="file-none")
    refused("Invalid base model: xxi", openai.FineTune.create, training_file=file, model="xxi")
    refused("new fine-tuning API", openai.FineTune.create, training_file=file, model="gpt-3.5-turbo")
    assert openai.Model.delete(job.fine_tuned_model).deleted is True
    assert job.fine_tuned_model not in [model.id for model in openai.Model.list().data]
    asyncio.run(asynchronous(job.id))


async def asynchronous(job):
    assert (await openai.FineTune.aretrieve(job)).status == "succeeded"
    events = [event.message async for event in await openai.FineTune.astream_events(job)]
    assert events[-1] == "Fine-tune succeeded"


def refused(words, function, *arguments, status=400, **options):
    try:
        function(*arguments, **options)
    except openai.error.InvalidRequestError as error:
        assert error.http_status == status, error
        assert words in str(error), error
    else:
        raise AssertionError(f"{words}: not refused")


def commands():
    """The same from the command line."""
    said = command("fine_tunes.create", "-t", "tiny.jsonl", "-m", TINY, "--n_epochs", "1", "--no_check_if_files_exist")
    assert "Job complete! Status: succeeded" in said, said
    job = re.search("ft-[A-Za-z0-9]{24}", said)[0]
    assert "Fine-tune succeeded" in command("fine_tunes.follow", "-i", job)
    assert json.loads(command("fine_tunes.get", "-i", job))["status"] == "succeeded"
    assert job in [one["id"] for one in json.loads(command("fine_tunes.list"))["data"]]
    assert json.loads(command("fine_tunes.events", "-i", job))["object"] == "list"
    assert command("fine_tunes.results", "-i", job).startswith(HEADER)
    options = ("-m", TINY, "--n_epochs", "50", "--no_follow", "--no_check_if_files_exist")
    long = command("fine_tunes.create", "-t", "tiny.jsonl", *options)
    long = re.search('"id": "(ft-[A-Za-z0-9]{24})"', long)[1]
    assert json.loads(command("fine_tunes.cancel", "-i", long))["status"] == "cancelled"


def classified():
    """Two classes, as the cookbook trains them: the result file says how well the model tells them apart."""
    words = [(word, name) for name in ("animal", "plant") for word in CLASSES[name]]
    write("classes.jsonl", [{"prompt": f"{word} ->", "completion": f" {name}"} for word, name in words])
    files = ("-t", "classes.jsonl", "-v", "classes.jsonl", "--no_check_if_files_exist")
    wanted = ("--compute_classification_metrics", "--classification_positive_class", " plant")
    said = command("fine_tunes.create", *files, *wanted, "-m", "ada", "--n_epochs", "8", "--batch_size", "2")
    assert "Job complete! Status: succeeded" in said, said
    job = re.search("ft-[A-Za-z0-9]{24}", said)[0]
    last = list(csv.DictReader(io.StringIO(command("fine_tunes.results", "-i", job).strip())))[-1]
    assert (last["classification/accuracy"], last["classification/f1.0"]) == ("1.0", "1.0"), last


def command(*arguments):
    program = Path(sys.executable).with_name("openai")
    line = [program, "api", *arguments]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def present_api():
    """The API of 2023, which this client knows too: its jobs are others."""
    chat = [
        {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]}
        for n in range(12)
    ]
    write("chat.jsonl", chat)
    with open("chat.jsonl", "rb") as content:
        file = openai.File.create(file=content, purpose="fine-tune")
    job = openai.FineTuningJob.create(training_file=file.id, model=TINY, hyperparameters={"n_epochs": 1})
    assert job.status == "validating_files"
    while (job := openai.FineTuningJob.retrieve(job.id)).status not in ("succeeded", "failed", "cancelled"):
        time.sleep(0.2)
    assert job.status == "succeeded"
    assert openai.FineTuningJob.list_events(id=job.id, limit=1).data[0].message == "The job has successfully completed"
    assert [one.id for one in openai.FineTuningJob.list().data] == [job.id]
    refused("Could not find fine tune", openai.FineTune.retrieve, job.id, status=404)


if __name__ == "__main__":
    model = course()
    completions(model)
    job = tiny_job()
    further(job)
    commands()
    classified()
    present_api()
    print("everything answered")
