"""`/v1/fine_tuning/checkpoints/{model}/permissions`: let other keys of this service use a model of one's own.

What OpenAI calls a project is a key here: its id, `key_…`, is the project's id. A key with a permission may use the
model in every way in which its owner may, but for deleting it and for giving permissions on.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.service.holdings import holdings
from ftwidgets.service.models import missing
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record, WireError, body_of, choice_of, limit_of, new_id, now, page

MOST_AT_ONCE = 100


def _checkpoint(request: Request) -> str:
    """The model that the address names, which must be the caller's own."""
    identity: str = request.path_params["model"]
    if not holdings(request).columns("models", identity):
        raise missing(identity)
    return identity


async def create(request: Request) -> Response:
    """Let the holders of keys use a model."""
    body = await body_of(request)
    return page(await run_in_threadpool(_create, request, body), MOST_AT_ONCE, ends=True)


def _create(request: Request, body: Record) -> list[Record]:
    checkpoint, store = _checkpoint(request), holdings(request).store
    projects = _projects(store, body.get("project_ids"))
    with store.transaction():
        return [_given(store, checkpoint, project) for project in projects]


def _projects(store: Store, given: Any) -> list[str]:
    sound = isinstance(given, list) and 0 < len(given) <= MOST_AT_ONCE
    if not sound or not all(isinstance(project, str) for project in given):
        message = f"'project_ids' takes a list of 1 to {MOST_AT_ONCE} ids of keys of this service."
        raise WireError(400, message, param="project_ids")
    known = [identity for identity, _ in store.pairs("keys", "id", "id")]
    for project in given:
        if project not in known:
            here = "On this service a project is a key that was given to someone, and its id begins with 'key_'."
            raise WireError(400, f"There is no project {project!r:.80}. {here}", param="project_ids")
    return list(dict.fromkeys(given))


def _given(store: Store, checkpoint: str, project: str) -> Record:
    """The permission: a new one, or the one that is there."""
    record = {"object": "checkpoint.permission", "id": new_id("cp_"), "created_at": now(), "project_id": project}
    if store.add("permissions", record, checkpoint=checkpoint, project=project):
        return record
    return store.page("permissions", 1, checkpoint=checkpoint, project=project)[0]


def index(request: Request) -> Response:
    """List a model's permissions, the newest first."""
    checkpoint, limit = _checkpoint(request), limit_of(request, 10, 1000)
    oldest_first = choice_of(request, "order", ("descending", "ascending")) == "ascending"
    project, after = request.query_params.get("project_id"), request.query_params.get("after")
    where = {"checkpoint": checkpoint} | ({"project": project} if project else {})
    return page(
        holdings(request).store.page("permissions", limit, after, oldest_first=oldest_first, **where), limit, ends=True
    )


def delete(request: Request) -> Response:
    """Take a permission back."""
    checkpoint, identity = _checkpoint(request), request.path_params["permission"]
    store = holdings(request).store
    if not store.get("permissions", identity, checkpoint=checkpoint):
        raise WireError(404, f"There is no permission {identity!r:.80} for this checkpoint.", param="permission_id")
    store.remove("permissions", identity)
    return JSONResponse({"id": identity, "object": "checkpoint.permission", "deleted": True})


routes = [
    Route("/fine_tuning/checkpoints/{model:path}/permissions", create, methods=["POST"]),
    Route("/fine_tuning/checkpoints/{model:path}/permissions", index),
    Route("/fine_tuning/checkpoints/{model:path}/permissions/{permission}", delete, methods=["DELETE"]),
]
