"""What a run says (events), and what one hears in it (curves)."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

Points = list[tuple[int, float]]

Change = tuple[str, int, float]
"""A curve's name, a step, and the value there."""

SERIES: Mapping[str, str] = {
    "train_loss": "train_loss",
    "train_accuracy": "train_mean_token_accuracy",
    "valid_loss": "valid_loss",
    "valid_accuracy": "valid_mean_token_accuracy",
    "full_valid_loss": "full_valid_loss",
    "full_valid_accuracy": "full_valid_mean_token_accuracy",
}
"""The name of each curve here, and of its field in a metrics event of OpenAI's API."""


@dataclass(frozen=True)
class Checkpoint:
    """The model as it was after a step: its id answers like any other's."""

    step: int
    model: str

    @classmethod
    def from_wire(cls, record: Any) -> Checkpoint:
        """The checkpoint in `record`: an SDK object or a mapping."""
        return cls(int(_field(record, "step_number") or 0), str(_field(record, "fine_tuned_model_checkpoint")))


@dataclass(frozen=True)
class Event:
    """One event of a job, as OpenAI's API tells it.

    `created_at` is in whole seconds since 1970, and `time` the same as exactly as the host tells it; `type` is
    "message" or "metrics"; `data` holds the numbers.
    """

    id: str
    created_at: int
    level: str
    message: str
    type: str = "message"
    data: Mapping[str, Any] = field(default_factory=dict)
    time: float = 0.0

    @classmethod
    def from_wire(cls, record: Any) -> Event:
        """The event in `record`: an SDK object or a mapping, of any host, with fields missing or unknown."""
        data, time = _field(record, "data"), _field(record, "time")
        return cls(
            id=str(_field(record, "id") or ""),
            created_at=_seconds(_field(record, "created_at")),
            level=str(_field(record, "level") or "info"),
            message=str(_field(record, "message") or ""),
            type=str(_field(record, "type") or "message"),
            data=data if isinstance(data, Mapping) else {},
            time=float(time) if isinstance(time, int | float) else float(_seconds(_field(record, "created_at"))),
        )


def _field(record: Any, name: str) -> Any:
    return record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)


def _seconds(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 0


PACE_STEPS = 20
"""The pace is that of so many last steps."""

LONG_BREAK = 10.0
"""Seconds: so long a step, and longer than the others together, was none: the service was away."""


class Curves:
    """The points of a run's curves, and their only holder: chart, table, figure and CSV read them here.

    Events may come in any order and more than once; the curves are the same. Safe to use from several threads.
    `step` is the last one that any curve has a point at, 0 before the first.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._values: dict[str, dict[int, float]] = {name: {} for name in SERIES}
        self._changes: list[Change] = []
        self._times: dict[int, float] = {}
        self.step = 0
        self.total_steps: int | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take in the numbers of the metrics events among `events`."""
        with self._lock:
            for event in events:
                step = event.data.get("step")
                if event.type == "metrics" and isinstance(step, int):
                    self._add_step(step, event.data)
                    if event.time:
                        self._times[step] = event.time

    def _add_step(self, step: int, data: Mapping[str, Any]) -> None:
        for name, wire_name in SERIES.items():
            value = data.get(wire_name)
            if isinstance(value, int | float) and self._values[name].get(step) != float(value):
                self._values[name][step] = float(value)
                self._changes.append((name, step, float(value)))
                self.step = max(self.step, step)
        total = data.get("total_steps")
        if isinstance(total, int):
            self.total_steps = max(total, self.total_steps or 0)

    def __getitem__(self, name: str) -> Points:
        """The points (step, value) of one curve, by step; names as in `SERIES`."""
        with self._lock:
            return sorted(self._values[name].items())

    def validation(self, what: Literal["loss", "accuracy"] = "loss") -> Points:
        """Validation's points: over all rows where it was ever measured so, else on the sample. Never the two mixed:
        a line through both would rise and fall by the choice of rows alone.
        """
        return self[f"full_valid_{what}"] or self[f"valid_{what}"]

    def sampled(self, what: Literal["loss", "accuracy"] = "loss") -> Points:
        """Validation's points on the sample of rows, where they say something else than `validation`'s."""
        sample, whole = self[f"valid_{what}"], dict(self.validation(what))
        return sample if any(whole.get(step) != value for step, value in sample) else []

    def changes(self, after: int = 0) -> list[Change]:
        """Every point in the order in which it was heard, from number `after` on: what a reader has yet to draw."""
        with self._lock:
            return self._changes[after:]

    @property
    def pace(self) -> float | None:
        """Seconds a step, over the last 20, a single long break among them left out; None before the third step."""
        with self._lock:
            times = [time for _, time in sorted(self._times.items())[-PACE_STEPS:]]
        taken = sorted(max(0.0, after - before) for before, after in pairwise(times))
        if len(taken) < 2:
            return None
        if taken[-1] > max(LONG_BREAK, sum(taken[:-1])):
            taken.pop()
        return sum(taken) / len(taken)

    @property
    def seconds_left(self) -> float | None:
        """How long the remaining steps take at this pace; None where that cannot be told yet."""
        pace = self.pace
        return None if pace is None or self.total_steps is None else max(0, self.total_steps - self.step) * pace

    def rows(self) -> list[dict[str, float | int | None]]:
        """One row a step, with every curve's value there or None."""
        with self._lock:
            values = {name: dict(points) for name, points in self._values.items()}
        steps = sorted({step for points in values.values() for step in points})
        return [{"step": step} | {name: points.get(step) for name, points in values.items()} for step in steps]

    def to_csv(self) -> str:
        """The rows as CSV text, a header first; a value that was not measured is empty."""
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=["step", *SERIES], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return text.getvalue()
