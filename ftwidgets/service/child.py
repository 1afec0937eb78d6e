"""A process of the engine, spoken to in JSON lines; it ends when this process does, however that comes about."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

# Ctrl-C in the service's terminal is for the service alone: it ends this process by closing its input.
_APART: dict[str, Any] = {"creationflags": 0x00000200} if sys.platform == "win32" else {"process_group": 0}


class Child:
    """One `python -m MODULE`, a line of JSON for each message in and out; its standard error goes to a log file."""

    def __init__(self, module: str, *arguments: str, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        # On a GPU, two processes share the memory only if neither takes all of it at its start.
        environment = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"} | dict(os.environ)
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],  # -P: a learner's random.py must not shadow Python's
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                **_APART,
            )
        self._lock = threading.Lock()

    def send(self, **values: Any) -> None:
        """Send one line; nothing happens where the process has ended: its reader is told by the end of the lines."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError), self._lock:
            self._process.stdin.write(orjson.dumps(values) + b"\n")
            self._process.stdin.flush()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every whole line that it says, until it ends."""
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                if line.endswith(b"\n"):  # else it was killed in the middle of it
                    yield orjson.loads(line)

    def end(self, *, kill: bool = False) -> None:
        """Close its input, on which it ends by itself, or kill it; wait until it is gone."""
        if kill:
            self._process.kill()
        assert self._process.stdin is not None
        with self._lock, contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def exit_status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()


def last_words(log: Path) -> str:
    """The last line of a log, for a person."""
    try:
        lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    return lines[-1].strip() if lines else "it said nothing"
