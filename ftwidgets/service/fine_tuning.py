"""`/v1/fine_tuning/jobs`: create a job, look at it, hear its events, take its checkpoints, pause, resume, cancel it."""

from __future__ import annotations

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.bases.catalogue import known_bases
from ftwidgets.data.cost.hyperparameters import Hyperparameters
from ftwidgets.service.holdings import Holdings, holdings
from ftwidgets.service.integrations import NOT_SENT, integrations_of
from ftwidgets.service.jobs import Jobs
from ftwidgets.service.methods import asked_for, block_of
from ftwidgets.service.models import Model, look_up
from ftwidgets.service.narration import Narrator
from ftwidgets.service.parameters import given
from ftwidgets.service.store import Store
from ftwidgets.service.wire import (
    Record,
    WireError,
    body_of,
    integer,
    limit_of,
    metadata,
    metadata_wanted,
    new_id,
    now,
    page,
    tells,
    text,
)

KNOWN = (
    *("model", "training_file", "validation_file", "suffix", "seed", "metadata", "integrations"),
    *("hyperparameters", "method"),
)

API = "fine_tuning"
"""What the jobs are marked with that were created here; those of the legacy endpoint are listed there."""


async def create(request: Request) -> Response:
    """Create a job; it is validated and trained in its turn."""
    body = await body_of(request)
    return JSONResponse(await run_in_threadpool(_create, request, body))


def _create(request: Request, body: Record) -> Record:
    own, body = holdings(request), given(body, KNOWN)
    model = _model(request, text(body, "model", required=True) or "")
    asked = asked_for(body)
    job = _record(body, asked)
    for param in ("training_file", "validation_file"):
        _require_file(own, body, param)
    jobs: Jobs = request.app.state.jobs
    with own.store.transaction():
        jobs.require_room(own.owner)
        plan = {"base": model.base, "adapter": model.adapter, "hyperparameters": vars(asked)}
        own.add("jobs", job, status=job["status"], plan=plan, api=API)
        _tell_beginning(Narrator(own.store, job["id"]), job, model)
    jobs.wake()
    return job


def _tell_beginning(narrator: Narrator, job: Record, model: Model) -> None:
    narrator.tell("created", f"Created fine-tuning job: {job['id']}")
    narrator.stand_in(model)
    if job.get("integrations"):
        narrator.tell("integrations", NOT_SENT)
    files = f"training file: {job['training_file']}"
    files += f" and validation file: {job['validation_file']}" if job["validation_file"] else ""
    narrator.tell("validating", f"Validating {files}")


def _record(body: Record, asked: Hyperparameters) -> Record:
    seed = integer(body, "seed", 0, 2**31 - 1)
    return {
        "object": "fine_tuning.job",
        "id": new_id("ftjob-"),
        "model": body["model"],
        "created_at": now(),
        "finished_at": None,
        "fine_tuned_model": None,
        "organization_id": "org-ftwidgets",
        "result_files": [],
        "status": "validating_files",
        "validation_file": text(body, "validation_file"),
        "training_file": text(body, "training_file", required=True),
        "hyperparameters": asked.wire(),
        "trained_tokens": None,
        "error": None,
        "user_provided_suffix": text(body, "suffix", longest=64),
        "seed": secrets.randbelow(2**31) if seed is None else seed,
        "estimated_finish": None,
        "integrations": integrations_of(body),
        "method": block_of(asked),
        "metadata": metadata(body),
    }


def _model(request: Request, identity: str) -> Model:
    model = look_up(request, identity)
    if model is None:
        message = f"Model {identity} is not available for fine-tuning or does not exist."
        known = ", ".join(known_bases(request.app.state.bases))
        raise WireError(400, f"{message} Available here: {known}.", param="model")
    return model


