"""Rules about two data sets: what is in the training file and in the validation file too.

`find` gets the survey of the training file and that of the validation file; the spots are places in the training file,
their `other` places in the validation file. `tell` and `mend` get both surveys too, the spot between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data.normalised import normalised_hashes
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, tells
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, USER, asked, chat, said
from ftwidgets.data.survey import Survey

LOUD = chat(USER | {"content": "WHERE is my parcel"}, ANSWER)

DROP = "Drop it here: else the model is judged by what it has seen."


@file_rule("leak", "warning", scope="between", fails=([[CHAT], [CHAT]], [[PAIR], [PAIR]]), passes=([[CHAT], [LOUD]],))
def leak(train: Survey, validation: Survey) -> Spots:
    """A row of the training file is in the validation or test file too.

    Why: the model has seen the question and its answer; the validation loss then shows what it remembers, not what it
    has learned, and the wrong checkpoint looks best.
    """
    return _shared(train.whole, validation.whole, train.places, validation.places)


@tells(leak)
def _same(train: Survey, spot: Spot, validation: Survey) -> Fault:
    return _told(train, spot, validation, "is the same as")


@file_rule(
    "leak-prompt",
    "warning",
    scope="between",
    fails=([[CHAT], [said("It is lost.")]],),
    passes=([[CHAT], [CHAT]], [[CHAT], [asked("Where?")]], [[chat(ANSWER)], [chat(ANSWER | {"content": "No."})]]),
)
def leak_prompt(train: Survey, validation: Survey) -> Spots:
    """A row of the training file asks the same as one of the validation or test file, and answers differently.

    Why: the model learns one answer to a question and is judged by another.

    Rows with the same answer too are reported by the rule leak.
    """
    places = [one.places[_asks(one)] for one in (train, validation)]
    found = _shared(train.facts.prompt, validation.facts.prompt, places[0], places[1])
    return _without(_without(found, leak.find(train, validation)), leak_normalised.find(train, validation))


@tells(leak_prompt)
def _asked(train: Survey, spot: Spot, validation: Survey) -> Fault:
    return _told(train, spot, validation, "asks the same as", "and answers differently")


@file_rule(
    "leak-normalised",
    "warning",
    scope="between",
    fails=([[CHAT], [LOUD]],),
    passes=([[CHAT], [CHAT]], [[CHAT], [asked("Where is your parcel?")]], [[said("?")], [said("!")]]),
)
def leak_normalised(train: Survey, validation: Survey) -> Spots:
    """A row of the training file is in the validation or test file too, but for case, white space or punctuation.

    Why: the model has all but seen it; the validation loss then shows what it remembers.

    System messages are left out of the comparison.
    """
    hashes: list[npt.NDArray[Any]] = [np.zeros(len(one), np.uint64) for one in (train, validation)]
    for one, values in zip((train, validation), hashes, strict=True):
        values[one.places] = normalised_hashes(one)
    places = [np.flatnonzero(values) for values in hashes]
    return _without(_shared(hashes[0], hashes[1], places[0], places[1]), leak.find(train, validation))


@tells(leak_normalised)
def _nearly(train: Survey, spot: Spot, validation: Survey) -> Fault:
    return _told(train, spot, validation, "is the same as", "but for case, white space or punctuation")


@mends(leak)
@mends(leak_prompt)
@mends(leak_normalised)
def _dropped(train: Survey, spot: Spot, validation: Survey) -> Mend:
    return Mend(f"drop line {train.line(spot.place)} of {train.data.name}", None, spot.place)


def _shared(
    train: npt.NDArray[Any],
    validation: npt.NDArray[Any],
    train_places: npt.NDArray[np.int64],
    validation_places: npt.NDArray[np.int64],
) -> Spots:
    """Where values of the one are values of the other; the first place there is the other."""
    values, first = np.unique(validation[validation_places], return_index=True)
    if not len(values):
        return Spots.of([])
    at = np.searchsorted(values, train[train_places])
    at[at == len(values)] = 0
    found = values[at] == train[train_places]
    return Spots.of(train_places[found], validation_places[first[at[found]]])


def _without(found: Spots, told: Spots) -> Spots:
    keep = ~np.isin(found.place, told.place)
    return Spots(found.place[keep], found.other[keep], found.value[keep])


def _asks(survey: Survey) -> npt.NDArray[np.bool_]:
    """Of the sound rows, which ask something before the answer; a system message asks nothing."""
    facts = survey.facts.take(survey.places)
    return np.asarray(facts.messages.astype(np.int64) - 1 - (facts.system != 0) > 0)


def _told(survey: Survey, spot: Spot, other: Survey, what: str, how: str = "") -> Fault:
    where = f"line {other.line(spot.other)} of {other.data.name}"
    return Fault(f"The row {what} {where}{', ' if how else ''}{how}.", DROP)
