"""The loss of a batch, and its gradient by the adapter. Letters of shapes as in `network`; P trained places."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters, network
from ftwidgets.engine.backward import backward, forward
from ftwidgets.engine.batches import Batch
from ftwidgets.engine.weights import Weights

SLICES = 16
"""Slices of the vocabulary at the head, or as many as divide it."""

Four = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


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


def judge(x: jax.Array, head: jax.Array, batch: Batch) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
    """Loss and accuracy of what the network says, `x` (N, C), and the loss's gradient at `x`.

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
    share = batch.counts / jnp.maximum(batch.counts.sum(), 1.0)  # (P)
    dh = (pull / total[:, None] - head[batch.targets]) * share[:, None]
    seen = ((jnp.log(total) + top - right) * share).sum(), ((right >= top) * share).sum()
    return seen, jnp.zeros_like(x).at[batch.places].add(dh)


_judge = jax.jit(lambda *args: judge(*args)[0])
_judge_back = jax.jit(judge)
_scaled = jax.jit(adapters.scaled)
