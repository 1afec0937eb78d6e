"""From a job's creation to its first step, with no compiled program kept and with all of them, and its peak memory.

    python benchmarks/first_step.py

The times are those of the service's own events, in a home of its own that shares the fetched base.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from machine import describe

import ftwidgets as ft
from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.bases.fetch import fetch
from ftwidgets.connection import Address, find, stop
from ftwidgets.home import home
from ftwidgets.lessons import data_set
from ftwidgets.run.extension import ask


def main() -> None:
    """Run the same job twice and print what it took."""
    base = fetch(DEFAULT, home() / "bases")
    files = {part: ft.load(path) for part, path in data_set("words").items()}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bases").mkdir()
        (Path(folder) / "bases" / DEFAULT).symlink_to(base)
        client = ft.connect(home=folder)
        address = find(folder)
        assert address is not None
        try:
            print(describe())
            for state in ("cold", "warm"):
                run = ft.launch(
                    client, files["train"][:50], files["validation"][:10], model=DEFAULT, n_epochs=3, seed=1
                )
                memory = _followed(run, address)
                first, last = _times(client, run)
                print(f"{state}: first step after {first:.1f} s, done after {last:.1f} s, peak memory {memory:.2f} GB")
        finally:
            stop(folder)


def _followed(run: ft.Run, address: Address) -> float:
    """Wait for the job's end; the peak memory (GB) of its process, where the system tells it."""
    peak = 0.0
    while not run.refresh().ended:
        peak = max([peak, *(_peak(child) for child in _children(address.pid))])
        time.sleep(0.2)
    assert run.status == "succeeded", run.outcome
    return peak


def _times(client: object, run: ft.Run) -> tuple[float, float]:
    """Seconds from the first event to the first step, and to the last event."""
    events = (ask(client, f"jobs/{run.id}/events") or {})["data"]
    first = next(event["time"] for event in events if event["type"] == "metrics")
    return first - events[0]["time"], events[-1]["time"] - events[0]["time"]


def _children(parent: int) -> list[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    tasks = Path(f"/proc/{parent}/task")
    if not tasks.is_dir():
        return []
    return [int(child) for task in tasks.iterdir() for child in (task / path.name).read_text().split()]


def _peak(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1e6 for line in text.splitlines() if line.startswith("VmHWM")), 0.0)


if __name__ == "__main__":
    os.environ.pop("OPENAI_API_KEY", None)
    main()
