"""How the engine's processes talk: a JSON object a line, in on standard input, out on standard output."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import orjson

_lock = threading.Lock()


def say(**values: Any) -> None:
    """Write one line. Where nobody listens any more, this process ends."""
    try:
        with _lock:
            sys.stdout.buffer.write(orjson.dumps(values) + b"\n")
            sys.stdout.buffer.flush()
    except OSError:
        os._exit(0)


def hear() -> dict[str, Any] | None:
    """The next line, or None when the input has closed."""
    line = sys.stdin.buffer.readline()
    return orjson.loads(line) if line else None


def listen(heard: Callable[[dict[str, Any]], None]) -> None:
    """Hand every further line to `heard`, in a thread; when the input closes, this process ends: no orphans."""

    def run() -> None:
        while (line := hear()) is not None:
            heard(line)
        os._exit(0)

    threading.Thread(target=run, daemon=True).start()


ANSWERING, TRAINING = 5, 10
"""How far the processes step back. Linux gives one at 5 three times the time of one at 10: whoever asks is answered,
and a training goes on with what is left."""


def step_back(by: int) -> None:
    """Run at a lower priority than the service and the notebook."""
    if hasattr(os, "nice"):
        os.nice(by)
