"""`/v1/models`: the bases, the ids that one of them stands in for, and what was fine-tuned here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.bases.catalogue import known_bases, resolve
from ftwidgets.errors import BaseModelError
from ftwidgets.service.holdings import holdings
from ftwidgets.service.leftovers import tidy
from ftwidgets.service.wire import Record, WireError

STAND_INS = ("gpt-4.1-mini-2025-04-14", "gpt-4o-mini-2024-07-18", "gpt-3.5-turbo", "davinci-002")
"""The ids that are listed; others of OpenAI's fine-tunable models are taken as well."""

PAIRS = "prompt/completion"
"""What the plan of a job says in `format` whose training file had such rows."""


@dataclass(frozen=True)
class Model:
    """What a model id means: the name it was asked for by, the base behind it, and its adapter's file.

    `pairs`: it was trained on prompts and completions, so that completions read a prompt as the training did.
    """

    name: str
    base: str
    adapter: str | None
    stand_in: bool
    pairs: bool = False


def look_up(request: Request, identity: str) -> Model | None:
    """What `identity` means to the caller, None where it means nothing."""
    row, store = _row(request, identity), holdings(request).store
    if row:
        name, adapter = base_name(identity), str(store.folder / row["adapter"])
        plan = orjson.loads(store.columns("jobs", row["job"]).get("plan") or "{}")
        pairs = plan.get("format") == PAIRS
        return Model(name, row["base"], adapter, stand_in=name != row["base"], pairs=pairs)
    try:
        known = resolve(identity, request.app.state.bases)
    except BaseModelError:
        return None
    return Model(identity, known.base, None, known.stand_in)


def _row(request: Request, identity: str) -> Record:
    """The columns of a fine-tuned model: one of the caller's own, or a checkpoint that another lets it use."""
    own = holdings(request)
    allowed = own.store.page("permissions", 1, checkpoint=identity, project=own.owner)
    return own.columns("models", identity) or (own.store.columns("models", identity) if allowed else {})


def base_name(identity: str) -> str:
    """The id that the caller gave for the base, out of a model's own id: a fine-tuned model keeps it in its name."""
    return identity.removeprefix("ft:").split(":")[0]


def record_of(identity: str, created: int, base: str) -> Record:
    """A model as OpenAI's API shows it; its owner tells where `base` stands in for the base of its name."""
    owner = "ftwidgets" if base == base_name(identity) else f"ftwidgets: {base} stands in"
    return {"id": identity, "object": "model", "created": created, "owned_by": owner, "shutdown_date": None}


def _base_record(identity: str, bases: Path) -> Record:
    return record_of(identity, 0, resolve(identity, bases).base)


def index(request: Request) -> Response:
    """List all models; checkpoints are told with their jobs."""
    state = request.app.state
    listed = [_base_record(base, state.bases) for base in (*known_bases(state.bases), *STAND_INS)]
    return JSONResponse({"object": "list", "data": [*holdings(request).page("models", 10_000, listed=1), *listed]})


def retrieve(request: Request) -> Response:
    """One model's record."""
    state, identity = request.app.state, request.path_params["model"]
    if look_up(request, identity) is None:
        raise missing(identity)
    row = _row(request, identity)
    return JSONResponse(orjson.loads(row["record"]) if row else _base_record(identity, state.bases))


def delete(request: Request) -> Response:
    """Forget a fine-tuned model; its job stays."""
    own, identity = holdings(request), request.path_params["model"]
    row = own.columns("models", identity)
    if not row:
        raise missing(identity)
    own.store.remove("models", identity)
    tidy(own.store, row["job"])
    return JSONResponse({"id": identity, "object": "model", "deleted": True})


def missing(identity: str) -> WireError:
    """The error for a model id that means nothing here."""
    return WireError(404, f"The model '{identity}' does not exist", param="model", code="model_not_found")


routes = [
    Route("/models", index),
    Route("/models/{model:path}", retrieve),
    Route("/models/{model:path}", delete, methods=["DELETE"]),
]
