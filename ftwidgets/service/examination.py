"""Asks a model that has just been trained for its job's validation rows: the classification metrics come from there."""

from __future__ import annotations

from pathlib import Path

from ftwidgets.data import jsonl
from ftwidgets.errors import InputError
from ftwidgets.service.classification import Classification
from ftwidgets.service.inference import Answer, Inference
from ftwidgets.service.legacy_narration import narrator_of
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record, WireError

AT_ONCE = 16
"""Rows asked together: they can be one batch."""

LONGEST = 64
"""Tokens of an answer. A class is named in few."""


class Examiner:
    """Examines the models of jobs that asked for it, in a process of its own that ends with each examination."""

    def __init__(self, store: Store, home: Path) -> None:
        self._store = store
        self._home = home
        self._inference = Inference(home)
        self._closed = False

    def examine(self, job: str, adapter: Path) -> bool:
        """Note the scores in the job's plan, where it asked for some; if they cannot be had, it ends without.

        False where the service closed meanwhile: the job is not to end now, and is examined when it goes on.
        """
        plan = self._store.plan(job)
        if not plan.get("classification"):
            return True
        try:
            self._examine(job, plan, adapter)
        except (WireError, InputError) as error:
            if not self._closed:
                words = f"The classification metrics could not be computed: {error}"
                narrator_of(self._store, job).tell("classification", words, level="warn")
        finally:
            self._inference.close()
        return not self._closed

    def close(self) -> None:
        """End an examination."""
        self._closed = True
        self._inference.close()

    def _examine(self, job: str, plan: Record, adapter: Path) -> None:
        rows = list(jsonl(self._store.blob(plan["validation"]["id"])))
        truth, base = [row["completion"] for row in rows], self._home / "bases" / plan["base"]
        longest = min(LONGEST, 1 + max(len(one.encode()) for one in truth))
        answers: list[str] = []
        for n in range(0, len(rows), AT_ONCE):
            if self._closed or self._store.columns("jobs", job)["status"] == "cancelled":
                return
            asked = [self._ask(base, adapter, row["prompt"], longest) for row in rows[n : n + AT_ONCE]]
            answers += ["".join(line.get("text", "") for line in answer) for answer in asked]
        scores = Classification(**plan["classification"]).scores(truth, answers)
        self._store.plan(job, scores=scores)
        told = ", ".join(f"{name}={score:.3g}" for name, score in scores.items() if score is not None)
        narrator = narrator_of(self._store, job)
        narrator.tell(
            "classification", f"Classification metrics, from the answers to {len(rows)} validation rows: {told}"
        )

    def _ask(self, base: Path, adapter: Path, prompt: str, longest: int) -> Answer:
        line = {"messages": [{"role": "user", "content": prompt}], "adapter": str(adapter), "max_tokens": longest}
        return self._inference.ask(base, line | {"stop": [], "sampling": {"temperature": 0.0}})
