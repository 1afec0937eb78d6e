"""The application: all routes of a home, behind its key, with errors in OpenAI's envelope."""

from __future__ import annotations

import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router

from ftwidgets.service import (
    chat,
    completions,
    estimates,
    extensions,
    files,
    fine_tuning,
    graders,
    keys,
    legacy,
    models,
    openapi,
    permissions,
    stored,
    stream,
    uploads,
)
from ftwidgets.service.disk import disk_fault
from ftwidgets.service.fetching import Fetches
from ftwidgets.service.hosts import LOOPBACK, check_host
from ftwidgets.service.inference import Inference
from ftwidgets.service.jobs import Jobs
from ftwidgets.service.keys import Keys, owner_of
from ftwidgets.service.measuring import Measuring
from ftwidgets.service.store import Store
from ftwidgets.service.sweeping import Sweeper
from ftwidgets.service.wire import WireError, new_id

WAITING_CHATS = 256
"""Chats that may wait for the engine at once, in threads of their own: no other request ever waits for a chat."""

Next = Callable[[Request], Awaitable[Response]]


def create_app(
    home: Path,
    key: str,
    *,
    stop: Callable[[], None] | None = None,
    ending: Callable[[], bool] = lambda: False,
    hosts: Collection[str] | None = LOOPBACK,
) -> Starlette:
    """The service of the home folder `home`. Its jobs run while the application's lifespan does.

    `stop` is what ends the process, where the service has one of its own; `ending` tells whether it is about to end,
    so that no open stream holds it up. `hosts` are the names that it may be called by; None where any may.
    """
    resources = [*files.routes, *uploads.routes, *models.routes, *fine_tuning.routes, *permissions.routes]
    resources += [*chat.routes, *stored.routes, *completions.routes, *graders.routes, *legacy.routes]
    own = [*extensions.routes, *stream.routes, *estimates.routes, *keys.routes]
    app = Starlette(
        routes=[_under("/v1", resources), _under("/ftwidgets", own), *openapi.routes],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_around)],
        exception_handlers={WireError: _wire_error, HTTPException: _http_error},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False
    app.state.home, app.state.bases, app.state.key, app.state.stop = home, home / "bases", key, stop
    app.state.ending, app.state.hosts = ending, hosts
    app.state.last_request = time.monotonic()
    return app


def _under(prefix: str, routes: list[Route]) -> Mount:
    """The routes below `prefix`; an address with a slash too many is unknown, as on OpenAI's service."""
    return Mount(prefix, app=Router(routes, redirect_slashes=False))


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    state = app.state
    state.store = Store(state.home / "service")
    state.keys = Keys(state.store, state.key)
    state.fetches = Fetches(state.bases)
    state.jobs = Jobs(state.store, state.home, state.fetches)
    state.measuring = Measuring(state.jobs, state.home)
    state.inference = Inference(state.home)
    state.chat_places = CapacityLimiter(WAITING_CHATS)
    state.sweeper = Sweeper(state.store)
    state.sweeper.start()
    state.jobs.start()
    yield
    state.sweeper.close()
    state.measuring.close()
    state.jobs.close()
    state.inference.close()
    state.store.close()


async def _around(request: Request, call_next: Next) -> Response:
    """Ask for the key first; say on each reply which it was and how long it took."""
    began = time.monotonic()
    request.app.state.last_request = began
    try:
        check_host(request)
        request.state.owner = owner_of(request)
        response = await call_next(request)
    except WireError as error:
        response = error.response()
    except Exception as error:
        response = await _fault(request, error)
    response.headers["x-request-id"] = new_id("req_", 32)
    response.headers["openai-version"] = "2020-10-01"
    response.headers["openai-organization"] = "org-ftwidgets"
    response.headers["openai-processing-ms"] = str(round((time.monotonic() - began) * 1000))
    return response


async def _wire_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, WireError)
    return error.response()


async def _http_error(request: Request, error: Exception) -> Response:
    status: Any = getattr(error, "status_code", 500)
    if status in (404, 405):
        return WireError(404, f"Invalid URL ({request.method} {request.url.path})").response()
    return WireError(status, str(getattr(error, "detail", error))).response()


async def _fault(_: Request, error: Exception) -> Response:
    traceback.print_exception(error)  # into the service's log
    if sentence := disk_fault(error):
        return WireError(507, sentence, kind="server_error", again=False).response()
    return WireError(500, f"The service met a fault of its own: {error!r}", kind="server_error").response()
