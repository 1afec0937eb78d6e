"""What a check goes by, besides the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ftwidgets.data.kinds import Kind

Method = Literal["supervised", "dpo"]

FEWEST = 10
"""The service refuses files with fewer examples, as OpenAI's does."""


@dataclass(frozen=True)
class Terms:
    """What a check goes by: the `kind` that all examples should have, and the `method` of the job.

    `fewest` is how many examples a job needs; 1 for a validation file. `n_epochs` is None where "auto" decides.
    `model` is the one whose tokens are counted, None for the default; `counted` says whose they are, None where none
    were counted; `context` is how many of them an example may have, where that is known. `texts` is whether what is
    said is judged too.
    """

    kind: Kind = "unknown"
    method: Method = "supervised"
    fewest: int = FEWEST
    n_epochs: int | None = None
    model: str | None = None
    counted: str | None = None
    context: int | None = None
    texts: bool = False

    @property
    def watching(self) -> Terms:
        """The same for a validation or test file, which may be as short as one example."""
        return replace(self, fewest=1)
