"""A job before it is started: what was chosen for it, and the same in Python."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ftwidgets.bases.catalogue import CATALOGUE
from ftwidgets.data import Dataset, load
from ftwidgets.data.cost.forecast import Estimate
from ftwidgets.quantities import count
from ftwidgets.run.client import Client
from ftwidgets.run.estimating import estimate, measure
from ftwidgets.run.launching import Source, launch
from ftwidgets.run.run import Run


@dataclass(frozen=True)
class Part:
    """A data set, and the Python that gives it: a variable's name, or the path that it was read from."""

    data: Dataset
    name: str
    path: str | None

    def code(self, rows: int) -> str:
        """The Python for so many of its rows."""
        path = None if self.path is None else _quoted(self.path)
        if rows >= len(self.data):
            return path or self.name
        return f"ft.load({path}).sample({rows})" if path else f"{self.name}.sample({rows})"


def _quoted(text: str) -> str:
    """A text as Python, in the quotes that formatters choose."""
    return repr(text) if '"' in text else f'"{repr(text)[1:-1]}"'


def part_of(source: Source, name: str) -> Part:
    """The data set in `source`, which is called `name` in the learner's notebook where it is no path.

    Raises:
        InputError: there is no such file.
    """
    if isinstance(source, Dataset):
        return Part(source, name, None)
    data = load(source)
    return Part(data, name, str(source) if isinstance(source, str) or hasattr(source, "__fspath__") else None)


@dataclass(frozen=True)
class Draft:
    """What a job would be started with; `rows` is how many of the training rows, None for all of them."""

    train: Part
    validation: Part | None
    model: str
    n_epochs: int | Literal["auto"] = "auto"
    rows: int | None = None

    @property
    def used(self) -> int:
        """How many training rows the job would have."""
        whole = len(self.train.data)
        return whole if self.rows is None else min(self.rows, whole)

    @property
    def watched(self) -> int:
        """How many validation rows: of fewer training rows, as many fewer."""
        if self.validation is None:
            return 0
        whole = len(self.validation.data)
        return max(min(1, whole), round(whole * self.used / max(1, len(self.train.data))))

    @property
    def size(self) -> str:
        """The rows in words."""
        whole = len(self.train.data)
        rows = count(whole, "row") if self.used == whole else f"{count(self.used)} of {count(whole, 'row')}"
        return rows if self.validation is None else f"{rows} · {count(self.watched)} to validate"

    def estimate(self, client: Client) -> Estimate:
        """What `ft.estimate` says of it."""
        return estimate(client, *self._data, model=self.model, n_epochs=self.n_epochs)

    def measure(self, client: Client) -> None:
        """Let the service measure its machine with some of these rows."""
        measure(client, self.train.data, model=self.model)

    def launch(self, client: Client) -> Run:
        """Start it."""
        return launch(client, *self._data, model=self.model, n_epochs=self.n_epochs)

    @property
    def code(self) -> str:
        """What `launch` does, for another cell."""
        data = [self.train.code(self.used), *([self.validation.code(self.watched)] if self.validation else [])]
        epochs = _quoted(self.n_epochs) if isinstance(self.n_epochs, str) else self.n_epochs
        words = ["client", *data, f"model={_quoted(self.model)}", f"n_epochs={epochs}"]
        line = f"run = ft.launch({', '.join(words)})"
        return line if len(line) <= 88 else "run = ft.launch(\n" + "".join(f"    {word},\n" for word in words) + ")"

    @property
    def _data(self) -> tuple[Dataset, Dataset | None]:
        watched = self.validation.data.sample(self.watched) if self.validation else None
        return self.train.data.sample(self.used), watched


@dataclass(frozen=True)
class Choice:
    """A model that a job can start from, and what one should know of it."""

    id: str
    about: str


def choices(models: Iterable[Any]) -> list[Choice]:
    """The models of a host's list: bases that are trained on its own machine first, then what was fine-tuned there."""
    known = [(str(one.id), str(getattr(one, "owned_by", None) or "")) for one in models]
    return [Choice(name, about(name, owner)) for name, owner in sorted(known, key=lambda one: _rank(*one))]


def _rank(name: str, owner: str) -> int:
    if owner == "ftwidgets" and not name.startswith("ft:"):
        return 0
    return 1 if name.startswith("ft:") else 2


def about(name: str, owner: str) -> str:
    """One sentence on a model, from its id and its owner in the host's list."""
    if name.startswith("ft:"):
        return "Goes on from what this model has learned."
    if owner.endswith(" stands in"):
        return f"Not here: {owner.removeprefix('ftwidgets: ').removesuffix(' stands in')} is trained in its place."
    if name in CATALOGUE:
        title = CATALOGUE[name].title
        return f"{title[0].upper()}{title[1:]}."
    return ""


def about_epochs(estimate: Estimate | None, n_epochs: int | str) -> str:
    """One sentence on the number of epochs."""
    if estimate is not None and n_epochs == "auto":
        times = "once" if estimate.n_epochs == 1 else f"{estimate.n_epochs} times"
        return f"Each row is shown {times}, by OpenAI's rule for {count(estimate.rows, 'row')}."
    return "How often each row is shown. More fit these rows better; too many answer new ones worse."


def basis(estimate: Estimate) -> str:
    """What the time follows from, with its size and its day; why it is unknown where it is."""
    rate = estimate.rate
    if rate is None or estimate.basis is None:
        return estimate.unknown or ""
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(rate.measured_at))
    return f"{estimate.basis}, over {count(rate.steps, 'step')}, last on {day}"
