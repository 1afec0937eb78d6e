"""Follow a job from a daemon thread: by the embedded service's stream, elsewhere by asking every few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import openai

from ftwidgets.run.client import sentence
from ftwidgets.run.extension import listen

if TYPE_CHECKING:
    from ftwidgets.run.run import Run

ASK_EVERY = 2.0
"""Seconds between two questions to a host that has no stream."""

SILENCE = 10.0
"""Seconds without a sign of life after which the embedded service, which gives one each second, is taken for lost."""

LONGEST_PAUSE = 4.0
"""Seconds between two attempts to reach a service that is away; the first come sooner."""

Heard = Callable[[], None]


class Follower:
    """Keeps one run up to date for its listeners. A service that is away is looked for until it is back."""

    def __init__(self, run: Run) -> None:
        self.away_since: float | None = None
        self.trouble: str | None = None
        self._run = run
        self._cursor = 0
        self._told = ""
        self._lock = threading.Lock()
        self._listeners: list[Heard] = []
        self._thread: threading.Thread | None = None
        self._left = threading.Event()

    def add(self, heard: Heard) -> Callable[[], None]:
        """Call `heard` after each change from now on; what is returned ends that."""
        with self._lock:
            self._listeners.append(heard)
            if self._thread is None:
                self._left = threading.Event()
                self._thread = threading.Thread(
                    target=self._follow, args=(self._left,), daemon=True, name=f"follow {self._run.id}"
                )
                self._thread.start()
        return lambda: self._remove(heard)

    def _remove(self, heard: Heard) -> None:
        with self._lock:
            if heard in self._listeners:
                self._listeners.remove(heard)
            if not self._listeners:
                self._left.set()  # the thread ends at its next sign of life, and a new listener gets a new one
                self._thread = None

    def _tell(self) -> None:
        """Call every listener. One that raises is called no more, and the others go on."""
        with self._lock:
            listeners = list(self._listeners)
        self._told = self._run.status
        for heard in listeners:
            try:
                heard()
            except Exception:  # a fault of ours, which must not end what others listen to
                logging.getLogger(__name__).exception("A listener of %s has failed and hears no more", self._run.id)
                self._remove(heard)

    def _follow(self, left: threading.Event) -> None:
        """Until the job has ended, cannot be followed any more, or nobody listens."""
        failures = 0
        while not left.is_set() and not self._run.ended and self.trouble is None:
            try:
                for new in self._changes(left):
                    failures = 0
                    if left.is_set():
                        break
                    if new or self.away_since:
                        self.away_since = None
                        self._tell()
            except Exception as error:  # whatever it is, it is told where the learner looks
                self._lost(error)
                self._tell()
            failures += 1
            left.wait(0 if self._run.ended else min(LONGEST_PAUSE, 0.25 * 2**failures))
        self._finish(left)

    def _finish(self, left: threading.Event) -> None:
        """Tell the end once more: somebody else may have heard of it first."""
        if self._run.ended and not left.is_set() and (self.away_since or self._told != self._run.status):
            self.away_since = None
            self._tell()
        with self._lock:
            self._thread = None if self._left is left else self._thread

    def _lost(self, error: Exception) -> None:
        if isinstance(error, openai.APIStatusError) and error.status_code in (400, 401, 403, 404):
            self.trouble = sentence(error)
        elif not isinstance(error, openai.APIError):
            self.trouble = f"{type(error).__name__}: {error}"
        elif self.away_since is None:
            self.away_since = time.time()

    def _changes(self, left: threading.Event) -> Iterator[bool]:
        """Take in what is new; says each time whether there was anything."""
        told = False
        try:
            for message in listen(self._run.client, self._path, silence=SILENCE):
                told = True
                self._take(message)
                yield bool(message)
        except (openai.APIStatusError, ValueError):
            pass  # no embedded service, or no such job: asking tells which
        last = None
        while not told and not self._run.ended:
            self._run.refresh()
            last, seen = self._state, last
            yield last != seen
            left.wait(ASK_EVERY)

    @property
    def _path(self) -> str:
        return f"jobs/{self._run.id}/stream?after={self._cursor}"

    @property
    def _state(self) -> tuple[object, ...]:
        run = self._run
        return run.status, len(run.events), len(run.checkpoints)

    def _take(self, message: dict[str, Any]) -> None:
        events = message.get("events", [])
        waits = (message["waits"] or {}) if "waits" in message else None
        self._run.take(message.get("job"), events, message.get("checkpoints", ()), waits)
        self._cursor = events[-1]["cursor"] if events else self._cursor
