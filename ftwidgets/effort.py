"""How much work a training job is, in tokens: what a machine's rate is measured in, and an estimate is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

VALIDATE_EVERY = 10
VALIDATION_SAMPLE = 50
"""Every ten steps the loss is measured on this many rows, drawn once; at an epoch's end on all of them. Where there are
not more, each measurement is of all."""

MOST_ROWS, MOST_MEASURED = 256, 64
"""So many rows at most are asked about, and trained on, to tell how long a job takes."""

FORWARD = 1 / 3
"""What a token costs that is only read, where one that is learned from costs 1: of the 0.84 s that the gradient of a
batch took, 0.28 s were the way forward (SmolLM2-135M on two cores)."""


@dataclass(frozen=True)
class Effort:
    """A job's steps, the tokens of its training examples over all epochs, and the validation tokens that it reads."""

    steps: int
    tokens: float
    validated: float = 0.0

    @property
    def total(self) -> float:
        """All work, in trained tokens."""
        return self.tokens + FORWARD * self.validated


@dataclass(frozen=True)
class Share:
    """The examples of one file that a job uses, and how many tokens they have together."""

    examples: int
    tokens: float


def effort(training: Share, validation: Share, *, n_epochs: int, batch_size: int) -> Effort:
    """The work of so many epochs, with the validation that the training loop does on the way."""
    epoch = steps_an_epoch(training.examples, batch_size)
    steps = n_epochs * epoch
    times = n_epochs + _samplings(validation.examples, epoch, n_epochs)
    return Effort(steps, n_epochs * training.tokens, times * validation.tokens)


def _samplings(rows: int, epoch: int, n_epochs: int) -> float:
    """How often, in parts of all rows, the loss is measured between the epochs' ends of `epoch` steps each."""
    times = n_epochs * epoch // VALIDATE_EVERY
    if rows > VALIDATION_SAMPLE:
        return times * VALIDATION_SAMPLE / rows
    return times - sum(end * epoch % VALIDATE_EVERY == 0 for end in range(1, n_epochs + 1))


def steps_an_epoch(examples: int, batch_size: int) -> int:
    """How many steps show every example once."""
    return math.ceil(examples / batch_size)
