"""Rules about how much there is to learn from, and how often it is shown."""

from __future__ import annotations

from ftwidgets.data.cost.hyperparameters import FEWEST_SHOWINGS, auto_epochs
from ftwidgets.data.rules.rule import Fault, Spot, Spots, file_rule, tells
from ftwidgets.data.rules.samples import CHAT
from ftwidgets.data.survey import Survey
from ftwidgets.quantities import count

FEW = 50
"""OpenAI's advice: from 50 good examples on a model shows clear improvement."""


@file_rule("few-examples", "note", fails=([CHAT] * 12,), passes=([CHAT] * 50,))
def few_examples(survey: Survey) -> Spots:
    """A training file has few examples.

    Why: a job runs with it, but the model learns a manner of speaking at most, and each row counts for much.

    By OpenAI's guide, clear improvements begin at 50 to 100 good examples. With so few rows, two models can hardly be
    told apart either.
    """
    fewest = survey.terms.fewest
    return Spots.of_file(1 < fewest <= len(survey) < FEW)  # a validation file, of which one row is enough, may be small


@tells(few_examples)
def _few(survey: Survey, spot: Spot) -> Fault:
    rows = len(survey)
    what = f"The file has {count(rows, 'example')}: enough for a job, little to learn from."
    return Fault(what, f"Add {FEW - rows} or more that differ from these.")


@file_rule("too-many-epochs", "warning", fails=([CHAT] * 12,), passes=([CHAT] * 3,))
def too_many_epochs(survey: Survey) -> Spots:
    """Each example would be shown many times.

    Why: the model learns the rows by heart, and does worse on what it has not seen.

    Reported from six epochs on, where that is at least twice what OpenAI's rule gives a file of this size.
    """
    epochs, rule = survey.terms.n_epochs or 0, auto_epochs(len(survey))
    return Spots.of_file(len(survey) > 0 and epochs > 5 and epochs >= 2 * rule, rule)


@tells(too_many_epochs)
def _many(survey: Survey, spot: Spot) -> Fault:
    usual = int(spot.value)
    what = f"With {survey.terms.n_epochs} epochs each example is shown {survey.terms.n_epochs} times."
    return Fault(what, f"OpenAI's rule gives this file {usual}: begin with that, and watch the validation loss.")


@file_rule("too-few-showings", "note", fails=([CHAT] * 12,), passes=([CHAT] * 100,))
def too_few_showings(survey: Survey) -> Spots:
    """The model would see very few examples in all.

    Why: it takes too few steps to learn anything that one could measure.

    Examples times epochs should be at least a hundred: OpenAI's rule chooses the epochs so.
    """
    epochs, rows = survey.terms.n_epochs, len(survey)
    return Spots.of_file(epochs is not None and 0 < rows * epochs < FEWEST_SHOWINGS and epochs < auto_epochs(rows))


@tells(too_few_showings)
def _showings(survey: Survey, spot: Spot) -> Fault:
    epochs, rows = survey.terms.n_epochs or 1, len(survey)
    what = f"With {count(rows, 'example')} and {count(epochs, 'epoch')} the model sees {rows * epochs} in all."
    return Fault(what, f"Add examples, or use {auto_epochs(rows)} epochs as OpenAI's rule does.")
