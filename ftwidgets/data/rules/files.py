"""Rules about a file as a whole: how much there is."""

from __future__ import annotations

from ftwidgets.data.rules.rows import TO_CHAT
from ftwidgets.data.rules.rule import Fault, Spot, Spots, file_rule, tells
from ftwidgets.data.rules.samples import CHAT
from ftwidgets.data.survey import Survey
from ftwidgets.quantities import count


@file_rule("empty-file", "error", fails=([],), passes=([CHAT],))
def empty_file(survey: Survey) -> Spots:
    """A file has no examples.

    Why: the job would fail: there is nothing to learn from.
    """
    return Spots.of_file(len(survey.data) == 0)


@tells(empty_file)
def _empty(survey: Survey, spot: Spot) -> Fault:
    fewest = survey.terms.fewest
    return Fault("The file has no examples.", f"Add at least {count(fewest, 'row')}, one JSON object on each line.")


@file_rule("too-few-examples", "error", fails=([CHAT] * 9,), passes=([CHAT] * 10,))
def too_few_examples(survey: Survey) -> Spots:
    """A file has fewer examples than a job takes.

    Why: the job would fail: OpenAI's service, and this one, want ten.

    Ten are enough for a job, not for a lesson: a model learns a manner of speaking from 50 to 100 good examples, and a
    task from a few hundred. Varied examples teach more than many that are alike.
    """
    return Spots.of_file(0 < len(survey.data) < survey.terms.fewest)


@tells(too_few_examples)
def _too_few(survey: Survey, spot: Spot) -> Fault:
    rows, fewest = len(survey.data), survey.terms.fewest
    remedy = f"Add {fewest - rows} or more: a job needs at least {fewest}, and learns well from 50 to 100."
    as_chat = f" {TO_CHAT}" if survey.data.kind == "prompt/completion" else ""
    return Fault(f"The file has {count(rows, 'example')}.", remedy + as_chat)
