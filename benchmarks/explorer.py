"""A large data set in the DataExplorer: until it is shown and checked, and what a search, a scroll and a fix cost.

    python benchmarks/explorer.py [ROWS]

100,000 conversations of five messages each (95 MB) by default, one of them with a fault that is mended; tokens are
counted with OpenAI's o200k_base. In seconds of this process's processor time, and bytes as JSON.
"""

from __future__ import annotations

import sys
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


class Listener:
    """Hears what a widget sends, and how much that is."""

    def __init__(self, widget: ft.DataExplorer) -> None:
        self.bytes = 0
        self._widget = widget
        widget.send = lambda content, _=None: self.hear(content)  # type: ignore[method-assign]

    def hear(self, content: Any) -> None:
        """One message."""
        self.bytes += len(orjson.dumps(content))

    def ask(self, **message: Any) -> tuple[float, int]:
        """How long the answer to a view's message takes, and its bytes."""
        self.bytes = 0
        seconds, _ = timed(lambda: self._widget._handle_custom_msg(message, []))
        return seconds, self.bytes


def main() -> None:
    """Print a line a figure."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    examples = [conversation(n) for n in range(rows)]
    examples[rows // 2]["messages"][1]["role"] = "usr"
    data = ft.load(examples)
    ft.DataExplorer(data[:30], model="gpt-4o")  # the imports
    before = time.process_time()
    made, explorer = timed(lambda: ft.DataExplorer(data, model="gpt-4o"))
    sent = len(orjson.dumps(explorer.snapshot()))
    assert len(explorer.findings.where(rule="role-unknown")) == 1
    checked = time.process_time() - before
    listener = Listener(explorer)
    table = explorer.snapshot()["table"]["found"]
    listener.bytes = 0
    scroll = listener.ask(kind="lines", found=table, first=rows // 3, last=rows // 3 + 50)
    select = timed(lambda: explorer.set_trait("selected", rows // 3))[0]
    searches = [
        timed(lambda text=text: explorer.set_trait("search", text))[0] for text in ("hello 77", "hello 777 ", "")
    ]
    line = rows // 2 + 1
    explorer.selected = line
    fix = listener.ask(kind="mend", line=line, rule="role-unknown", nth=0, choice=0)
    settled, _ = timed(lambda: explorer.findings)
    assert not explorer.findings.where(rule="role-unknown")
    undo = listener.ask(kind="undo")
    reset, _ = timed(lambda: explorer.findings)
    print(describe())
    print(f"{rows:,} conversations: made in {made:.2f} s, {sent / 1000:,.0f} kB sent, checked after {checked:.1f} s")
    scrolled = f"{1000 * scroll[0]:.1f} ms, {scroll[1] / 1000:.1f} kB"
    print(f"a scroll of the table: {scrolled}; another row: {1000 * select:.0f} ms")
    print(f"searches: {', '.join(f'{seconds:.2f} s' for seconds in searches)}")
    print(f"one row mended: {fix[0]:.2f} s, {fix[1] / 1000:.1f} kB, checked again {settled:.1f} s later")
    print(f"undone: {undo[0]:.2f} s, {undo[1] / 1000:.1f} kB, checked again {reset:.1f} s later")


if __name__ == "__main__":
    main()
