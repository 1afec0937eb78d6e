"""The hyperparameters of a job, and what "auto" means for each: three, and `beta` where it learns from preferences."""

from __future__ import annotations

from dataclasses import dataclass

from ftwidgets.data.terms import Method
from ftwidgets.errors import InputError

TARGET_EPOCHS, MOST_EPOCHS = 3, 25
FEWEST_SHOWINGS, MOST_SHOWINGS = 100, 25_000
"""OpenAI's rule, as its cookbook states it: three epochs, more for small files and fewer for large ones."""

BATCH_SIZE = 8
"""Measured here: smaller batches train slower on a processor, larger ones take too few steps on small files."""

LEARNING_RATE_MULTIPLIER = 1.0
"""The engine's own base rate, found by measurement."""


BETA = 0.1
"""How firmly a DPO job holds to the model it started from: the paper's usual value; OpenAI's is not published."""

REASONS = {
    "n_epochs": "by OpenAI's rule",
    "batch_size": "measured to suit a processor",
    "learning_rate_multiplier": "the engine's own rate, found by measurement",
    "beta": "the usual value, our choice",
}
"""Why "auto" becomes what it does."""


@dataclass(frozen=True)
class Hyperparameters:
    """What a job trains with; None stands for "auto". A `beta` has only the method dpo."""

    n_epochs: int | None = None
    batch_size: int | None = None
    learning_rate_multiplier: float | None = None
    beta: float | None = None
    method: Method = "supervised"

    @classmethod
    def chosen(cls, n_epochs: int | str = "auto", batch_size: int | str = "auto") -> Hyperparameters:
        """Those that a person wrote, each "auto" or a whole number from 1.

        Raises:
            InputError: one is neither.
        """
        return cls(_number("n_epochs", n_epochs), _number("batch_size", batch_size))

    def resolved(self, examples: int) -> Hyperparameters:
        """The same with every "auto" decided, for a training file of so many examples."""
        return Hyperparameters(
            self.n_epochs or auto_epochs(examples),
            self.batch_size or BATCH_SIZE,
            self.learning_rate_multiplier or LEARNING_RATE_MULTIPLIER,
            (self.beta or BETA) if self.method == "dpo" else None,
            self.method,
        )

    def wire(self) -> dict[str, int | float | str]:
        """The values as OpenAI's API writes them."""
        values = {
            "n_epochs": self.n_epochs,
            "batch_size": self.batch_size,
            "learning_rate_multiplier": self.learning_rate_multiplier,
        } | ({"beta": self.beta} if self.method == "dpo" else {})
        return {name: value or "auto" for name, value in values.items()}

    def chosen_for(self, asked: Hyperparameters) -> list[str]:
        """What was decided where `asked` said "auto", each with its reason; these are the resolved ones."""
        return [
            f"{name}={self.wire()[name]:g} ({REASONS[name]})" for name, value in asked.wire().items() if value == "auto"
        ]


def auto_epochs(examples: int) -> int:
    """How many epochs OpenAI's rule gives a file of so many examples."""
    if examples * TARGET_EPOCHS < FEWEST_SHOWINGS:
        return min(MOST_EPOCHS, FEWEST_SHOWINGS // max(examples, 1))
    if examples * TARGET_EPOCHS > MOST_SHOWINGS:
        return max(1, MOST_SHOWINGS // examples)
    return TARGET_EPOCHS


def _number(name: str, value: int | str) -> int | None:
    if value == "auto":
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(f"{name} is {value!r}. Use 'auto' or a whole number from 1.")
    return value
