"""The order in which jobs are taken: keys take turns, and the jobs of one key come as they queued."""

from __future__ import annotations

from collections import Counter

from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record


class Line:
    """The line of a store's jobs. Whom it served when is forgotten at a restart: then the oldest job comes first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._served: dict[str, int] = {}
        self._turns = 0

    def waiting(self, status: str) -> list[Record]:
        """The jobs with this status, in the order in which they will be taken."""
        seen: Counter[str] = Counter()
        places: list[tuple[int, int, int]] = []
        jobs = self._store.owned_jobs_in(status)
        for place, (owner, _) in enumerate(jobs):
            places.append((seen[owner], self._served.get(owner, 0), place))
            seen[owner] += 1
        return [jobs[place][1] for _, _, place in sorted(places)]

    def whole(self) -> list[Record]:
        """All active jobs: the one that trains, those that wait for it, and those whose files are looked at."""
        trains = self._store.jobs_in("running", "pausing")
        return [*trains, *self.waiting("queued"), *self.waiting("validating_files")]

    def serve(self, job: str) -> None:
        """Note that a job is trained now: other keys come first after it."""
        self._turns += 1
        self._served[self._store.columns("jobs", job)["owner"]] = self._turns
