"""The loss on rows that are not trained on, measured while a job trains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ftwidgets.bases.config import Config
from ftwidgets.effort import VALIDATE_EVERY, VALIDATION_SAMPLE
from ftwidgets.engine import adapters
from ftwidgets.engine.examples import Example
from ftwidgets.engine.objective import Objective, Source
from ftwidgets.engine.weights import Weights


class Validation:
    """Measures the loss on the validation rows: on a sample of them every few steps, on all at an epoch's end."""

    def __init__(
        self,
        weights: Weights,
        config: Config,
        rows: Sequence[Example],
        *,
        batch_size: int,
        seed: int,
        goal: Objective,
    ) -> None:
        self._goal = goal
        self._weights = weights
        self._config = config
        self._all = goal.batches(rows, batch_size) if rows else None
        self._few = len(rows) <= VALIDATION_SAMPLE
        chosen = np.random.default_rng(seed).permutation(len(rows))[:VALIDATION_SAMPLE]
        self._sample = goal.batches([rows[n] for n in sorted(chosen)], batch_size) if rows else None

    def __call__(self, adapter: adapters.Adapter, step: int, *, at_end: bool) -> dict[str, float]:
        """The validation fields of the `Step`."""
        seen: dict[str, float] = {}
        in_turn = step % VALIDATE_EVERY == 0
        if self._all and (at_end or (in_turn and self._few)):
            seen["full_valid_loss"], seen["full_valid_mean_token_accuracy"] = self._mean(self._all, adapter)
        if in_turn and self._few:
            return seen | {name.removeprefix("full_"): value for name, value in seen.items()}
        if self._sample and in_turn:
            seen["valid_loss"], seen["valid_mean_token_accuracy"] = self._mean(self._sample, adapter)
        return seen

    def _mean(self, batches: Source, adapter: adapters.Adapter) -> tuple[float, float]:
        """Loss and accuracy over all rows: each trained token counts the same, or each pair."""
        loss = accuracy = whole = 0.0
        for batch in batches.all():
            amount = self._goal.amount(batch)
            batch_loss, batch_accuracy = self._goal.loss_and_accuracy(adapter, self._weights, batch, self._config)
            loss, accuracy, whole = (
                loss + float(batch_loss) * amount,
                accuracy + float(batch_accuracy) * amount,
                whole + amount,
            )
        return loss / max(whole, 1.0), accuracy / max(whole, 1.0)
