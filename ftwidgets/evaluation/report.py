"""What an evaluation found: scores with their intervals, and the rows behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from ftwidgets import page
from ftwidgets.evaluation.intervals import wilson
from ftwidgets.evaluation.question import Question

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Score:
    """The share of rows that a model answered exactly right, with its 95 % Wilson interval."""

    model: str
    right: int
    n: int

    @property
    def accuracy(self) -> float:
        """Right answers in all answers."""
        return self.right / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, with 95 % confidence."""
        return wilson(self.right, self.n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.accuracy:.2f} ({low:.2f} to {high:.2f}, n = {self.n})"


@dataclass(frozen=True)
class Report:
    """The answers of several models to the same questions. `baseline` is the score of always giving one answer."""

    questions: Sequence[Question]
    answers: Mapping[str, Sequence[str]]
    baseline: Score
    notes: Sequence[str] = field(default=())

    def score(self, model: str) -> Score:
        """One model's score by exact match: the stripped answer is the stripped reference, letter for letter."""
        return Score(model, sum(self.right(model)), len(self.questions))

    def right(self, model: str) -> list[bool]:
        """For each question, whether the model's answer is right."""
        pairs = zip(self.answers[model], self.questions, strict=True)
        return [answer.strip() == question.reference for answer, question in pairs]

    @property
    def scores(self) -> list[Score]:
        """The baseline's score, then each model's."""
        return [self.baseline, *(self.score(model) for model in self.answers)]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a question: its line, what was asked, the reference, and each model's answer."""
        import pandas as pd

        asked = {"line": [q.line for q in self.questions], "asked": [q.asked for q in self.questions]}
        reference = {"reference": [q.reference for q in self.questions]}
        return pd.DataFrame(asked | reference | {model: list(answers) for model, answers in self.answers.items()})

    def sections(self) -> list[str]:
        """The report as parts of a page: scores first, then every answer."""
        scores = [[f"<code>{escape(score.model)}</code>", escape(str(score))] for score in self.scores]
        rows = []
        right = {model: self.right(model) for model in self.answers}
        for n, question in enumerate(self.questions):
            cells = [
                f'<span class="{"right" if right[model][n] else "wrong"}">{escape(answers[n].strip())}</span>'
                for model, answers in self.answers.items()
            ]
            rows.append([str(question.line), escape(question.asked), escape(question.reference), *cells])
        notes = [page.paragraph(note) for note in self.notes]
        return [
            page.section(
                "Before and after", *notes, page.table(["model", "exact match, with its 95 % interval"], scores)
            ),
            page.section("Every answer", page.table(["line", "asked", "reference", *self.answers], rows)),
        ]

    def to_html(self) -> str:
        """One offline page with the scores and every answer."""
        return page.document("Evaluation", *self.sections())

    def _repr_html_(self) -> str:
        """The scores as a table with their intervals drawn, for a notebook."""
        rows = [
            [
                f"<code>{escape(score.model)}</code>",
                f"{score.accuracy:.2f}",
                "{:.2f} to {:.2f}".format(*score.interval),
                _drawn(score),
            ]
            for score in self.scores
        ]
        head = ["model", "exact match", "95 % interval", "0 … 1"]
        asked = page.paragraph(f"{len(self.questions)} questions, the same for all.")
        return "".join([page.table(head, rows), asked, *map(page.paragraph, self.notes)])

    def __repr__(self) -> str:
        return "\n".join([*(f"{score.model}: {score}" for score in self.scores), *self.notes])


def _drawn(score: Score) -> str:
    """The interval as a bar between 0 and 1, with the score on it."""
    low, high = (160 * edge for edge in score.interval)
    return (
        '<svg width="160" height="12" viewBox="0 0 160 12" aria-hidden="true">'
        '<path d="M0 6H160" stroke="currentColor" opacity="0.2"/>'
        f'<path d="M{low:.0f} 6H{high:.0f}" stroke="#0072b2" stroke-width="6" opacity="0.45"/>'
        f'<path d="M{160 * score.accuracy:.0f} 0V12" stroke="#0072b2" stroke-width="3"/></svg>'
    )
