"""Base models on their way here: each fetched once, however many ask; what went wrong is kept to be told."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ftwidgets.bases.catalogue import CATALOGUE, is_fetched
from ftwidgets.bases.fetch import fetch
from ftwidgets.errors import BaseModelError, FtwidgetsError
from ftwidgets.service.wire import Record


@dataclass
class Fetching:
    """How far a base model that is on its way has come, in bytes."""

    base: str
    done: int = 0
    total: int = 0

    def progress(self, done: int, total: int) -> None:
        """Take note of how much has come."""
        self.done, self.total = done, total


class Fetches:
    """Brings bases into the folder `bases`, several at a time, but each only once at a time."""

    def __init__(self, bases: Path) -> None:
        self._bases = bases
        self._guard = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._underway: dict[str, Fetching] = {}
        self._errors: dict[str, str] = {}
        self._failures: defaultdict[str, int] = defaultdict(int)

    @property
    def current(self) -> Record | None:
        """The base that is on its way, the first whose size is known where there are several; None where none is."""
        with self._guard:
            state = max(self._underway.values(), key=lambda state: state.total > 0, default=None)
        return asdict(state) if state else None

    @property
    def error(self) -> str | None:
        """Why the last fetch that failed did so; None once its base is here."""
        with self._guard:
            failed = list(self._errors.items())
        return next((said for base, said in reversed(failed) if not self.here(base)), None)

    def here(self, base: str) -> bool:
        """Whether the base is whole and on this machine."""
        return is_fetched(base, self._bases)

    def standing(self, base: str) -> Record:
        """How it stands with one base: here, on its way, or why it could not be had."""
        with self._guard:
            state, error = self._underway.get(base), self._errors.get(base)
        here = self.here(base)
        return {
            "model": base,
            "here": here,
            "fetching": asdict(state) if state and not here else None,
            "error": None if here else error,
        }

    def begin(self, base: str) -> None:
        """See to it that the base is here or on its way, and return at once."""
        with self._guard:
            if self.here(base) or base in self._underway:
                return
            self._underway[base] = Fetching(base)
        threading.Thread(target=self._attempt, args=(base,), daemon=True, name=f"fetching {base}").start()

    def ensure(self, base: str) -> Path:
        """The folder of the base; one that is not here is fetched, or waited for where another fetches it.

        Who waited for a fetch that failed hears its error: one attempt is enough for all.

        Raises:
            BaseModelError: it cannot be had; the message says what to do.
        """
        with self._guard:
            turn, failures = self._turns[base], self._failures[base]
        with turn:
            try:
                if self.here(base):
                    return self._bases / base
                if self._failures[base] > failures:  # the one that was waited for
                    raise BaseModelError(self._errors[base])
                return self._fetch(base)
            finally:
                with self._guard:
                    self._underway.pop(base, None)

    def _attempt(self, base: str) -> None:
        with suppress(FtwidgetsError):  # kept, and told to whoever asks
            self.ensure(base)

    def _fetch(self, base: str) -> Path:
        with self._guard:
            state = self._underway.setdefault(base, Fetching(base))
        known = CATALOGUE.get(base)
        try:
            if known and known.twin_of:
                self.ensure(known.twin_of)
            return fetch(base, self._bases, progress=state.progress)
        except Exception as error:
            self._note(base, error)
            raise

    def _note(self, base: str, error: Exception) -> None:
        ours = isinstance(error, FtwidgetsError)
        said = str(error) if ours else f"The model {base} could not be fetched due to an internal error: {error!r}"
        with self._guard:
            self._errors.pop(base, None)  # so that the last is at the end
            self._errors[base] = said
            self._failures[base] += 1
