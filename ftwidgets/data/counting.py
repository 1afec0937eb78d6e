"""How many tokens the examples have, for a model: all of them, and those that are learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class Counter(Protocol):
    """Counts for one model: `name` says whose tokens they are."""

    name: str

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each text has."""

    def around(self, roles: tuple[str, ...], trained: tuple[bool, ...]) -> tuple[int, int]:
        """The tokens of a conversation besides its texts: all, and those that are learned."""


def is_trained(message: dict[str, Any]) -> bool:
    """Whether a job trains on what the message says."""
    return message.get("role") == "assistant" and message.get("weight", 1) != 0
