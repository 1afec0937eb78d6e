"""Choose the next token from a row of scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftwidgets.engine.constraint import Constraint

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Token:
    """One token that was said: its id, its log-probability (nats, before temperature), and the likeliest ones then."""

    id: int
    logprob: float | None = None
    top: tuple[tuple[int, float], ...] = ()


@dataclass
class Sampler:
    """One row's way of choosing: OpenAI's parameters of a chat completion, with a random stream of its own.

    `temperature` 0 is greedy. `top_logprobs` None means that no log-probabilities are wanted. The `constraint` takes
    tokens away before all else is done.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    bias: dict[int, float] = field(default_factory=dict)
    top_logprobs: int | None = None
    constraint: Constraint | None = None

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        self._said: dict[int, int] = {}

    def choose(self, scores: Floats) -> Token:
        """The next token, from the scores (V) of the whole vocabulary."""
        shaped = self._shaped(scores)
        if self.constraint:
            shaped = np.where(self.constraint.allowed(), shaped, -np.inf)
        if self.temperature == 0:
            chosen = int(shaped.argmax())
        else:
            chosen = _draw(_nucleus(_cooled(shaped, self.temperature), self.top_p), self._random.random())
        self._said[chosen] = self._said.get(chosen, 0) + 1
        if self.constraint:
            self.constraint.hear(chosen)
        return told(chosen, scores, self.top_logprobs)

    def _shaped(self, scores: Floats) -> NDArray[Any]:
        if not (self.bias or self.presence_penalty or self.frequency_penalty):
            return scores
        shaped = scores.astype(np.float64)
        for token, bias in self.bias.items():
            if 0 <= token < len(shaped):
                shaped[token] += bias
        for token, count in self._said.items():
            shaped[token] -= self.presence_penalty + count * self.frequency_penalty
        return shaped


def told(chosen: int, scores: Floats, top_logprobs: int | None) -> Token:
    """A token that was chosen from the scores (V), with as many of the likeliest; None: with no log-probability."""
    if top_logprobs is None:
        return Token(chosen)
    logs = scores - _log_sum_exp(scores)
    best = np.argpartition(-logs, top_logprobs)[:top_logprobs]
    ranked = sorted(((int(n), float(logs[n])) for n in best), key=lambda pair: -pair[1])
    return Token(chosen, float(logs[chosen]), tuple(ranked))


def _cooled(scores: NDArray[Any], temperature: float) -> NDArray[Any]:
    """The scores below their maximum, divided by the temperature: one near 0 leaves only the maximum."""
    with np.errstate(over="ignore"):  # to minus infinity, whose probability is 0
        below: NDArray[Any] = (scores.astype(np.float64) - scores.max()) / temperature
    return below


def _nucleus(scores: NDArray[Any], top_p: float) -> NDArray[Any]:
    """Probabilities of the likeliest tokens that together reach `top_p`, the others 0."""
    weights: NDArray[Any] = np.exp(scores)
    weights /= weights.sum()
    if top_p < 1:
        # Those below this share are together less than 1 - top_p: the others, a few, are all that must be sorted.
        likely = np.flatnonzero(weights >= (1 - top_p) / len(weights))
        order = likely[np.argsort(-weights[likely], kind="stable")]
        before = np.cumsum(weights[order]) - weights[order]
        kept = order[before < max(top_p, 1e-9)]  # the first always: nothing comes before it
        nucleus = np.zeros_like(weights)
        nucleus[kept] = weights[kept] / weights[kept].sum()
        return nucleus
    return weights


def _draw(probabilities: NDArray[Any], place: float) -> int:
    """The token at `place`, in [0, 1), of the line on which each has its probability's length."""
    line = np.cumsum(probabilities)
    return int((line / line[-1]).searchsorted(place, side="right"))


def _log_sum_exp(scores: Floats) -> float:
    top = float(scores.max())
    return top + float(np.log(np.exp(scores - top).sum()))
