"""The service's side of the processes that answer: one for each base in use, started when first asked."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ftwidgets.service.child import Child, last_words
from ftwidgets.service.wire import Record, WireError

MODULE = "ftwidgets.engine.inference"

Heard = queue.SimpleQueue[Record | None]
"""Lines of an answer; None when the process has ended."""


class Inference:
    """Answers chats, in processes that hold a base each."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._speakers: dict[Path, _Speaker] = {}
        self._lock = threading.Lock()

    def ask(self, base: Path, request: Record) -> Answer:
        """Ask for an answer, which begins to be worked on at once."""
        with self._lock:
            speaker = self._speakers.get(base)
            if speaker is None or speaker.ended:
                log = self._home / "service" / "logs" / "inference.log"
                speaker = self._speakers[base] = _Speaker(base, self._home / "compiled", log)
        return speaker.ask(request)

    def ask_all(self, base: Path, requests: Iterable[Record]) -> list[Answer]:
        """Ask for several answers at once, so that they can be one batch. A process that is busy reads slowly."""
        return [self.ask(base, request) for request in requests]

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            for speaker in self._speakers.values():
                speaker.close()
            self._speakers.clear()


class Answer:
    """The lines of an answer as `ftwidgets.engine.inference` says them, up to and with its `end`."""

    def __init__(
        self, heard: Heard, forget: Callable[..., None], why_ended: Callable[[], str], asked_in: str = "messages"
    ) -> None:
        self._heard = heard
        self._asked_in = asked_in
        self._forget = forget
        self._why_ended = why_ended
        self._closed = False

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        """The next line.

        Raises:
            WireError: the chat cannot be answered, or the process died.
        """
        if self._closed:
            raise StopIteration
        line = self._heard.get()
        if line is None:
            self.close(cancel=False)
            raise WireError(500, self._why_ended(), kind="server_error")
        if "end" in line or "error" in line:
            self.close(cancel=False)
        if line.get("code") == "server_error":
            raise WireError(500, line["error"], kind="server_error")
        if "error" in line:
            raise WireError(400, line["error"], param=self._asked_in, code=line["code"])
        return line

    def close(self, *, cancel: bool = True) -> None:
        """Wait for no more lines; an answer that has not ended is stopped."""
        if not self._closed:
            self._closed = True
            self._forget(cancel=cancel)


class _Speaker:
    """One process, and who waits for what it says."""

    def __init__(self, base: Path, compiled: Path, log: Path) -> None:
        self._log = log
        self._child = Child(MODULE, str(base), str(compiled), log=log)
        self._listeners: dict[int, Heard] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._failed: str | None = None
        self.ended = False
        threading.Thread(target=self._hear, daemon=True, name="inference").start()

    def ask(self, request: Record) -> Answer:
        heard: Heard = queue.SimpleQueue()
        with self._lock:
            number = next(self._numbers)
            self._listeners[number] = heard
            if self.ended:
                heard.put(None)
        self._child.send(id=number, **request)  # at once, so that several answers can be one batch
        asked_in = "prompt" if "prompt" in request else "messages"
        return Answer(heard, partial(self._forget, number), self._why_ended, asked_in)

    def _forget(self, number: int, *, cancel: bool) -> None:
        with self._lock:
            self._listeners.pop(number, None)
        if cancel:
            self._child.send(cancel=number)

    def _why_ended(self) -> str:
        return self._failed or f"The model's process ended: {last_words(self._log)} (see {self._log})"

    def _hear(self) -> None:
        for line in self._child.lines():
            if "id" in line:
                self._pass_on(line)
            self._failed = line.get("failed", self._failed)
        self._child.end()
        with self._lock:
            self.ended = True
            for listener in self._listeners.values():
                listener.put(None)

    def _pass_on(self, line: dict[str, Any]) -> None:
        with self._lock:
            listener = self._listeners.get(line["id"])
        if listener is not None:
            listener.put(line)

    def close(self) -> None:
        self._child.end()
