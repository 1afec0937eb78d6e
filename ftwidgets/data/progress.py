"""A progress bar in words and signs, for work that takes longer than a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 1.0
"""Seconds after which a bar appears: what is done sooner needs none."""


@contextmanager
def bar(what: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A bar on the error stream that appears after a second and goes when the work is done.

    Call what it gives with how much is done, of `total`. Bytes are shown as MB where `unit` is "B".
    """
    from tqdm import tqdm

    with tqdm(
        desc=what, total=total, unit=unit, unit_scale=unit == "B", delay=PATIENCE, leave=False, dynamic_ncols=True
    ) as shown:

        def heard(done: int) -> None:
            shown.update(done - shown.n)

        yield heard
