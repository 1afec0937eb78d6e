"""`/ftwidgets/jobs/JOB/stream`: a job's story while it happens, from a cursor, until the job has ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from ftwidgets.service.extensions import cursor_of
from ftwidgets.service.fine_tuning import found
from ftwidgets.service.schema import FINAL
from ftwidgets.service.wire import Record

AT_ONCE = 1000
"""Events in one message: a long story comes in several."""

BEAT = 1.0
"""Seconds after which something is said though nothing happened: so either side notices when the other is gone."""


async def stream(request: Request) -> StreamingResponse:
    """Say what is new of a job, as server-sent events: in each the fields of `Story.news`, or none of them."""
    story = Story(request.app.state, found(request)["id"], cursor_of(request))
    return StreamingResponse(_told(story, request.app.state), media_type="text/event-stream")


async def _told(story: Story, state: Any) -> AsyncIterator[bytes]:
    with state.store.bell.heard() as rung:
        while not state.ending():
            rung.clear()
            news = await run_in_threadpool(story.news)
            yield b"data: " + orjson.dumps(news) + b"\n\n"
            if story.told:
                return
            if not story.more:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), BEAT)


class Story:
    """What of one job a listener has been told, and what is new since."""

    def __init__(self, state: Any, job: str, cursor: int) -> None:
        self.more = False
        self.told = False
        self._state = state
        self._id = job
        self._cursor = cursor
        self._last: Record = {}
        self._checkpoints: set[str] = set()

    def news(self) -> Record:
        """What has changed: `job` (its record), `events` (the oldest first), `checkpoints`, and what it `waits` for."""
        store = self._state.store
        job = store.get("jobs", self._id)
        events = store.events_after(self._id, self._cursor, AT_ONCE)
        self._cursor = events[-1]["cursor"] if events else self._cursor
        self.more = len(events) == AT_ONCE
        self.told = job["status"] in FINAL and not self.more
        new = {"job": job, "waits": self._waits(job)}
        changed = {name: value for name, value in new.items() if self._last.get(name) != value}
        self._last |= changed
        checkpoints = [one for one in self._kept() if one["id"] not in self._checkpoints]
        self._checkpoints |= {one["id"] for one in checkpoints}
        lists = {"events": events, "checkpoints": checkpoints}
        return changed | {name: value for name, value in lists.items() if value}

    def _kept(self) -> list[Record]:
        kept: list[Record] = self._state.store.page("checkpoints", AT_ONCE, job=self._id, oldest_first=True)
        return kept

    def _waits(self, job: Record) -> Record | None:
        """How many jobs come before this one, and how far the base that the first of them fetches has come."""
        if job["status"] not in ("validating_files", "queued"):
            return None
        store = self._state.store
        active = [one["id"] for one in self._state.jobs.line.whole()]
        first = store.plan(active[0])["base"] if active else None
        return {
            "ahead": active.index(self._id) if self._id in active else 0,
            "fetching": self._state.fetches.standing(first)["fetching"] if first else None,
        }


routes = [Route("/jobs/{job}/stream", stream)]
