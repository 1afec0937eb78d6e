"""The service's side of the processes that answer: one for each base in use, started when first asked."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

from ftwidgets.service.child import Child, last_words
from ftwidgets.service.wire import Record, WireError

MODULE = "ftwidgets.engine.inference"


class Inference:
    """Answers chats, in processes that hold a base each."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._speakers: dict[Path, _Speaker] = {}
        self._lock = threading.Lock()

    def ask(self, base: Path, request: Record) -> Generator[Record, None, None]:
        """The answer's lines as `ftwidgets.engine.inference` says them, up to and with its `end`.

        Closing the iterator before its end stops the answer.

        Raises:
            WireError: the chat cannot be answered, or the process died.
        """
        with self._lock:
            speaker = self._speakers.get(base)
            if speaker is None or speaker.ended:
                log = self._home / "service" / "logs" / "inference.log"
                speaker = self._speakers[base] = _Speaker(base, self._home / "compiled", log)
        return speaker.ask(request)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            for speaker in self._speakers.values():
                speaker.close()
            self._speakers.clear()


class _Speaker:
    """One process, and who waits for what it says."""

    def __init__(self, base: Path, compiled: Path, log: Path) -> None:
        self._log = log
        self._child = Child(MODULE, str(base), str(compiled), log=log)
        self._listeners: dict[int, queue.SimpleQueue[Record | None]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._failed: str | None = None
        self.ended = False
        threading.Thread(target=self._hear, daemon=True, name="inference").start()

    def ask(self, request: Record) -> Generator[Record, None, None]:
        heard: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        with self._lock:
            number = next(self._numbers)
            self._listeners[number] = heard
            if self.ended:
                heard.put(None)
        self._child.send(id=number, **request)  # at once, so that several answers can be one batch
        return self._answer(number, heard)

    def _answer(self, number: int, heard: queue.SimpleQueue[Record | None]) -> Generator[Record, None, None]:
        ended = False
        try:
            while not ended:
                line = self._next(heard)
                ended = "end" in line
                yield line
        finally:
            with self._lock:
                self._listeners.pop(number, None)
            if not ended:
                self._child.send(cancel=number)

    def _next(self, heard: queue.SimpleQueue[Record | None]) -> Record:
        line = heard.get()
        if line is None:
            message = self._failed or f"The model's process ended: {last_words(self._log)} (see {self._log})"
            raise WireError(500, message, kind="server_error")
        if "error" in line:
            raise WireError(400, line["error"], param="messages", code=line["code"])
        return line

    def _hear(self) -> None:
        for line in self._child.lines():
            if "id" in line:
                self._pass_on(line)
            self._failed = line.get("failed", self._failed)
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
