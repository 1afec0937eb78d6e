"""Removes what has expired: files, and the parts of uploads that nobody completed; and what a kill has left behind."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ftwidgets.service.holdings import Holdings
from ftwidgets.service.store import Store
from ftwidgets.service.uploads import end
from ftwidgets.service.wire import WireError, now

EVERY = 60.0
"""Seconds between two sweeps. What has expired is gone for all who ask at its second; its bytes go with the sweep."""


class Sweeper:
    """Sweeps a store in a thread of its own, while the service runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Bring to an end what an earlier process began, before the first request comes; then sweep now and then."""
        self._try(self._tidy)
        self._thread.start()

    def close(self) -> None:
        """Sweep no more."""
        self._closing.set()
        self._thread.join(timeout=10)

    def sweep(self) -> None:
        """Remove what has expired."""
        store = self._store
        for file in store.due("files", now()):
            store.files.remove(file, partial(store.remove, "files", file))
        for upload in store.due("uploads", now()):
            with suppress(WireError):  # it was completed or cancelled at the last moment
                end(Holdings(store, store.columns("uploads", upload)["owner"]), upload, "expired")

    def _tidy(self) -> None:
        store = self._store
        store.files.tidy({file for file, _ in store.pairs("files", "id", "purpose")})
        # Parts live for an hour: those without a record are no one's.
        store.parts.tidy({part for part, _ in store.pairs("parts", "id", "upload")}, strangers=True)

    def _run(self) -> None:
        while True:
            self._try(self.sweep)
            if self._closing.wait(EVERY):
                return

    def _try(self, work: Callable[[], None]) -> None:
        """A disk that is full or may not be written to is no reason to answer nobody."""
        try:
            work()
        except Exception as error:
            traceback.print_exception(error)  # into the service's log; the next sweep tries again
