"""What a job on these rows costs: tokens that are learned from, and the time, where this machine was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ftwidgets import rates
from ftwidgets.data.cost.hyperparameters import BATCH_SIZE, auto_epochs
from ftwidgets.data.survey import Facts
from ftwidgets.effort import Share, effort
from ftwidgets.home import home
from ftwidgets.quantities import about, duration


def cost(training: Facts, validation: Facts, base: str, context: int | None, folder: Path | None = None) -> str:
    """In words: "184k trained tokens in 3 epochs · about 5 min here"; nothing where nothing is learned.

    The time is told where a job of `base` was measured here before, by the rates in the home's folder.
    """
    rows = int(training.sound.sum())
    epochs = auto_epochs(max(rows, 1))
    learned = epochs * int(training.trained.sum(dtype=np.int64))
    if not learned:
        return ""
    known = rates.measured(folder or home() / "compiled", base, BATCH_SIZE)
    words = f"{short(learned)} trained tokens in {epochs} epoch{'' if epochs == 1 else 's'}"
    if not known:
        return words
    shares = _share(training, context), _share(validation, context)
    work = effort(*shares, n_epochs=epochs, batch_size=BATCH_SIZE)
    return f"{words} · about {duration(float(np.median([one.seconds(work) for one in known])))} here"


def short(number: int) -> str:
    """A large number with the digits that mean something: "184k", "1.2M", "640"."""
    for size, letter in ((10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{about(number / size) if number < 100 * size else f'{number / size:,.0f}'}{letter}"
    return str(number)


def _share(facts: Facts, context: int | None) -> Share:
    """The examples that are trained on, and their tokens, each cut at the context."""
    used = facts.tokens[facts.sound & (facts.trained > 0)].astype(np.int64)
    return Share(len(used), float(np.minimum(used, context or used.max(initial=0)).sum()))
