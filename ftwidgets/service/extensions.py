"""`/ftwidgets/`: what OpenAI's API has no shape for: about the service itself, and events from a cursor."""

from __future__ import annotations

import os
import re
from importlib.metadata import version

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.errors import FtwidgetsError
from ftwidgets.service.fetching import Fetches
from ftwidgets.service.fine_tuning import found
from ftwidgets.service.jobs import ACTIVE
from ftwidgets.service.keys import require_home
from ftwidgets.service.models import look_up, missing
from ftwidgets.service.schema import HOME
from ftwidgets.service.store import Store
from ftwidgets.service.wire import WireError, body_of, limit_of, text


def info(request: Request) -> Response:
    """The service's version and process, the caller's active jobs, and how it stands with the fetching of bases."""
    state, owner = request.app.state, request.state.owner
    store: Store = state.store
    fetches: Fetches = state.fetches
    return JSONResponse(
        {
            "version": version("ftwidgets"),
            "pid": os.getpid(),
            "active_jobs": [job["id"] for job in store.jobs_in(*ACTIVE, owner=owner)],
            "fetching": fetches.current,
            "fetch_error": fetches.error,
        }
        | ({"home": str(state.home)} if owner == HOME else {})
    )


def stop(request: Request) -> Response:
    """End the service; a training goes on where it is when the service is started again."""
    require_home(request)
    if request.app.state.stop is None:
        raise WireError(400, "This service was not started as a process of its own.")
    request.app.state.stop()
    return JSONResponse({"stopping": True})


def events(request: Request) -> Response:
    """A job's events after a cursor, the oldest first, with their exact times."""
    store: Store = request.app.state.store
    data = store.events_after(found(request)["id"], cursor_of(request), limit_of(request, 1000, 10_000))
    return JSONResponse({"object": "list", "data": data})


def cursor_of(request: Request) -> int:
    """Where in a job's events the caller is: `after`, 0 at the beginning."""
    cursor = request.query_params.get("after", "0")
    if not re.fullmatch("[0-9]{1,18}", cursor):
        raise WireError(400, f"'after' is {cursor!r:.60}, not a cursor; begin with 0.", param="after")
    return int(cursor)


async def count(request: Request) -> Response:
    """How many tokens each of the `texts` has for the `model`."""
    body = await body_of(request)
    texts = body.get("texts")
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise WireError(400, "'texts' must be a list of texts.", param="texts")
    state, identity = request.app.state, text(body, "model", required=True) or ""
    model = look_up(request, identity)
    if model is None:
        raise missing(identity)
    counted = to_thread.run_sync(_counted, state.fetches, model.base, texts, limiter=state.chat_places)
    return JSONResponse({"tokens": await counted})


def _counted(fetches: Fetches, base: str, texts: list[str]) -> list[int]:
    try:
        tokenizer = Tokenizer(fetches.ensure(base))
    except FtwidgetsError as error:
        raise WireError(503, str(error), kind="server_error", again=False) from error
    return [len(tokenizer.encode(one)) for one in texts]


async def fetch(request: Request) -> Response:
    """Begin to fetch the base of the `model` where it is not here, and say how that stands."""
    state, identity = request.app.state, text(await body_of(request), "model", required=True) or ""
    model = look_up(request, identity)
    if model is None:
        raise missing(identity)
    fetches: Fetches = state.fetches
    fetches.begin(model.base)
    return JSONResponse(fetches.standing(model.base))


routes = [
    Route("/info", info),
    Route("/count", count, methods=["POST"]),
    Route("/fetch", fetch, methods=["POST"]),
    Route("/stop", stop, methods=["POST"]),
    Route("/jobs/{job}/events", events),
]
