"""How fast this machine trains: what was measured while jobs trained, as a file that the engine writes and others read.

Only what was measured stands in it. A file that is torn, foreign or of another version holds nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any

from ftwidgets.effort import Effort
from ftwidgets.home import write_atomically

FILE = "rates.json"
VERSION = 1

KEPT = 5
"""Measurements of a base and batch size that are kept: enough to tell their spread, few enough to follow a change."""


@dataclass(frozen=True)
class Measurement:
    """One job's speed.

    Tokens (as in `Effort.total`) a second over `steps` steps after the first; the seconds from the order to the end of
    the first step, in which processes start and programs are compiled; `job` tells it from others, `measured_at` is
    in seconds since 1970.
    """

    job: str
    batch_size: int
    steps: int
    tokens_per_second: float
    first_step_seconds: float
    measured_at: float

    def seconds(self, effort: Effort) -> float:
        """How long a job of this effort takes at this speed."""
        rest = effort.total * (effort.steps - 1) / max(1, effort.steps)
        return self.first_step_seconds + rest / self.tokens_per_second


@dataclass(frozen=True)
class Rate:
    """What several measurements say together: their median, over all their steps; when the latest was made."""

    tokens_per_second: float
    first_step_seconds: float
    steps: int
    batch_size: int
    measurements: int
    measured_at: float


@dataclass(frozen=True)
class Forecast:
    """How many seconds a job takes; `low` and `high` are what the fastest and the slowest measurement would say.

    None is what is not known: all where nothing was measured, and the range where there is one measurement only, or
    where they are of another batch size: then the spread is not known.
    """

    seconds: float | None = None
    low: float | None = None
    high: float | None = None


def forecast(known: Sequence[Measurement], effort: Effort, batch_size: int) -> Forecast:
    """What measurements of one batch size say of a job of this effort and batch size."""
    if not known:
        return Forecast()
    seconds = [one.seconds(effort) for one in known]
    ranged = len(seconds) > 1 and known[0].batch_size == batch_size
    return Forecast(median(seconds), min(seconds) if ranged else None, max(seconds) if ranged else None)


def rate_of(measurements: Sequence[Measurement]) -> Rate | None:
    """The rate that the measurements give; None where there are none."""
    if not measurements:
        return None
    return Rate(
        tokens_per_second=median(one.tokens_per_second for one in measurements),
        first_step_seconds=median(one.first_step_seconds for one in measurements),
        steps=sum(one.steps for one in measurements),
        batch_size=measurements[-1].batch_size,
        measurements=len(measurements),
        measured_at=max(one.measured_at for one in measurements),
    )


def measured(folder: Path, base: str, batch_size: int) -> list[Measurement]:
    """What was measured of `base`, the oldest first: at this batch size, else at the one nearest to it."""
    known = _read(folder / FILE).get(base, [])
    sizes = {one.batch_size for one in known}
    if not sizes:
        return []
    nearest = min(sizes, key=lambda size: (abs(math.log(size / batch_size)), size))
    return [one for one in known if one.batch_size == nearest]


def keep(folder: Path, base: str, new: Measurement) -> None:
    """Add a measurement; one of the same job is replaced, and of each batch size the oldest are let go.

    Raises:
        OSError: the file cannot be written.
    """
    known = _read(folder / FILE)
    kept = [one for one in known.get(base, []) if one.job != new.job]
    like = [one for one in kept if one.batch_size == new.batch_size]
    gone = {one.job for one in like[: max(0, len(like) - KEPT + 1)]}
    known[base] = [*(one for one in kept if one.job not in gone), new]
    record = {"version": VERSION, "bases": {name: [asdict(one) for one in all_] for name, all_ in known.items()}}
    write_atomically(folder / FILE, lambda file: file.write_text(json.dumps(record, indent=1), "utf-8"))


def _read(path: Path) -> dict[str, list[Measurement]]:
    try:
        record = json.loads(path.read_bytes())
        if record["version"] != VERSION:
            return {}
        return {base: [one for one in map(_sound, known) if one] for base, known in record["bases"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _sound(values: Any) -> Measurement | None:
    """The measurement that `values` are; None where they are none."""
    names = {field.name for field in fields(Measurement)}
    if not isinstance(values, dict) or not isinstance(values.get("job"), str):
        return None
    numbers = [values.get(name) for name in names - {"job"}]
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and 0 < n < math.inf for n in numbers):
        return None
    if not isinstance(values["steps"], int) or not isinstance(values["batch_size"], int):
        return None
    return Measurement(**{name: values[name] for name in names})
