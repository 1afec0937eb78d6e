"""What the scripts of the Python clients share: something to train on, and one line of JSON for each ability that ran.

The scripts run as a user's would, in environments that know nothing of ftwidgets; so this imports Python alone.
"""

from __future__ import annotations

import inspect
import json
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

BASE = "random-tiny"

SHORT = {"n_epochs": 2, "batch_size": 2, "learning_rate_multiplier": 1}
LONG = {"n_epochs": 50, "batch_size": 1, "learning_rate_multiplier": 1}
"""Twelve steps; and so many that a job is surely still training when one looks at it."""

ENDED = ("succeeded", "failed", "cancelled")

GRADER: Any = {
    "type": "string_check",
    "name": "the same word",
    "operation": "eq",
    "input": "{{sample.output_text}}",
    "reference": "{{item.word}}",
}


def _lines(rows: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _turns(number: int) -> list[dict[str, str]]:
    return [{"role": "system", "content": "You know words."}, {"role": "user", "content": f"Word {number}?"}]


def _said(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


CHATS = _lines([{"messages": _turns(n) + _said(f"Word {n * n}!")} for n in range(12)])
PREFERENCES = _lines(
    [
        {
            "input": {"messages": _turns(n)},
            "preferred_output": _said(f"Word {n * n}!"),
            "non_preferred_output": _said("No."),
        }
        for n in range(12)
    ]
)
PAIRS = _lines([{"prompt": f"{n} ->", "completion": f" {n * n}\n"} for n in range(12)])


@contextmanager
def ability(name: str) -> Iterator[None]:
    """Tell that the calls inside worked, or how they did not."""
    fault = None
    try:
        yield
    except Exception:
        fault = traceback.format_exc(limit=2)
    print(json.dumps({"ability": name, "ok": fault is None} | ({"error": fault} if fault else {})), flush=True)


async def got(call: Any) -> Any:
    """What a call gave, whether the client is the asynchronous one or not."""
    return await call if inspect.isawaitable(call) else call


async def every(source: Any) -> list[Any]:
    """All items of a stream, or of all pages of a list."""
    return [one async for one in source] if hasattr(source, "__aiter__") else list(source)
