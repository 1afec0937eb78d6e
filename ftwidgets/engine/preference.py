"""Direct preference optimization (DPO, Rafailov et al. 2023): a loss over pairs of answers, one of them preferred.

With log p the summed log-probability of an answer's trained tokens, and log r the same by the reference, an answer's
implicit reward is beta·(log p - log r). A pair's loss is -log sigmoid of the preferred answer's reward less the
other's. The reference is the model that the job starts from: a new adapter changes nothing yet, so that it is the
base, and a job that goes on from a fine-tuned model is held to that model.

What is told as accuracy is the share of pairs whose preferred answer has the higher reward; where both have the same,
as before the first step, it is a toss-up and counts one half. OpenAI does not say what its service tells of such jobs:
this is our choice. Letters of shapes as in `network` and `loss`; B pairs, so that a batch has 2B rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters, network
from ftwidgets.engine.backward import backward, forward
from ftwidgets.engine.batches import Batch, Batches
from ftwidgets.engine.examples import Example
from ftwidgets.engine.loss import hear
from ftwidgets.engine.weights import Weights

Floats = NDArray[np.float32]


class PairBatch(NamedTuple):
    """Pairs of one step: `rows` has the B preferred answers first, then the others; `reference` (2B) their log r."""

    rows: Batch
    reference: Floats


class PairBatches:
    """The batches of a set of pairs. The reference is asked once about each, when its batch comes for the first time.

    `memory` (pairs, 2) is what it said of the preferred and of the other answer; NaN where it was not asked yet.
    """

    def __init__(
        self, pairs: Sequence[Example], batch_size: int, epochs: int, refer: Callable[[Batch], jax.Array]
    ) -> None:
        """`refer` says log r (2B) of the rows of a batch."""
        self._batches = Batches(pairs, batch_size, 2 * epochs)  # each pass reads two rows a pair
        self._refer = refer
        self.memory: Floats = np.full((len(pairs), 2), np.nan, np.float32)

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return len(self._batches)

    def epoch(self, seed: int, epoch: int) -> Iterator[PairBatch]:
        """The batches of one epoch, in the order that the seed gives."""
        return map(self._batch, self._batches.order(seed, epoch))

    def all(self) -> Iterator[PairBatch]:
        """Every pair once, the shortest first."""
        return map(self._batch, self._batches.by_length())

    def _batch(self, numbers: list[int]) -> PairBatch:
        rows = self._batches.batch(numbers)
        if np.isnan(self.memory[numbers]).any():
            said = np.asarray(self._refer(rows)).reshape(2, -1)  # (2, B)
            self.memory[numbers] = said[:, : len(numbers)].T
        reference = np.zeros((2, self._batches.batch_size), np.float32)
        reference[:, : len(numbers)] = self.memory[numbers].T
        return PairBatch(rows, reference.reshape(-1))


class Preference:
    """A DPO job's objective: that the preferred answers gain more than the others, held to the reference by `beta`."""

    def __init__(self, start: adapters.Adapter, weights: Weights, config: Config, beta: float) -> None:
        """`start` is the adapter that the job begins with: with it, the weights are the reference."""
        self._start = jax.tree.map(jnp.copy, start)  # the training takes the other over
        self._weights = weights
        self._config = config
        self._beta = beta

    def batches(self, examples: Sequence[Example], batch_size: int, epochs: int = 1) -> PairBatches:
        """The batches of the pairs."""
        return PairBatches(examples, batch_size, epochs, self._refer)

    def _refer(self, rows: Batch) -> jax.Array:
        x = network.hidden(self._weights, _scaled(self._start), rows.ids, rows.lengths, self._config)  # (N, C)
        said: jax.Array = _log_probabilities(x, self._weights["head"], rows)
        return said

    def loss_and_accuracy(
        self, adapter: adapters.Adapter, weights: Weights, batch: PairBatch, config: Config
    ) -> tuple[jax.Array, jax.Array]:
        """The mean loss of the batch's pairs, and the share whose preferred answer has the higher reward."""
        rows = batch.rows
        x = network.hidden(weights, _scaled(adapter), rows.ids, rows.lengths, config)  # (N, C)
        seen: tuple[jax.Array, jax.Array] = _judge(x, weights["head"], batch, self._beta)
        return seen

    def loss_and_gradient(
        self, adapter: adapters.Adapter, weights: Weights, batch: PairBatch, config: Config
    ) -> tuple[tuple[jax.Array, jax.Array], adapters.Adapter]:
        """The same, and the gradient of the loss by the scaled adapter."""
        scaled, rows = _scaled(adapter), batch.rows
        x, tape = forward(weights, scaled, rows.ids, rows.lengths, config)
        seen, dx = _judge_back(x, weights["head"], batch, self._beta)
        return seen, backward(weights, scaled, tape, dx, config)

    def amount(self, batch: PairBatch) -> float:
        """What the batch counts in a mean over several: its pairs."""
        return float(_present(batch.rows).sum())


def log_probabilities(x: jax.Array, head: jax.Array, rows: Batch) -> jax.Array:
    """The summed log-probability (2B) of each row's trained tokens, by what the network says, `x` (N, C)."""
    return _sums(hear(x, head, rows).surprise, rows)


def judge(
    x: jax.Array, head: jax.Array, batch: PairBatch, beta: float
) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
    """Loss and accuracy of what the network says, `x` (N, C), and the loss's gradient at `x`."""
    rows = batch.rows
    heard = hear(x, head, rows)
    gain = _sums(heard.surprise, rows) - batch.reference  # (2B), a reward is beta times this
    chosen, rejected = jnp.split(gain, 2)  # (B) each
    margin = beta * (chosen - rejected)  # (B)
    present = _present(rows)  # (B)
    share = present / jnp.maximum(present.sum(), 1.0)
    won = (1.0 + jnp.sign(margin)) / 2.0
    pull = jax.nn.sigmoid(-margin) * share * beta  # (B), by so much the loss falls where `chosen` rises
    force = jnp.concatenate([pull, -pull])[_row_of_place(rows)] * rows.counts  # (P)
    dx = jnp.zeros_like(x).at[rows.places].add(heard.slope * force[:, None])
    return ((jax.nn.softplus(-margin) * share).sum(), (won * share).sum()), dx


def _sums(surprise: jax.Array, rows: Batch) -> jax.Array:
    """The log-probabilities of a row's trained tokens, summed: from (P) to (2B)."""
    return jnp.zeros(rows.ids.shape[0]).at[_row_of_place(rows)].add(-surprise * rows.counts)


def _row_of_place(rows: Batch) -> Any:
    return rows.places // rows.ids.shape[1]


def _present(rows: Batch) -> jax.Array:
    """1 where there is a pair, 0 where the batch is filled up: (B)."""
    trained = jnp.zeros(rows.ids.shape[0]).at[_row_of_place(rows)].add(rows.counts)  # (2B)
    return (jnp.split(trained, 2)[0] > 0).astype(jnp.float32)


_log_probabilities = jax.jit(log_probabilities)
_judge = jax.jit(lambda *args: judge(*args)[0])
_judge_back = jax.jit(judge)
_scaled = jax.jit(adapters.scaled)
