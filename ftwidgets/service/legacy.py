"""`/v1/fine-tunes`: the fine-tuning of pairs as it was before 2024, for openai 0.28 and what was written for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ftwidgets.service import fine_tuning
from ftwidgets.service.holdings import holdings
from ftwidgets.service.jobs import Jobs
from ftwidgets.service.legacy_creation import created
from ftwidgets.service.legacy_view import MOST_EVENTS, messages, shown, view
from ftwidgets.service.schema import FINAL, LEGACY
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record, WireError, body_of

BEAT = 1.0
"""Seconds after which a stream says something though nothing happened: so the service notices that a reader is gone."""


async def create(request: Request) -> Response:
    """Create a job; it is validated and trained in its turn."""
    body = await body_of(request)
    job = await run_in_threadpool(created, request, body)
    jobs: Jobs = request.app.state.jobs
    jobs.wake()
    return JSONResponse(job)


def index(request: Request) -> Response:
    """List all jobs, the oldest first, without their events; there were no pages."""
    own = holdings(request)
    jobs = own.page("jobs", 10_000_000, oldest_first=True, api=LEGACY)
    return JSONResponse({"object": "list", "data": [view(own, job, with_events=False) for job in jobs]})


def found(request: Request) -> Record:
    """The record of the job that the address names; errors as in `fine_tuning.found`."""
    return fine_tuning.found(request, LEGACY)


def retrieve(request: Request) -> Response:
    """One job's object."""
    return JSONResponse(view(holdings(request), found(request)))


def cancel(request: Request) -> Response:
    """Cancel a job that has not ended."""
    return JSONResponse(view(holdings(request), fine_tuning.cancelled(request, LEGACY)))


def delete(request: Request) -> Response:
    """Refuse it: the jobs stay, and a model is deleted by its own address, as OpenAI documented it (our words)."""
    model = found(request)["fine_tuned_model"]
    how = f"Its model is deleted by DELETE /v1/models/{model}." if model else "One that has not ended can be cancelled."
    raise WireError(400, f"A fine-tune is not deleted: its record stays. {how}")


async def events(request: Request) -> Response:
    """A job's events, the oldest first; with `stream=true`, each as it happens, until the job ends.

    openai 0.28's `list_events(stream=True)` says `stream=True` and reads a list; its `stream_events` says `true`.
    """
    job = await run_in_threadpool(found, request)
    if request.query_params.get("stream") == "true":
        return StreamingResponse(_told(request, job["id"]), media_type="text/event-stream")
    data = await run_in_threadpool(messages, holdings(request), job["id"])
    return JSONResponse({"object": "list", "data": data})


async def _told(request: Request, job: str) -> AsyncIterator[bytes]:
    state, cursor = request.app.state, 0
    with state.store.bell.heard() as rung:
        while not state.ending():
            rung.clear()
            news, ended = await run_in_threadpool(_news, state.store, job, cursor)
            for event in news:
                cursor = event["cursor"]
                yield b"data: " + orjson.dumps(shown(event)) + b"\n\n"
            if ended:
                yield b"data: [DONE]\n\n"
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), BEAT)
            if not rung.is_set():
                yield b": the job goes on\n\n"


def _news(store: Store, job: str, cursor: int) -> tuple[list[Record], bool]:
    """A job's events after the cursor, and whether they are the last: the end of a job is kept with its last event."""
    ended = store.columns("jobs", job)["status"] in FINAL
    return store.events_after(job, cursor, MOST_EVENTS, without="metrics"), ended


routes = [
    Route("/fine-tunes", create, methods=["POST"]),
    Route("/fine-tunes", index),
    Route("/fine-tunes/{job}", retrieve),
    Route("/fine-tunes/{job}", delete, methods=["DELETE"]),
    Route("/fine-tunes/{job}/cancel", cancel, methods=["POST"]),
    Route("/fine-tunes/{job}/events", events),
]
