"""Say what follows on prompts, several rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters
from ftwidgets.engine.decoding import advance, by_layers, prefill, widened
from ftwidgets.engine.sampling import Sampler, Token
from ftwidgets.engine.weights import Weights

ROWS = (1, 4, 16)
"""The batch sizes that programs are compiled for; a smaller batch is padded."""

SLOTS = (64, 128, 256, 512, 1024, 2048, 4096, 8192)
"""The cache sizes, likewise."""

FIRST_ROOM = 32
"""Tokens of an answer that the cache has room for at first; it grows when they are used up."""


@dataclass
class Prompt:
    """A prompt, how to choose, and when to stop: after `room` tokens, or when `done` is set by the one who listens."""

    ids: Sequence[int]
    sampler: Sampler
    room: int
    done: bool = False


def generate(
    weights: Weights, config: Config, prompts: Sequence[Prompt], adapter: adapters.Adapter | None = None
) -> Iterator[tuple[int, Token]]:
    """Yield (row, token) for every token said, the end token included, until all prompts are done.

    At most `ROWS[-1]` prompts; each row is the same as if it were alone, up to the last digits of the products.
    """
    rows = next(size for size in ROWS if size >= len(prompts))
    used = adapters.scaled(adapter) if adapter else {}
    longest = max(len(prompt.ids) for prompt in prompts)
    slots = fitting(longest + min(FIRST_ROOM, max(prompt.room for prompt in prompts)), config.context)
    width = fitting(longest, slots)
    ids = np.zeros((rows, width), np.int32)
    lengths = np.ones(rows, np.int32)
    for n, prompt in enumerate(prompts):
        ids[n, : len(prompt.ids)] = prompt.ids
        lengths[n] = len(prompt.ids)
    scores, cache = prefill(weights, used, ids, lengths, config=config, slots=slots)
    layers = by_layers(used, config.layers)
    left = [prompt.room for prompt in prompts]
    positions = lengths.copy()
    while True:
        row_scores = np.asarray(scores)
        chosen = np.zeros(rows, np.int32)
        for n, prompt in enumerate(prompts):
            if prompt.done or left[n] == 0:
                continue
            token = prompt.sampler.choose(row_scores[n])
            chosen[n] = token.id
            left[n] -= 1
            yield n, token
        going = [left[n] > 0 and not prompt.done for n, prompt in enumerate(prompts)]
        if not any(going):
            return
        if positions.max() == slots:  # short answers, the most, never pay for a cache that a long one needs
            slots = fitting(slots + 1, config.context)
            cache = widened(cache, slots)
        scores, cache = advance(weights, layers, jnp.asarray(chosen), jnp.asarray(positions), cache, config=config)
        # A new array: JAX reads the one that it was given when the program runs, which may be later.
        positions = positions + np.array([*going, *[False] * (rows - len(prompts))], np.int32)


def fitting(size: int, context: int) -> int:
    """The smallest size that programs are compiled for and that `size` tokens fit into."""
    return min(next(slots for slots in SLOTS if slots >= min(size, SLOTS[-1])), context)
