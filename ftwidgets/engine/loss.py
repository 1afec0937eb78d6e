"""The loss of a batch of chats, and its gradient by the adapter. Letters as in `network`; P trained places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters, network
from ftwidgets.engine.backward import backward, forward
from ftwidgets.engine.batches import Batch, Batches
from ftwidgets.engine.examples import Example
from ftwidgets.engine.weights import Weights

SLICES = 16
"""Slices of the vocabulary at the head, or as many as divide it."""

Four = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


class Supervised:
    """A supervised job's objective: that each trained token is the likeliest."""

    def batches(self, examples: Sequence[Example], batch_size: int, epochs: int = 1) -> Batches:
        """The batches of the examples."""
        return Batches(examples, batch_size, epochs)

    def loss_and_accuracy(
        self, adapter: adapters.Adapter, weights: Weights, batch: Batch, config: Config
    ) -> tuple[jax.Array, jax.Array]:
        """As the function below."""
        return loss_and_accuracy(adapter, weights, batch, config)

    def loss_and_gradient(
        self, adapter: adapters.Adapter, weights: Weights, batch: Batch, config: Config
    ) -> tuple[tuple[jax.Array, jax.Array], adapters.Adapter]:
        """As the function below."""
        return loss_and_gradient(adapter, weights, batch, config)

    def amount(self, batch: Batch) -> float:
        """What the batch counts in a mean over several: its trained tokens."""
        return float(batch.counts.sum())


def loss_and_accuracy(
    adapter: adapters.Adapter, weights: Weights, batch: Batch, config: Config
) -> tuple[jax.Array, jax.Array]:
    """The mean cross-entropy (nats) over the batch's trained tokens, and the share of them that ranked first."""
    x = network.hidden(weights, _scaled(adapter), batch.ids, batch.lengths, config)  # (N, C)
    seen: tuple[jax.Array, jax.Array] = _judge(x, weights["head"], batch)
    return seen


def loss_and_gradient(
    adapter: adapters.Adapter, weights: Weights, batch: Batch, config: Config
) -> tuple[tuple[jax.Array, jax.Array], adapters.Adapter]:
    """The same, and the gradient of the loss by the scaled adapter."""
    scaled = _scaled(adapter)
    x, tape = forward(weights, scaled, batch.ids, batch.lengths, config)
    seen, dx = _judge_back(x, weights["head"], batch)
    return seen, backward(weights, scaled, tape, dx, config)


class Heard(NamedTuple):
    """How the trained tokens were met: each one's `surprise` in nats (P), whether it ranked first, `first` (P), and
    the surprise's `slope` (P, C) by what the network says at its place.
    """

    surprise: jax.Array
    first: jax.Array
    slope: jax.Array


def hear(x: jax.Array, head: jax.Array, batch: Batch) -> Heard:
    """How the network, which says `x` (N, C), met the trained tokens.

    Only the places where a trained token follows go through the head: it is the widest product of all. The vocabulary
    comes in slices, and the softmax's sums are scaled anew when a slice brings a higher score (Milakov and Gimelshein
    2018): the scores of all places and tokens never lie in memory, which is faster, too.
    """
    h = x[batch.places]  # (P, C)
    slices = head.reshape(math.gcd(SLICES, head.shape[0]), -1, head.shape[1])  # (slices, V/slices, C)
    size = slices.shape[1]

    def see(seen: Four, more: tuple[jax.Array, jax.Array]) -> tuple[Four, None]:
        top, total, right, pull = seen
        number, part = more  # (), (V/slices, C)
        scores = h @ part.T  # (P, V/slices)
        higher = jnp.maximum(top, scores.max(axis=-1))
        less = jnp.exp(top - higher)
        weights = jnp.exp(scores - higher[:, None])
        place = batch.targets - number * size
        own = jnp.take_along_axis(scores, jnp.clip(place, 0, size - 1)[:, None], axis=-1)[:, 0]
        right = jnp.where((place >= 0) & (place < size), own, right)
        return (higher, total * less + weights.sum(axis=-1), right, pull * less[:, None] + weights @ part), None

    P = h.shape[0]
    nothing = (jnp.full(P, -jnp.inf), jnp.zeros(P), jnp.zeros(P), jnp.zeros_like(h))
    (top, total, right, pull), _ = jax.lax.scan(see, nothing, (jnp.arange(len(slices)), slices))
    return Heard(jnp.log(total) + top - right, right >= top, pull / total[:, None] - head[batch.targets])


def judge(x: jax.Array, head: jax.Array, batch: Batch) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
    """Loss and accuracy of what the network says, `x` (N, C), and the loss's gradient at `x`."""
    heard = hear(x, head, batch)
    share = batch.counts / jnp.maximum(batch.counts.sum(), 1.0)  # (P)
    seen = (heard.surprise * share).sum(), (heard.first * share).sum()
    return seen, jnp.zeros_like(x).at[batch.places].add(heard.slope * share[:, None])


_judge = jax.jit(lambda *args: judge(*args)[0])
_judge_back = jax.jit(judge)
_scaled = jax.jit(adapters.scaled)
