"""What a job learns: how examples become batches, how a batch is judged, and the way back from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import jax

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters
from ftwidgets.engine.examples import Example
from ftwidgets.engine.loss import Supervised
from ftwidgets.engine.preference import Preference
from ftwidgets.engine.weights import Weights


class Source(Protocol):
    """The batches of a set of examples; `memory` is what it has learned of them, to be kept with a job's state."""

    memory: Any

    def __len__(self) -> int:
        """The number of batches in an epoch."""

    def epoch(self, seed: int, epoch: int) -> Iterator[Any]:
        """The batches of one epoch, in the order that the seed gives."""

    def all(self) -> Iterator[Any]:
        """Every example once, in the same order each time."""


class Objective(Protocol):
    """What a job's loss is: of chats (`Supervised`) or of pairs (`Preference`)."""

    def batches(self, examples: Sequence[Example], batch_size: int, epochs: int = 1) -> Source:
        """The batches of the examples."""

    def loss_and_accuracy(
        self, adapter: adapters.Adapter, weights: Weights, batch: Any, config: Config
    ) -> tuple[jax.Array, jax.Array]:
        """What a batch is told as: its loss, and the share of it that is right."""

    def loss_and_gradient(
        self, adapter: adapters.Adapter, weights: Weights, batch: Any, config: Config
    ) -> tuple[tuple[jax.Array, jax.Array], adapters.Adapter]:
        """The same, and the gradient of the loss by the scaled adapter."""

    def amount(self, batch: Any) -> float:
        """What the batch counts in a mean over several."""


def objective(start: adapters.Adapter, weights: Weights, config: Config, beta: float | None) -> Objective:
    """That of a job that begins with the adapter `start`: of pairs where there is a `beta`, else of chats."""
    return Supervised() if beta is None else Preference(start, weights, config, beta)
