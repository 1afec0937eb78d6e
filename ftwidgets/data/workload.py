"""What a job does with one file in one epoch: which tokens it reads, learns and is billed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ftwidgets.data.checks import terms_of
from ftwidgets.data.counting import Counter
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.looks import spoken
from ftwidgets.data.survey import Survey
from ftwidgets.data.surveying import looked_at
from ftwidgets.data.tally import Tally
from ftwidgets.effort import Share


@dataclass(frozen=True)
class Workload:
    """The sound `examples` of a file, and of one epoch over them, each cut at the model's context, its tokens.

    `used` examples are trained on: those of which something is left to learn. They have `tokens`, of which `trained`
    are learned; `billed` are those of all examples (OpenAI's rule: of each example up to the limit).
    """

    examples: int = 0
    used: int = 0
    tokens: int = 0
    trained: int = 0
    billed: int = 0

    def share(self, scale: float = 1.0) -> Share:
        """The same for the effort of a job; `scale` is how many times more examples the whole file has."""
        return Share(round(self.used * scale), self.tokens * scale)


@dataclass(frozen=True)
class Cut:
    """What does not fit of one row: how many tokens it has, and how many `trained` ones of them fit and are `lost`."""

    place: int
    tokens: int
    trained: int
    lost: int


def surveyed(data: Dataset, counter: Counter, tally: Tally | None = None) -> Survey:
    """What is known of each row, its tokens as `counter` counts them; no rule about the content is asked."""
    terms = replace(terms_of(data, 1, None, None), counted=counter.name, context=counter.context)
    return Survey(data, terms, looked_at(data, terms, counter=counter, tally=tally).facts)


def workload(survey: Survey, counter: Counter) -> Workload:
    """The work of one epoch over a file, whose tokens were counted by `counter`."""
    facts, context = survey.facts, counter.context
    tokens, trained = facts.tokens.astype(np.int64), facts.trained.astype(np.int64)
    if context is not None:
        tokens = np.minimum(tokens, context)
        for cut in cuts(survey, counter):
            trained[cut.place] = cut.trained
    used = trained > 0
    return Workload(
        examples=int(facts.sound.sum()),
        used=int(used.sum()),
        tokens=int(tokens[used].sum()),
        trained=int(trained.sum()),
        billed=int(tokens.sum()),
    )


def over(survey: Survey, context: int | None) -> npt.NDArray[np.int64]:
    """The places of the rows that have more tokens than the context."""
    return np.flatnonzero(survey.facts.tokens > context) if context is not None else np.zeros(0, np.int64)


def cuts(survey: Survey, counter: Counter) -> Iterator[Cut]:
    """The rows that do not fit into the context; only these are read again."""
    context = counter.context
    places = over(survey, context)
    for place, example in zip(places.tolist(), survey.examples(places), strict=True):
        roles, texts, trained = zip(*spoken(example), strict=True)
        learned = [token.trained for token in counter.tokens(roles, trained, texts)]
        yield Cut(place, len(learned), sum(learned[:context]), sum(learned[context:]))
