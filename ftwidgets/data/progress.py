"""A progress bar for work that takes longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 1.0
"""Seconds after which a bar appears: what is done sooner needs none."""


@contextmanager
def bar(what: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A bar in a terminal or a notebook that appears after a second and goes when the work is done.

    Call what it gives with how much is done, of `total`. Where nobody looks, no bar is written.
    """
    if not (sys.stderr.isatty() or _in_a_notebook()):
        yield lambda _: None
        return
    from tqdm.auto import tqdm

    with tqdm(desc=what, total=total, unit=unit, unit_scale=unit == "B", delay=PATIENCE, leave=False) as shown:

        def heard(done: int) -> None:
            shown.update(done - shown.n)

        yield heard


def _in_a_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None
