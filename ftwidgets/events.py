"""What a run says (events), and what one hears in it (curves)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Points = list[tuple[int, float]]

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
class Event:
    """One event of a job, as OpenAI's API tells it.

    `created_at` is in whole seconds since 1970; `type` is "message" or "metrics"; `data` holds the numbers.
    """

    id: str
    created_at: int
    level: str
    message: str
    type: str = "message"
    data: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_wire(cls, record: Any) -> Event:
        """The event in `record`: an SDK object or a mapping, of any host, with fields missing or unknown."""

        def get(name: str) -> Any:
            return record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)

        data = get("data")
        return cls(
            id=str(get("id") or ""),
            created_at=_seconds(get("created_at")),
            level=str(get("level") or "info"),
            message=str(get("message") or ""),
            type=str(get("type") or "message"),
            data=data if isinstance(data, Mapping) else {},
        )


def _seconds(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 0


class Curves:
    """The points of a run's curves, and their only holder: chart, table, figure and CSV read them here.

    Events may come in any order and more than once; the curves are the same.
    """

    def __init__(self) -> None:
        self._values: dict[str, dict[int, float]] = {name: {} for name in SERIES}
        self.total_steps: int | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take in the numbers of the metrics events among `events`."""
        for event in events:
            step = event.data.get("step")
            if event.type == "metrics" and isinstance(step, int):
                self._add_step(step, event.data)

    def _add_step(self, step: int, data: Mapping[str, Any]) -> None:
        for name, wire_name in SERIES.items():
            value = data.get(wire_name)
            if isinstance(value, int | float):
                self._values[name][step] = float(value)
        total = data.get("total_steps")
        if isinstance(total, int):
            self.total_steps = max(total, self.total_steps or 0)

    def __getitem__(self, name: str) -> Points:
        """The points (step, value) of one curve, by step; names as in `SERIES`."""
        return sorted(self._values[name].items())

    @property
    def step(self) -> int:
        """The last step that any curve has a point at; 0 before the first."""
        return max((max(points) for points in self._values.values() if points), default=0)

    def rows(self) -> list[dict[str, float | int | None]]:
        """One row a step, with every curve's value there or None."""
        steps = sorted({step for points in self._values.values() for step in points})
        return [{"step": step} | {name: points.get(step) for name, points in self._values.items()} for step in steps]

    def to_csv(self) -> str:
        """The rows as CSV text, a header first; a value that was not measured is empty."""
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=["step", *SERIES], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return text.getvalue()
