"""Rules about rows that are much shorter or longer than the others of their file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ftwidgets.data.labels import labels_of
from ftwidgets.data.rules.rule import Fault, Spot, Spots, file_rule, tells
from ftwidgets.data.rules.samples import chat, said
from ftwidgets.data.survey import Survey
from ftwidgets.quantities import about, count

FEWEST = 30
"""Of fewer rows nothing can be said about what is usual."""

FAR = 3.5
"""So many deviations from the middle: Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993)."""

TIMES, MOST = 8, 0.02
"""And at least so many times as long, or as short; where a larger part of the rows is so, it is usual."""

USUAL = [said(f"Parcel {n} left on Monday. " + "It is on its way to you. " * (4 + n % 3)) for n in range(40)]
SHORT, LONG = said("Yes."), said("It is on its way to you, as I said. " * 200)


def outliers(values: npt.ArrayLike, *, above: bool) -> npt.NDArray[np.int64]:
    """Where `values`, all above 0, lie far above, or below, the others.

    Measured on a logarithmic scale by the median and the median absolute deviation, of which 0.6745 is a standard
    deviation: the far ones themselves hardly move these.
    """
    logs = np.log(np.maximum(np.asarray(values, np.float64), 1))
    if len(logs) < FEWEST:
        return np.zeros(0, np.int64)
    away = (logs - np.median(logs)) * (1 if above else -1)
    deviation = np.median(np.abs(away)) / 0.6745
    found = np.flatnonzero((away > FAR * deviation) & (away >= np.log(TIMES)))
    return found if len(found) <= max(1, MOST * len(logs)) else found[:0]


@file_rule(
    "answer-very-short",
    "note",
    fails=([*USUAL, SHORT],),
    passes=(USUAL, [*USUAL[:10], SHORT], [*USUAL, *[SHORT] * 9], [said("yes"), said("no")] * 20),
)
def answer_very_short(survey: Survey) -> Spots:
    """An answer is much shorter than the others.

    Why: it may be an accident; and a few short answers teach a model to stop early.

    Compared with the median answer of the file: an eighth of its length or less, and well outside the usual spread.
    Labels are left out.
    """
    return _answers(survey, above=False)


@file_rule(
    "answer-very-long", "note", fails=([*USUAL, LONG],), passes=(USUAL, [*USUAL[:10], LONG], [*USUAL, *[LONG] * 9])
)
def answer_very_long(survey: Survey) -> Spots:
    """An answer is much longer than the others.

    Why: it may be an accident, such as two rows in one; and it costs, and weighs, as much as many others.

    Compared with the median answer of the file: eight times its length or more, and well outside the usual spread.
    """
    return _answers(survey, above=True)


def _answers(survey: Survey, *, above: bool) -> Spots:
    places = survey.places[survey.facts.length[survey.places] > 0]
    lengths = survey.facts.length[places]
    found = outliers(lengths, above=above)
    if not len(found) or (not above and labels_of(survey)):
        return Spots.of([])
    return Spots.of(places[found], value=lengths[found])


@tells(answer_very_short)
@tells(answer_very_long)
def _length(survey: Survey, spot: Spot) -> Fault:
    usual = int(np.median(survey.facts.length[survey.places]))
    what = f"The answer has {count(int(spot.value), 'character')}; the median answer has {usual:,}."
    remedy = "Check that it is complete." if spot.value < usual else "Check that it is one answer, and not several."
    return Fault(what, remedy)


@file_rule(
    "row-very-long",
    "warning",
    fails=(
        [*USUAL, chat({"role": "user", "content": "Where is it? " * 600}, {"role": "assistant", "content": "No."})],
    ),
    passes=(USUAL,),
)
def row_very_long(survey: Survey) -> Spots:
    """A row is much longer than the others.

    Why: it costs as much as many others, may be cut off where it exceeds what the model can read, and slows each batch
    that it is in.

    Measured in tokens where they are known, else in bytes, and compared as in answer-very-long.
    """
    places = survey.places
    sizes = _sizes(survey)[places]
    found = outliers(sizes, above=True)
    return Spots.of(places[found], value=sizes[found])


@tells(row_very_long)
def _size(survey: Survey, spot: Spot) -> Fault:
    sizes = _sizes(survey)[survey.places]
    unit = "token" if survey.facts.tokens.any() else "byte"
    usual = float(np.median(sizes))
    what = f"The row has {count(int(spot.value), unit)}, {about(spot.value / max(usual, 1))} times the median row."
    return Fault(what, "Check that it is one row, and worth its cost.")


def _sizes(survey: Survey) -> npt.NDArray[np.uint32]:
    return survey.facts.tokens if survey.facts.tokens.any() else survey.data.index.length
