"""Rules about examples that are nearly alike, and about the language they are in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ftwidgets.data.near import near_between
from ftwidgets.data.normalised import normalised_hashes
from ftwidgets.data.row import read
from ftwidgets.data.rules.duplicates import contradiction
from ftwidgets.data.rules.leaks import DROP, leak_prompt
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, tells
from ftwidgets.data.rules.samples import chat
from ftwidgets.data.survey import Survey
from ftwidgets.data.talk import talk_of

FEWEST_TOLD = 20
"""Rows whose language is known, from which on most of them have one."""

MOST = 0.8
"""The share of rows in one language from which on another is odd."""

_LONG = "My parcel was to come on Monday, now it is Thursday and nobody at your shop has told me where it is or when"
_CLOSE = _LONG.replace("Thursday", "Friday")
_SORRY = "I am sorry that nobody told you. It left our house on Monday and the carrier promises it for tomorrow."


def _asked(text: str) -> dict[str, object]:
    return _answered(text, _SORRY)


def _answered(text: str, answer: str) -> dict[str, object]:
    return chat({"role": "user", "content": text}, {"role": "assistant", "content": answer})


@file_rule(
    "near-duplicate",
    "warning",
    fails=([_asked(_LONG), _asked(_CLOSE)],),
    passes=(
        [
            _asked(_LONG),
            chat({"role": "user", "content": "Do you sell ferns?"}, {"role": "assistant", "content": "Yes."}),
        ],
        [_asked(_LONG), _answered(_LONG, _SORRY.replace("tomorrow", "Friday"))],
    ),
)
def near_duplicate(survey: Survey) -> Spots:
    """An example says nearly the same as an earlier one.

    Why: the model learns these words by heart, and where one of the two is held out, the test is no test.

    Reported where four fifths of all runs of three words are in both; system messages, case and white space do not
    count. Rows that ask the very same and answer differently are reported by the rule contradiction.
    """
    found = survey.aside
    whole, prompt = survey.whole, survey.facts.prompt
    keep = survey.facts.sound[found.first] & survey.facts.sound[found.second]
    keep &= whole[found.first] != whole[found.second]
    told = np.isin(found.second, contradiction.find(survey).place)
    keep &= ~(told & (prompt[found.first] == prompt[found.second]))
    first, second, similarity = found.first[keep], found.second[keep], found.similarity[keep]
    second, once = np.unique(second, return_index=True)
    return Spots.of(second, first[once], similarity[once])


@tells(near_duplicate)
def _near(survey: Survey, spot: Spot) -> Fault:
    how = (
        "the same words but for case and white space"
        if spot.value >= 1
        else f"{spot.value:.0%} alike".replace("%", " %")
    )
    return Fault(
        f"The row says nearly the same as line {survey.line(spot.other)} ({how}).",
        "Keep one of them, or make them differ.",
    )


@mends(near_duplicate)
def _keep_one(survey: Survey, spot: Spot) -> list[Mend]:
    lines = {spot.other: spot.place, spot.place: spot.other}
    return [Mend(f"keep line {survey.line(kept)}", None, gone) for kept, gone in lines.items()]


@file_rule(
    "leak-near",
    "warning",
    scope="between",
    fails=([[_asked(_LONG)], [_asked(_CLOSE)]],),
    passes=([[_asked(_LONG)], [_asked("Do you sell ferns?")]],),
)
def leak_near(survey: Survey, other: Survey) -> Spots:
    """An example says nearly the same as one of the validation or test file.

    Why: the held-out file is to show how the model does on what it has not seen; here it has seen nearly the same.

    Reported where four fifths of all runs of three words are in both; what is the same but for case, white space and
    punctuation, or asks the very same, is reported by other rules.
    """
    rows, others = survey.data.rows, other.data.rows
    pairs = near_between(
        _talks(survey), _talks(other), lambda n: talk_of(rows[n].value), lambda n: talk_of(others[n].value)
    )
    keep = survey.facts.sound[pairs.first] & other.facts.sound[pairs.second]
    keep &= _normalised(survey)[pairs.first] != _normalised(other)[pairs.second]
    keep &= ~np.isin(pairs.first, leak_prompt.find(survey, other).place)
    first, once = np.unique(pairs.first[keep], return_index=True)
    return Spots.of(first, pairs.second[keep][once], pairs.similarity[keep][once])


def _normalised(survey: Survey) -> npt.NDArray[np.uint64]:
    hashes = np.zeros(len(survey), np.uint64)
    hashes[survey.places] = normalised_hashes(survey)
    return hashes


def _talks(survey: Survey) -> Iterator[str]:
    return (talk_of(read(raw)[0]) for raw in survey.data.raws())


@tells(leak_near)
def _leaks(survey: Survey, spot: Spot, other: Survey) -> Fault:
    where = f"line {other.line(spot.other)} of {other.data.name}"
    return Fault(f"The row says nearly the same as {where} ({spot.value * 100:.0f} % alike).", DROP)


@mends(leak_near)
def _drop_near(survey: Survey, spot: Spot, other: Survey) -> Mend:
    return Mend("drop it from training", None, spot.place)


@file_rule(
    "other-language",
    "note",
    fails=(
        [
            *[_asked(f"{_LONG}, asks customer {n}") for n in range(30)],
            chat(
                {"role": "user", "content": "Wo ist mein Paket, das schon am Montag hätte kommen sollen?"},
                {
                    "role": "assistant",
                    "content": "Es hat unser Haus am Montag verlassen und kommt morgen bei Ihnen an.",
                },
            ),
        ],
    ),
    passes=([_asked(f"{_LONG}, asks customer {n}") for n in range(30)],),
)
def other_language(survey: Survey) -> Spots:
    """An example is in another language than most.

    Why: a few examples in another language teach little of it; they may have come in by mistake.

    Judged by the first 300 characters of each example. Where several languages are meant, ignore this.
    """
    codes = survey.facts.language
    known, counts = np.unique(codes[codes != b""], return_counts=True)
    if counts.sum() < FEWEST_TOLD or counts.max() < MOST * counts.sum():
        return Spots.of([])
    return Spots.of(np.flatnonzero((codes != b"") & (codes != known[counts.argmax()])))


@tells(other_language)
def _other(survey: Survey, spot: Spot) -> Fault:
    codes = survey.facts.language
    known, counts = np.unique(codes[codes != b""], return_counts=True)
    own, most = codes[spot.place].decode(), known[counts.argmax()].decode()
    return Fault(f"The language of the example is '{own}', that of most is '{most}'.", "Remove it, unless it is meant.")
