"""The log-probability that a model gives to each token of a text that is there already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters
from ftwidgets.engine.generation import fitting
from ftwidgets.engine.network import FEW, Array, hidden, logits
from ftwidgets.engine.sampling import Floats, Token, told
from ftwidgets.engine.weights import Weights

ROWS = FEW
"""Tokens whose scores are worked out at once: those of all tokens of a long text would take hundreds of MB."""


def score(
    weights: Weights, config: Config, ids: Sequence[int], adapter: adapters.Adapter | None = None, *, top: int = 0
) -> Iterator[Token]:
    """Each token of `ids` (T) but the first, with its log-probability after those before, and the `top` likeliest."""
    following = list(ids[1:])
    for start in range(0, len(following), ROWS):
        if start == 0:
            x = _hidden(weights, config, ids[:-1], adapter)
        for chosen, scores in zip(following[start : start + ROWS], _scores(weights, x, start), strict=False):
            yield told(chosen, scores, top)


def _hidden(weights: Weights, config: Config, ids: Sequence[int], adapter: adapters.Adapter | None) -> Array:
    row = np.zeros((1, fitting(len(ids), config.context)), np.int32)
    row[0, : len(ids)] = ids
    used = adapters.scaled(adapter) if adapter else {}
    return hidden(weights, used, row, np.array([len(ids)], np.int32), config)


def _scores(weights: Weights, x: Array, start: int) -> Floats:
    """The scores (up to ROWS, V) from the row `start` on."""
    return np.asarray(_some_scores(weights["head"], x[start : start + ROWS]))


@jax.jit
def _some_scores(head: Any, x: Array) -> Array:
    return logits({"head": head}, x)
