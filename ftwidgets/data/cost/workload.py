"""What a job does with its files in one epoch: which tokens it reads, learns and is billed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ftwidgets.data.checks import terms_of
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.loading import Loadable, load
from ftwidgets.data.looks import spoken
from ftwidgets.data.survey import Survey
from ftwidgets.data.surveying import looked_at
from ftwidgets.data.tally import Tally
from ftwidgets.data.tokens.counting import Counter, Stretch
from ftwidgets.effort import Share

SAMPLE = 2_000
"""So many rows of a long file tell how much work it is where its tokens were not all counted."""


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
        yield _cut(place, counter.stretches(roles, trained, texts), context or 0)


def _cut(place: int, stretches: list[Stretch], context: int) -> Cut:
    begun = kept = 0
    for stretch in stretches:
        kept += max(0, min(stretch.trained, context - begun))
        begun += stretch.tokens
    return Cut(place, begun, kept, sum(stretch.trained for stretch in stretches) - kept)


class Files:
    """The training and the validation file of a job; what is known of their rows, once for each way of counting."""

    def __init__(self, *given: Loadable | Survey | None) -> None:
        parts = [one for one in given if one is not None]
        self._data = [one.data if isinstance(one, Survey) else load(one) for one in parts]
        known = [(n, one) for n, one in enumerate(parts) if isinstance(one, Survey)]
        self._surveys = {(n, survey.terms.counted): survey for n, survey in known}
        self._work: dict[str, Workload] = {}

    @property
    def rows(self) -> int:
        """How many rows the training file has, those with an error too."""
        return len(self._data[0])

    def is_counted(self, counter: Counter, part: int = 0) -> bool:
        """Whether the tokens of every row are known already."""
        return (part, counter.name) in self._surveys

    def survey(self, counter: Counter, part: int = 0) -> Survey:
        """What is known of each row of the training (0) or the validation (1) file."""
        if not self.is_counted(counter, part):
            self._surveys[part, counter.name] = surveyed(self._data[part], counter)
        return self._surveys[part, counter.name]

    def work(self, counter: Counter) -> Workload:
        """The work of an epoch over the training file."""
        if counter.name not in self._work:
            self._work[counter.name] = workload(self.survey(counter), counter)
        return self._work[counter.name]

    def share(self, counter: Counter, part: int = 0) -> Share:
        """What a job uses of a file; of a long one that was not counted yet, as a sample of its rows tells."""
        if part >= len(self._data):
            return Share(0, 0)
        data = self._data[part]
        if len(data) <= SAMPLE or self.is_counted(counter, part):
            return (self.work(counter) if part == 0 else workload(self.survey(counter, part), counter)).share()
        return workload(surveyed(data.sample(SAMPLE), counter), counter).share(len(data) / SAMPLE)
