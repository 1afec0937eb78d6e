"""What an account has: its fine-tuned models and checkpoints, the jobs that made them, and their last days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import openai

from ftwidgets.errors import InputError
from ftwidgets.run.client import Client, in_words, sentence
from ftwidgets.run.extension import ask
from ftwidgets.salvage.ends import AZURE, OPENAI, OTHER, OWN, End, end_of

Heard = Callable[[int, int], None]
"""Hears how much is done, and of how much."""

TUNED = re.compile(r"^ft:|:ft-|\.ft-")
"""What the id of a fine-tuned model holds: OpenAI's since 2023, its legacy ones, and Azure's."""

ROLES = ("training_file", "validation_file")

PAGE = 100

DEPLOYED = (
    "On Azure a model answers under the name of its deployment: to record, name that, with --model or models=[...]."
)


@dataclass(frozen=True)
class Tuned:
    """A fine-tuned model, or a checkpoint where it has a `step`: the base under it, the job that made it, its end.

    `listed` is whether the host names it among its models; None where the host is not known to list such a one.
    """

    id: str
    base: str
    end: End
    job: str | None = None
    step: int | None = None
    listed: bool | None = None


@dataclass(frozen=True)
class Job:
    """A fine-tuning job: the `files` it read and wrote, by what they were to it; and its records as the host told."""

    id: str
    base: str
    files: tuple[tuple[str, str], ...]
    record: Mapping[str, Any]
    checkpoints: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Inventory:
    """The models, the newest first, each before its checkpoints; the jobs; and what could not be learned, and why."""

    host: str
    models: tuple[Tuned, ...] = ()
    jobs: tuple[Job, ...] = ()
    notes: tuple[str, ...] = field(default=())


def inventory(client: Client, heard: Heard | None = None) -> Inventory:
    """Ask the host for its models, its jobs and their checkpoints. What it does not list is told in the notes.

    Raises:
        InputError: it takes no such key, or lists neither models nor jobs.
        ServiceError: nothing answers at the client's address.
    """
    notes: list[str] = []
    with in_words(client):
        models = _listed("models", client.models.list, notes)
        jobs = _listed("fine-tuning jobs", partial(client.fine_tuning.jobs.list, limit=PAGE), notes)
        if models is None and jobs is None:
            raise InputError(" ".join(notes))
        known = list(_jobs(client, jobs or [], notes, heard))
        host = host_of(client)
    if host == AZURE:
        notes.append(DEPLOYED)
    return Inventory(host, tuple(_tuned(models, known, host)), tuple(known), tuple(notes))


def host_of(client: Client) -> str:
    """Whose service answers the client."""
    if isinstance(client, openai.AzureOpenAI):
        return AZURE
    address = str(client.base_url).partition("://")[2].partition("/")[0]
    if address.partition(":")[0] == "api.openai.com":
        return OPENAI
    return OTHER if ask(client, "info") is None else OWN


def base_name(identity: str) -> str:
    """The base in the id of a fine-tuned model; any other id is its own."""
    if identity.startswith("ft:"):
        return identity.removeprefix("ft:").partition(":")[0]
    return re.split(r":ft-|\.ft-", identity, maxsplit=1)[0]


def _listed(what: str, listing: Callable[[], Iterable[Any]], notes: list[str]) -> list[dict[str, Any]] | None:
    """All records of a list; None where the host gives none, and why in `notes`."""
    try:
        return list(_each(listing()))
    except (openai.AuthenticationError, openai.APIConnectionError):
        raise
    except openai.APIStatusError as error:
        notes.append(f"The host does not list its {what}. It says: {sentence(error)}")
    except Exception as error:  # another host's reply may be anything
        notes.append(f"The host's list of {what} cannot be read: {type(error).__name__}: {error}")
    return None


def _each(page: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Each record once: a host that does not know of pages sends the first again and again."""
    seen: set[str] = set()
    for item in page:
        record: dict[str, Any] = item.to_dict(mode="json")  # an AttributeError where the item is no record
        if str(record["id"]) in seen:
            return
        seen.add(str(record["id"]))
        yield record


def _jobs(client: Client, records: list[dict[str, Any]], notes: list[str], heard: Heard | None) -> Iterator[Job]:
    refused: list[str] = []
    for done, record in enumerate(records, 1):
        listing = partial(client.fine_tuning.jobs.checkpoints.list, record["id"], limit=PAGE)
        checkpoints = _listed("checkpoints", listing, refused) or []
        yield Job(record["id"], str(record.get("model")), tuple(_files(record)), record, tuple(checkpoints))
        if heard:
            heard(done, len(records))
    if refused:
        notes.append(f"Of {len(refused)} of {len(records)} jobs no checkpoints are known. {refused[0]}")


def _files(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for role in ROLES:
        if isinstance(record.get(role), str) and record[role]:
            yield role.removesuffix("_file"), record[role]
    results = record.get("result_files")
    for one in results if isinstance(results, list) else []:
        if isinstance(one, str):
            yield "result", one


def _tuned(models: list[dict[str, Any]] | None, jobs: list[Job], host: str) -> Iterator[Tuned]:
    """Each model once: those of the jobs with their checkpoints, then those of which no job is known."""
    days = {record["id"]: record.get("shutdown_date") for record in models or []}
    seen: set[str] = set()

    def tuned(identity: Any, base: str, job: str | None, step: int | None = None) -> Iterator[Tuned]:
        if isinstance(identity, str) and identity not in seen:
            seen.add(identity)
            listed = identity in days if models is not None and step is None else None
            end = end_of((days.get(identity), days.get(base)), base, host)
            yield Tuned(identity, base, end, job, step, listed)

    for job in jobs:
        base = base_name(job.base)
        yield from tuned(job.record.get("fine_tuned_model"), base, job.id)
        for one in job.checkpoints:
            yield from tuned(one.get("fine_tuned_model_checkpoint"), base, job.id, one.get("step_number"))
    for identity in days:
        if TUNED.search(identity):
            yield from tuned(identity, base_name(identity), None)