def _require_file(own: Holdings, body: Record, param: str) -> None:
    identity = body.get(param)
    if identity is None:
        return
    record = own.get("files", str(identity))
    if record is None:
        message = f"No such File object: {identity}. Upload it first, and give the id that client.files.create returns."
        raise WireError(400, message, param=param)
    if record["purpose"] != "fine-tune":
        message = (
            f"The file {identity} was uploaded with purpose '{record['purpose']}'; upload it with purpose 'fine-tune'."
        )
        raise WireError(400, message, param=param)


def index(request: Request) -> Response:
    """List jobs, the newest first; `metadata[key]=value` chooses among them."""
    limit = limit_of(request, 20, 10_000)
    wanted, own = metadata_wanted(request), holdings(request)
    after = request.query_params.get("after")
    without = request.query_params.get("metadata") == "null"
    if not wanted and not without:
        return page(_shown(request, own.page("jobs", limit, after, api=API)), limit)
    notes = [(job, job["metadata"]) for job in own.page("jobs", 10_000_000, after, api=API)]
    records = [job for job, own_notes in notes if (own_notes is None if without else tells(own_notes, wanted))]
    return page(_shown(request, records[: limit + 1]), limit)


def _shown(request: Request, records: list[Record]) -> list[Record]:
    """The records as they are shown: with the time at which each will have ended, as far as it is known."""
    shown: list[Record] = request.app.state.jobs.finish.shown(records)
    return shown


def found(request: Request, api: str = API) -> Record:
    """The record of the job that the address names, of either API.

    Raises:
        WireError: there is none.
    """
    identity = request.path_params["job"]
    record = holdings(request).get("jobs", identity, api=api)
    if record is None:
        message = f"Could not find fine tune: {identity}"
        raise WireError(404, message, param="fine_tune_id", code="fine_tune_not_found")
    return record


def retrieve(request: Request) -> Response:
    """One job's record."""
    return JSONResponse(_shown(request, [found(request)])[0])


def cancel(request: Request) -> Response:
    """Cancel a job that has not ended."""
    return JSONResponse(cancelled(request))


def cancelled(request: Request, api: str = API) -> Record:
    """The record of the job that the address names, cancelled.

    Raises:
        WireError: there is none, or it has ended.
    """
    job = found(request, api)
    jobs: Jobs = request.app.state.jobs
    record = jobs.cancel(job["id"])
    if record is None:
        status = found(request, api)["status"]
        raise WireError(400, f'Cannot cancel a job {job["id"]} that already has status "{status}".')
    return record


def pause(request: Request) -> Response:
    """Pause a job: at once while it waits, else at the end of the step that it is at.

    The reply shows the status that it had: clients know no status that says more.
    """
    jobs: Jobs = request.app.state.jobs
    return JSONResponse(jobs.pause(found(request)["id"]))


def resume(request: Request) -> Response:
    """Let a paused job go on where it stopped, when its turn comes again."""
    jobs: Jobs = request.app.state.jobs
    return JSONResponse(jobs.resume(found(request)["id"]))


def events(request: Request) -> Response:
    """A job's events, the newest first."""
    limit = limit_of(request, 20, 10_000)
    store: Store = request.app.state.store
    return page(store.page("events", limit, request.query_params.get("after"), job=found(request)["id"]), limit)


def checkpoints(request: Request) -> Response:
    """A job's checkpoints, the newest first."""
    limit = limit_of(request, 10, 10_000)
    store: Store = request.app.state.store
    records = store.page("checkpoints", limit, request.query_params.get("after"), job=found(request)["id"])
    return page(records, limit, ends=True)


routes = [
    Route("/fine_tuning/jobs", create, methods=["POST"]),
    Route("/fine_tuning/jobs", index),
    Route("/fine_tuning/jobs/{job}", retrieve),
    Route("/fine_tuning/jobs/{job}/cancel", cancel, methods=["POST"]),
    Route("/fine_tuning/jobs/{job}/pause", pause, methods=["POST"]),
    Route("/fine_tuning/jobs/{job}/resume", resume, methods=["POST"]),
    Route("/fine_tuning/jobs/{job}/events", events),
    Route("/fine_tuning/jobs/{job}/checkpoints", checkpoints),
]
