"""The training loop: a generator that takes a step of gradient descent and says what it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters, state
from ftwidgets.engine.examples import Example
from ftwidgets.engine.objective import Source, objective
from ftwidgets.engine.validation import Validation
from ftwidgets.engine.weights import Weights, widen_to_float32

LEARNING_RATE = 1e-3
"""The peak rate at multiplier 1. On the word categories (benchmarks/learning_rate.py, one seed) the last validation
loss was 0.089, 0.079, 0.056 and 0.034 at 0.25, 0.5, 1 and 2 times this rate: larger still works there, where labels are
clean; half of the best is kept for data that is not."""

PREFERENCE_LEARNING_RATE = 2e-4
"""The same for pairs. The base's own answers of 42 tokens, and their first eight words preferred to them: 48 pairs, 12
steps, one seed. At 5e-5 the answers stayed as long (validation loss 0.41), at 2e-4 they had 13 tokens and made sense
(0.03), at 1e-3 nothing sensible was said any more: a loss of pairs falls however little is left of the language."""

WARM_UP = 0.1
"""The part of all steps in which the rate rises from 0 to its peak; from there it falls to 0 in a line."""

CLIP = 1.0
"""The longest gradient, as a norm over all adapters, that is taken as it is."""

SAVE_EVERY = 20
"""Steps between two saved states; an epoch's end is saved too."""


@dataclass(frozen=True)
class Recipe:
    """What the learner chose. `seed` decides the adapters' start and the order of the examples.

    With a `beta` the examples are pairs, and the loss is that of DPO.
    """

    epochs: int
    batch_size: int
    learning_rate_multiplier: float
    seed: int
    beta: float | None = None


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


@dataclass(frozen=True)
class Pause:
    """The training has stopped after `step`, as it was told to; the adapter lies in `path`, where a step was taken."""

    step: int
    path: Path | None


def train(
    weights: Weights,
    config: Config,
    examples: Sequence[Example],
    validation: Sequence[Example],
    recipe: Recipe,
    *,
    folder: Path,
    adapter: adapters.Adapter | None = None,
    pausing: Callable[[], bool] = lambda: False,
) -> Iterator[Step | Checkpoint | Pause]:
    """Train adapters on `examples` and yield a `Step` for each step and a `Checkpoint` at each epoch's end.

    Adapters and the state to go on from are kept in `folder`; called again there, it repeats what it said up to the
    last saved step, goes on after it, and gives the same losses as a run that was never stopped.
    `adapter` is where to start from, else a new one. The weights are turned into float32 where they are. When `pausing`
    says so, it stops after the step that it is at: the last that it yields is a `Pause`.
    """
    adapter = adapters.start(config, recipe.seed) if adapter is None else adapter
    goal = objective(adapter, weights, config, recipe.beta)
    batches = goal.batches(examples, recipe.batch_size, recipe.epochs)
    total = recipe.epochs * len(batches)
    chosen = optimizer(recipe, total)
    started = (adapter, chosen.init(adapter), batches.memory)
    (adapter, moments, memory), history = state.restore(state_path(folder), started)
    batches.memory = jax.tree.map(np.array, memory)
    yield from (_spoken(said, folder) for said in history)
    done = history[-1]["step"] if history else 0
    if pausing() and done < total:
        yield _paused(adapter, done, folder)
        return
    update = compiled_update(chosen)
    widen_to_float32(weights)
    measure = Validation(weights, config, validation, batch_size=recipe.batch_size, seed=recipe.seed, goal=goal)
    for step, batch, at_end in _steps(batches, recipe, done):
        (loss, accuracy), gradient = goal.loss_and_gradient(adapter, weights, batch, config)
        adapter, moments = update(adapter, moments, gradient)
        seen = Step(step, total, float(loss), float(accuracy), **measure(adapter, step, at_end=at_end))
        history.append(asdict(seen))
        yield seen
        stopping = step < total and pausing()
        if at_end:
            history.append({"step": step})
            adapters.save(adapter, checkpoint_path(folder, step))
        if at_end or stopping or step % SAVE_EVERY == 0:
            state.save(state_path(folder), (adapter, moments, batches.memory), history)
        if at_end:
            yield Checkpoint(step, checkpoint_path(folder, step))
        if stopping:
            yield _paused(adapter, step, folder)
            return


def _paused(adapter: adapters.Adapter, step: int, folder: Path) -> Pause:
    """Keep the adapter as it is after `step`, so that it answers while the job is paused."""
    path = checkpoint_path(folder, step)
    if step and not path.is_file():
        adapters.save(adapter, path)
    return Pause(step, path if step else None)


def checkpoint_path(folder: Path, step: int) -> Path:
    """Where a job that works in `folder` keeps its adapter of `step`."""
    return folder / f"step-{step}" / "adapter.safetensors"


def is_begun(folder: Path) -> bool:
    """Whether a job that works in `folder` has saved a state to go on from."""
    return state_path(folder).is_file()


def state_path(folder: Path) -> Path:
    """Where a job that works in `folder` keeps what it goes on from."""
    return folder / "state.safetensors"


def _steps(batches: Source, recipe: Recipe, done: int) -> Iterator[tuple[int, Any, bool]]:
    """Every step after `done`, with its batch, and whether it ends an epoch."""
    for epoch in range(done // len(batches), recipe.epochs):
        first = epoch * len(batches) + 1
        for step, batch in enumerate(batches.epoch(recipe.seed, epoch), first):
            if step > done:
                yield step, batch, step == first + len(batches) - 1


def _spoken(said: dict[str, Any], folder: Path) -> Step | Checkpoint:
    return Step(**said) if "train_loss" in said else Checkpoint(said["step"], checkpoint_path(folder, said["step"]))


def optimizer(recipe: Recipe, total: int) -> optax.GradientTransformation:
    """AdamW with the recipe's learning rate: it rises in a line, then falls in one, over `total` steps."""
    peak = learning_rate(recipe)
    warm_up = max(1, round(WARM_UP * total))
    schedule = optax.join_schedules(
        [
            optax.linear_schedule(peak / warm_up, peak, warm_up),
            optax.linear_schedule(peak, 0.0, max(1, total - warm_up)),
        ],
        [warm_up],
    )
    return optax.chain(optax.clip_by_global_norm(CLIP), optax.adamw(schedule, weight_decay=0.0))


def learning_rate(recipe: Recipe) -> float:
    """The peak rate."""
    return (LEARNING_RATE if recipe.beta is None else PREFERENCE_LEARNING_RATE) * recipe.learning_rate_multiplier


def compiled_update(optimizer: optax.GradientTransformation) -> Any:
    """The program that takes a step: (adapter, moments, gradient by the scaled adapter) → (adapter, moments)."""

    def update(adapter: adapters.Adapter, moments: Any, gradient: adapters.Adapter) -> Any:
        changes, moments = optimizer.update(adapters.scaled(gradient), moments, adapter)  # the scale's own derivative
        return optax.apply_updates(adapter, changes), moments

    return jax.jit(update, donate_argnums=(0, 1))
