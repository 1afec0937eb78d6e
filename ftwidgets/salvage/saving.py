"""The files of the jobs, brought here: each whole or not at all, and once."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import openai
import orjson

from ftwidgets.data import jsonl
from ftwidgets.errors import InputError
from ftwidgets.home import write_atomically
from ftwidgets.run.client import Client, in_words, sentence
from ftwidgets.salvage.inventory import Heard, Inventory, Job

FILES, JOBS = "files", "jobs"

DECODED = ".decoded.csv"
"""The end of the name of a result file's CSV, beside the bytes as they came: OpenAI sends them in base64."""


@dataclass(frozen=True)
class Saved:
    """One file of the host, what it was to which jobs, and where it lies now; or why it does not, as a sentence."""

    id: str
    roles: tuple[str, ...]
    jobs: tuple[str, ...]
    path: Path | None = None
    trouble: str | None = None


def save(client: Client, found: Inventory, folder: Path, heard: Heard | None = None) -> list[Saved]:
    """Bring every file of the jobs into `folder`, and the jobs' own records. What lies there already stays as it is.

    A file that the host refuses or has no more is told, and the others are brought nevertheless.

    Raises:
        InputError: the folder cannot be written, or the host takes no such key.
        ServiceError: nothing answers at the client's address.
    """
    uses = _uses(found.jobs)
    saved = []
    try:
        for job in found.jobs:
            _keep_record(folder / JOBS, job)
        with in_words(client):
            for done, (identity, used) in enumerate(uses.items(), 1):
                roles, jobs = (tuple(dict.fromkeys(part)) for part in zip(*used, strict=True))
                saved.append(Saved(identity, roles, jobs, *_brought(client, identity, folder / FILES, roles)))
                if heard:
                    heard(done, len(uses))
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from error
    return saved


def _uses(jobs: Iterable[Job]) -> dict[str, list[tuple[str, str]]]:
    """Each file once, with what it was to which job: several jobs may have read the same."""
    uses: dict[str, list[tuple[str, str]]] = {}
    for job in jobs:
        for role, identity in job.files:
            uses.setdefault(identity, []).append((role, job.id))
    return uses


def _keep_record(folder: Path, job: Job) -> None:
    """Write what the host says of a job: its hyperparameters, seed and checkpoints with their metrics."""
    content = orjson.dumps({"job": job.record, "checkpoints": job.checkpoints}, option=orjson.OPT_INDENT_2)
    write_atomically(folder / f"{safe(job.id)}.json", lambda temporary: temporary.write_bytes(content))


def _brought(client: Client, identity: str, folder: Path, roles: Iterable[str]) -> tuple[Path | None, str | None]:
    """Where the file lies now, or why it does not."""
    own = folder / safe(identity)
    here = [path for path in sorted(own.glob("[!.]*")) if not path.name.endswith(DECODED)]
    try:
        path = here[0] if here else _fetched(client, identity, own)
    except (openai.AuthenticationError, openai.APIConnectionError, OSError):
        raise
    except openai.APIStatusError as error:
        return None, f"The host does not give {identity}, a {' and '.join(roles)} file. It says: {sentence(error)}"
    except Exception as error:  # the transport's own errors: the bytes broke off, and none are kept
        return None, f"The file {identity} broke off: {type(error).__name__}: {error}. Save once more to get it."
    if "result" in roles:
        _decode(path)
    return path, None


def _fetched(client: Client, identity: str, folder: Path) -> Path:
    def write(temporary: Path) -> None:
        with client.files.with_streaming_response.content(identity) as reply:
            reply.stream_to_file(temporary)

    return write_atomically(folder / safe(_name(client, identity)), write)


def _name(client: Client, identity: str) -> str:
    """The name under which a file was uploaded; a host may give its bytes and not its record."""
    try:
        return str(client.files.retrieve(identity).filename or "file")
    except openai.APIStatusError:
        return "file"


def _decode(path: Path) -> None:
    """Put the CSV beside a result file that came in base64."""
    beside = path.with_name(f"{path.name}{DECODED}")
    content = None if beside.exists() else csv_of(path.read_bytes())
    if content is not None:
        write_atomically(beside, partial(_write, content))


def _write(content: bytes, path: Path) -> Any:
    return path.write_bytes(content)


def csv_of(content: bytes) -> bytes | None:
    """The CSV in a result file that came in base64; None of one that is plain already."""
    try:
        return base64.b64decode(content.translate(None, b"\r\n"), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def system_of(saved: Iterable[Saved], job: str | None) -> str | None:
    """The system message that all training rows of a job share; None where there is none, or the file is not here."""
    for one in saved:
        if one.path is not None and job in one.jobs and "training" in one.roles:
            return jsonl(one.path).system_message
    return None


def safe(name: str) -> str:
    """A name of the host as a file's name: it cannot lead to another folder."""
    return re.sub(r"[^\w.-]", "_", name.replace("\\", "/").rpartition("/")[2] or name).lstrip(".")[-120:] or "file"
