"""A large data set in the DataExplorer: until it can be shown, what is sent for it, until it is checked, a search.

    python benchmarks/explorer.py

100,000 conversations of five messages each (95 MB), in seconds of this process's processor time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import orjson
from machine import describe

import ftwidgets as ft

ROWS = 100_000


def conversation(n: int) -> dict[str, Any]:
    """Five messages, no two conversations the same."""
    texts = ["You are a help desk.", f"hello {n} " * 20, "answer " * 20, "hello " * 20, f"answer {n}" * 20]
    roles = ["system", "user", "assistant", "user", "assistant"]
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]}


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """How long `action` takes, and what it gives."""
    before = time.process_time()
    given = action()
    return time.process_time() - before, given


def main() -> None:
    """Print a line a figure."""
    data = ft.load([conversation(n) for n in range(ROWS)])
    ft.DataExplorer(data[:3])  # the imports
    before = time.process_time()
    made, explorer = timed(lambda: ft.DataExplorer(data))
    sent = len(orjson.dumps(explorer.snapshot()))
    assert not explorer.findings.errors
    checked = time.process_time() - before
    first, _ = timed(lambda: explorer.set_trait("search", "hello 777 "))
    second, _ = timed(lambda: explorer.set_trait("search", "hello 77777 "))
    assert explorer.selected == 77_778
    print(describe())
    print(f"{ROWS:,} conversations: made in {made:.2f} s, {sent / 1000:,.0f} kB sent, checked after {checked:.1f} s")
    print(f"the first search {first:.2f} s, the next {second:.2f} s")


if __name__ == "__main__":
    main()
