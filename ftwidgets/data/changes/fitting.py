"""What one rule's fix would do to a data set, before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ftwidgets.data.changes.change import written
from ftwidgets.data.changes.remedy import fits, mended, mends_in
from ftwidgets.data.index import Places
from ftwidgets.data.row import Row, parse
from ftwidgets.data.rules import Mend, Rule
from ftwidgets.data.rules.rule import Spot
from ftwidgets.data.survey import Survey


@dataclass
class Changes:
    """The rows that a fix would replace and drop, by their places, and what it would do, in words."""

    replaced: dict[int, bytes] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    words: list[str] = field(default_factory=list)

    def note(self, place: int, row: Row, after: Row | None, words: Sequence[str]) -> None:
        """A row that would change."""
        if after is None:
            self.dropped.add(place)
        elif after.raw != row.raw:
            self.replaced[place] = after.raw
        else:
            return
        self.words += [one for one in words if one not in self.words]


def of_rows(survey: Survey, rule: Rule, places: Places) -> Changes:
    """What the fix of a rule about rows makes of the rows at these places."""
    changes = Changes()
    for place, row in zip(places.tolist(), survey.data.take(places).rows, strict=True):
        after = mended(row, rule, survey.terms)
        changes.note(place, row, after.row, after.words)
    return changes


def of_file(survey: Survey, rule: Rule, others: Sequence[Survey], may: npt.NDArray[np.bool_]) -> Changes:
    """What the fix of a rule about files does: of each spot the first that it offers.

    Only spots in rows that `may` be mended count, and those about the whole file, of which only such rows are mended.
    A row is changed once, and a spot passed over where one of its two rows is changed or gone already: else of two
    rows that are the same both would go.
    """
    changes = Changes()
    for spot, mends in _offers(survey, rule, others, may):
        mend = mends[0]
        if mend.place < 0:
            return everywhere_of(survey, rule, mend, np.flatnonzero(may & survey.facts.sound))
        own = {mend.place, spot.place, *(() if rule.scope == "between" else (spot.other,))}
        if own & (changes.dropped | changes.replaced.keys()) or not (may[mend.place] or spot.place >= 0):
            continue
        changed_by(changes, survey, rule, mend)
    return changes


def changed_by(changes: Changes, survey: Survey, rule: Rule, mend: Mend) -> None:
    """Note what a fix makes of the one row that it is about; nothing where it would make an error of it."""
    row = survey.data.rows[mend.place]
    after = None if mend.value is None else parse(row.number, row.offset, written(mend.value))
    if after is None or fits(row, after, rule, survey.terms):
        changes.note(mend.place, row, after, [mend.words])


def everywhere_of(survey: Survey, rule: Rule, mend: Mend, places: Places) -> Changes:
    """What a fix of all examples makes of those at these places."""
    changes = Changes()
    for place, row in zip(places.tolist(), survey.data.take(places).rows, strict=True):
        value = mend.value(row.value)
        if value != row.value:
            changed_by(changes, survey, rule, Mend(mend.words, value, place))
    return changes


def _offers(
    survey: Survey, rule: Rule, others: Sequence[Survey], may: npt.NDArray[np.bool_]
) -> Iterator[tuple[Spot, list[Mend]]]:
    against: list[tuple[Survey, ...]] = [(other,) for other in others] if rule.scope == "between" else [()]
    for with_ in against:
        found = rule.find(survey, *with_)
        for spot in map(Spot, found.place.tolist(), found.other.tolist(), found.value.tolist()):
            if (
                (spot.place < 0 or may[spot.place])
                and rule.mend
                and (mends := mends_in(rule.mend(survey, spot, *with_)))
            ):
                yield spot, mends
