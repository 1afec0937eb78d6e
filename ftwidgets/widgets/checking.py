"""The check of many rows, in a thread beside what a person does meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ftwidgets.data.loading import Heard
from ftwidgets.widgets.desk import Desk


class Checking:
    """Checks a desk beside its owner, who changes it under `lock` alone, and hears of it when it is `done`.

    `heard` hears, in the thread, how many rows have been looked at, of how many; `done` is called there, too, under
    the lock.
    """

    def __init__(self, desk: Desk, heard: Heard, done: Callable[[], None]) -> None:
        self.lock = threading.RLock()
        self._desk, self._heard, self._done = desk, heard, done
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Check; where that goes on already, what has changed meanwhile is looked at, too. Called under the lock."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Until nothing is left to check; not to be called under the lock, for which the thread may wait."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._desk.check(self._heard)
            except BaseException:  # told in the kernel's log; whoever asks for the findings next meets it again
                with self.lock:
                    self._thread = None
                raise
            with self.lock:
                if self._desk.is_checked:
                    self._thread = None
                    self._done()
                    return
