"""How a data set is made up: how long its examples are, who speaks, what is learned, and what does not fit."""

from __future__ import annotations

from collections import Counter as Counted
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ftwidgets import page
from ftwidgets.data.answers import answer_of
from ftwidgets.data.cost.workload import cuts, over, surveyed
from ftwidgets.data.labels import labelled
from ftwidgets.data.language import languages
from ftwidgets.data.loading import Loadable, load
from ftwidgets.data.survey import Survey
from ftwidgets.data.tally import SPEAKERS, Tally
from ftwidgets.data.tokens.counting import Counter, counter_for
from ftwidgets.errors import MissingExtraError
from ftwidgets.quantities import about, count

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_READ = 2_000
"""Of so many rows at most, drawn evenly, the language of the answer is told."""

STATISTICS = ("rows", "total", "min", "p10", "median", "mean", "p90", "max")


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """What a data set is made up of. It shows itself as figures and a table.

    `survey` holds what is known of each row; rows with an error are in none of the numbers. `by_speaker` (rows,
    speakers) are the tokens of each row by who says them. `labels` are the rows of each label, where the answers are
    labels, and `languages` the answers in each language, of as many rows as they are together; "not told" where it
    cannot be told. `notes` say what is not known, and what was left out.
    """

    survey: Survey
    counter: Counter
    by_speaker: npt.NDArray[np.uint32]
    labels: dict[str, int]
    languages: dict[str, int]
    notes: tuple[str, ...] = ()

    @property
    def quantities(self) -> dict[str, npt.NDArray[Any]]:
        """What is counted of each sound row, by its name; of a speaker only rows in which it says something."""
        facts, places = self.survey.facts, self.survey.places
        spoken = {f"tokens, {who}": column for who, column in zip(SPEAKERS, self.by_speaker[places].T, strict=True)}
        found = {
            "tokens": facts.tokens[places],
            "trained tokens": facts.trained[places],
            **{name: column[column > 0] for name, column in spoken.items()},
            "messages": facts.messages[places],
            "characters of the last answer": facts.length[places],
            "rows of a label": np.array(list(self.labels.values()), np.int64),
        }
        return {name: column for name, column in found.items() if len(column)}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The statistics as a table: a row for each quantity."""
        import pandas as pd  # half a second: only for those who want a table

        rows = {name: _statistics(column) for name, column in self.quantities.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(STATISTICS)).astype({"rows": int})

    @cached_property
    def cut(self) -> pd.DataFrame:
        """The rows that do not fit into the context: their line, their tokens, and the trained ones: kept and lost."""
        import pandas as pd

        found = [(self.survey.line(c.place), c.tokens, c.trained, c.lost) for c in cuts(self.survey, self.counter)]
        return pd.DataFrame(found, columns=["line", "tokens", "trained_kept", "trained_lost"])

    @property
    def over(self) -> int:
        """How many rows do not fit into the context."""
        return len(over(self.survey, self.counter.context))

    def figure(self, *, dark: bool = False) -> Figure:
        """The distributions as a matplotlib figure, on a light ground or a dark one."""
        from ftwidgets.data.drawing import DARK, LIGHT  # matplotlib takes a third of a second to load
        from ftwidgets.data.panels import draw

        return draw(self, DARK if dark else LIGHT)

    def __repr__(self) -> str:
        facts = self.survey.facts
        said = (
            f"{self.survey.data.name}: {count(len(self.survey.places), 'row')} without an error, "
            f"{count(int(facts.tokens.sum()))} tokens by {self.counter.name}, "
            f"{count(int(facts.trained.sum()))} of them trained."
        )
        return " ".join([said, *self.notes])

    def _repr_html_(self) -> str:
        """The figures and the table; the text says what the figures do."""
        from ftwidgets.data.drawing import picture
        from ftwidgets.data.panels import draw

        cells = [[escape(name), *map(_cell, _statistics(c))] for name, c in self.quantities.items()]
        told = picture(lambda theme: draw(self, theme), escape(str(self))) if cells else ""
        return "\n".join([page.paragraph(str(self)), told, page.table(["of a row", *STATISTICS], cells)])


def profile(data: Loadable, *, model: str | None = None, home: Path | None = None) -> Profile:
    """Look at how long the examples are, who speaks, what is learned, and what the context cuts off.

    Tokens are counted as `model` counts them: an OpenAI id or a base; by default the local one, where it is here.

    Raises:
        InputError: there is no such file, or it cannot be read; or how the model counts is not known.
    """
    counter, tally = counter_for(model, home), Tally()
    survey = surveyed(load(data), counter, tally)
    told, unknown = _languages(survey)
    notes = (*_notes(survey, counter), *([unknown] if unknown else []))
    return Profile(survey, counter, tally.tokens, labelled(survey), told, notes)


def _notes(survey: Survey, counter: Counter) -> Iterator[str]:
    left_out = len(survey) - len(survey.places)
    if left_out:
        yield f"{count(left_out, 'row')} with an error left out: see ft.check."
    cut = len(over(survey, counter.context))
    if cut:
        does = "does" if cut == 1 else "do"
        yield f"{count(cut, 'row')} {does} not fit into the context of {count(counter.context or 0)} tokens: see cut."
    if counter.context is None:
        yield "How many tokens of an example the model trains is not known."


def _languages(survey: Survey) -> tuple[dict[str, int], str | None]:
    """The languages of the answers, the most frequent first; and why they are not known."""
    drawn = np.sort(np.random.default_rng(0).permutation(survey.places)[:MOST_READ])
    answers = [answer for example in survey.examples(drawn) if (answer := answer_of(example))]
    try:
        found = languages(answers)
    except MissingExtraError as error:
        return {}, f"Languages are not told. {error}"
    if not any(found):
        return {}, None
    return dict(Counted(one.code if one else "not told" for one in found).most_common()), None


def _statistics(values: npt.NDArray[Any]) -> list[float]:
    low, middle, high = np.percentile(values, [10, 50, 90])
    return [len(values), *map(float, (values.sum(), values.min(), low, middle, values.mean(), high, values.max()))]


def _cell(number: float) -> str:
    """A statistic in a table: whole numbers whole, others to the digits that mean something."""
    return count(int(number)) if number == int(number) else (f"{number:,.0f}" if number >= 100 else about(number))
