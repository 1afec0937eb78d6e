"""The training loop: a generator that takes a step of gradient descent and says what it saw."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ftwidgets.bases.chat import Rendered
from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters, network, state
from ftwidgets.engine.batches import Batch, Batches
from ftwidgets.engine.weights import Weights, widen

LEARNING_RATE = 1e-3
"""The peak rate at multiplier 1. Found by measurement on the word categories, see benchmarks/learning_rate.py."""

WARM_UP = 0.1
"""The part of all steps in which the rate rises from 0 to its peak; from there it falls to 0 in a line."""

CLIP = 1.0
"""The longest gradient, as a norm over all adapters, that is taken as it is."""

VALIDATION_EVERY = 10
VALIDATION_SAMPLE = 16
"""Every ten steps the validation loss is measured, on this many rows; at an epoch's end on all of them."""

SAVE_EVERY = 20
"""Steps between two saved states; an epoch's end is saved too."""

SLICES = 16
"""Slices of the vocabulary at the head, or as many as divide it."""


Four = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


@dataclass(frozen=True)
class Recipe:
    """What the learner chose. `seed` decides the adapters' start and the order of the examples."""

    epochs: int
    batch_size: int
    learning_rate_multiplier: float
    seed: int


@dataclass(frozen=True)
class Step:
    """What one step saw, the loss in nats a token, before its update; validation is measured after it.

    The fields are those of a metrics event; None where nothing was measured at this step.
    """

    step: int
    total_steps: int
    train_loss: float
    train_mean_token_accuracy: float
    valid_loss: float | None = None
    valid_mean_token_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_mean_token_accuracy: float | None = None


@dataclass(frozen=True)
class Checkpoint:
    """An epoch's end: the adapter as it is after `step` lies in `path`."""

    step: int
    path: Path


def train(
    weights: Weights,
    config: Config,
    examples: Sequence[Rendered],
    validation: Sequence[Rendered],
    recipe: Recipe,
    *,
    folder: Path,
    adapter: adapters.Adapter | None = None,
) -> Iterator[Step | Checkpoint]:
    """Train adapters on `examples` and yield a `Step` for each step and a `Checkpoint` at each epoch's end.

    Adapters and the state to go on from are kept in `folder`; called again there, it repeats what it said up to the
    last saved step, goes on after it, and gives the same losses as a run that was never stopped.
    `adapter` is where to start from, else a new one. The weights are turned into float32 where they are.
    """
    batches = Batches(examples, recipe.batch_size, recipe.epochs)
    total = recipe.epochs * len(batches)
    chosen = optimizer(recipe, total)
    adapter = adapters.start(config, recipe.seed) if adapter is None else adapter
    (adapter, moments), history = state.restore(folder / "state.safetensors", (adapter, chosen.init(adapter)))
    yield from (_spoken(said, folder) for said in history)
    done = history[-1]["step"] if history else 0
    update = compiled_update(chosen)
    widen(weights)
    measure = Validation(weights, config, validation, recipe)
    for step, batch, at_end in _steps(batches, recipe, done):
        (loss, accuracy), gradient = loss_and_gradient(adapter, weights, batch, config)
        adapter, moments = update(adapter, moments, gradient)
        seen = Step(step, total, float(loss), float(accuracy), **measure(adapter, step, at_end=at_end))
        history.append(asdict(seen))
        yield seen
        if at_end:
            history.append({"step": step})
            adapters.save(adapter, checkpoint_path(folder, step))
        if at_end or step % SAVE_EVERY == 0:
            state.save(folder / "state.safetensors", (adapter, moments), history)
        if at_end:
            yield Checkpoint(step, checkpoint_path(folder, step))


def checkpoint_path(folder: Path, step: int) -> Path:
    """Where a job that works in `folder` keeps its adapter of `step`."""
    return folder / f"step-{step}" / "adapter.safetensors"


def _steps(batches: Batches, recipe: Recipe, done: int) -> Iterator[tuple[int, Batch, bool]]:
    """Every step after `done`, with its batch, and whether it ends an epoch."""
    for epoch in range(done // len(batches), recipe.epochs):
        first = epoch * len(batches) + 1
        for step, batch in enumerate(batches.epoch(recipe.seed, epoch), first):
            if step > done:
                yield step, batch, step == first + len(batches) - 1


def _spoken(said: dict[str, Any], folder: Path) -> Step | Checkpoint:
    return Step(**said) if "train_loss" in said else Checkpoint(said["step"], checkpoint_path(folder, said["step"]))


class Validation:
    """Measures the loss on the validation rows: on a sample of them every few steps, on all at an epoch's end."""

    def __init__(self, weights: Weights, config: Config, rows: Sequence[Rendered], recipe: Recipe) -> None:
        self._weights = weights
        self._config = config
        self._all = Batches(rows, recipe.batch_size) if rows else None
        chosen = np.random.default_rng(recipe.seed).permutation(len(rows))[:VALIDATION_SAMPLE]
        self._sample = Batches([rows[n] for n in sorted(chosen)], recipe.batch_size) if rows else None

    def __call__(self, adapter: adapters.Adapter, step: int, *, at_end: bool) -> dict[str, float]:
        """The validation fields of the `Step`."""
        seen: dict[str, float] = {}
        if self._sample and step % VALIDATION_EVERY == 0:
            seen["valid_loss"], seen["valid_mean_token_accuracy"] = self._mean(self._sample, adapter)
        if self._all and at_end:
            seen["full_valid_loss"], seen["full_valid_mean_token_accuracy"] = self._mean(self._all, adapter)
        return seen

    def _mean(self, batches: Batches, adapter: adapters.Adapter) -> tuple[float, float]:
        """Loss and accuracy over all trained tokens, each token counted the same."""
        loss = accuracy = tokens = 0.0
        for batch in batches.all():
            count = float(batch.counts.sum())
            batch_loss, batch_accuracy = loss_and_accuracy(adapter, self._weights, batch, self._config)
            loss, accuracy, tokens = (
                loss + float(batch_loss) * count,
                accuracy + float(batch_accuracy) * count,
                tokens + count,
            )
        return loss / max(tokens, 1.0), accuracy / max(tokens, 1.0)


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
    x, tape = network.forward(weights, scaled, batch.ids, batch.lengths, config)
    seen, dx = _judge_back(x, weights["head"], batch)
    return seen, network.backward(weights, scaled, tape, dx, config)


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


def optimizer(recipe: Recipe, total: int) -> optax.GradientTransformation:
    """AdamW with the recipe's learning rate: it rises in a line, then falls in one, over `total` steps."""
    peak = LEARNING_RATE * recipe.learning_rate_multiplier
    warm_up = max(1, round(WARM_UP * total))
    schedule = optax.join_schedules(
        [
            optax.linear_schedule(peak / warm_up, peak, warm_up),
            optax.linear_schedule(peak, 0.0, max(1, total - warm_up)),
        ],
        [warm_up],
    )
    return optax.chain(optax.clip_by_global_norm(CLIP), optax.adamw(schedule, weight_decay=0.0))


def compiled_update(optimizer: optax.GradientTransformation) -> Any:
    """The program that takes a step: (adapter, moments, gradient by the scaled adapter) → (adapter, moments)."""

    def update(adapter: adapters.Adapter, moments: Any, gradient: adapters.Adapter) -> Any:
        changes, moments = optimizer.update(adapters.scaled(gradient), moments, adapter)  # the scale's own derivative
        return optax.apply_updates(adapter, changes), moments

    return jax.jit(update, donate_argnums=(0, 1))
