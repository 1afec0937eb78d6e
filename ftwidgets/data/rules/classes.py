"""Rules about the labels of a classification set."""

from __future__ import annotations

from typing import Any

import numpy as np

from ftwidgets.data.labels import Labels, labels_of
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, shown, tells
from ftwidgets.data.rules.samples import PAIR, said
from ftwidgets.data.survey import Survey
from ftwidgets.quantities import count

FEW, SMALL = 10, 0.02
"""A label with fewer rows than these, or a smaller part of all, may be rare."""

MAJORITY, RATIO = 0.8, 10
"""Labels are out of balance where one has such a part of the rows, or so many times the rows of another."""


@file_rule(
    "label-imbalance",
    "warning",
    fails=([said("no")] * 9 + [said("yes")] * 2, [said("a")] * 20 + [said("b")] * 20 + [said("c")] * 2),
    passes=([said("no")] * 7 + [said("yes")] * 5, [said("no")] * 9),
)
def label_imbalance(survey: Survey) -> Spots:
    """One label has far more rows than another.

    Why: the model can be right most of the time without reading the question, and learns to say that label.

    Reported where one label has four fifths of the rows, or ten times as many as another. Accuracy alone then says
    little: compare it with what always saying the most frequent label would reach, and look at each label by itself.
    """
    found = labels_of(survey)
    rows = sorted(found.meanings.values()) if found else []
    uneven = len(rows) > 1 and (rows[-1] >= MAJORITY * sum(rows) or rows[-1] >= RATIO * rows[0])
    return Spots.of_file(uneven)


@tells(label_imbalance)
def _uneven(survey: Survey, spot: Spot) -> Fault:
    found = _labels(survey)
    (most, rows), *_, (least, fewest) = found.meanings.most_common()
    total = found.meanings.total()
    most, least = (shown(found.usual(label).text.strip()) for label in (most, least))
    part = f"{100 * rows / total:.0f} %"
    what = f"{most} is the answer of {rows:,} of {total:,} rows ({part}), {least} of {fewest:,}."
    remedy = f"Add rows of the other labels: always saying {most} would be right in {part} of the rows."
    return Fault(what, remedy)


@file_rule(
    "label-rare",
    "warning",
    fails=([said("no")] * 12 + [said("yes")] * 3,),
    passes=([said("no")] * 12 + [said("yes")] * 10, [said("no")] * 8 + [said("yes")] * 7, [said("no")] * 5),
)
def label_rare(survey: Survey) -> Spots:
    """A label has too few rows to be learned or judged.

    Why: a handful of rows teaches that there is such a label, not what it means, nor does it show how well it was
    learned.

    Reported below 2 % of all rows, and below ten rows where that is less than half of an even share.
    """
    found = labels_of(survey)
    if not found or len(found.meanings) < 2:
        return Spots.of([])
    total = found.meanings.total()
    few = max(SMALL * total, min(FEW, total / len(found.meanings) / 2))
    rare = {label: rows for label, rows in found.meanings.items() if rows < few}
    first = [min(one.place for one in found.spellings if one.meaning == label) for label in rare]
    return Spots.of(first, value=list(rare.values()))


@tells(label_rare)
def _rare(survey: Survey, spot: Spot) -> Fault:
    label = shown(_spelled(survey, spot.place).strip())
    rows = int(spot.value)
    return Fault(f"The label {label} has {count(rows, 'row')}.", f"Add {max(1, FEW - rows)} or more of them.")


@file_rule(
    "label-variant",
    "warning",
    fails=([said("Refund")] * 8 + [said("refund ")], [PAIR | {"completion": x} for x in (" no", " no", " No.", " no")]),
    passes=([said("refund")] * 8 + [said("refunds")] * 2, [PAIR | {"completion": x} for x in (" no", "no")] * 4),
)
def label_variant(survey: Survey) -> Spots:
    """A label is written in more than one way.

    Why: the model takes them for two labels, and its answers are counted wrong for a capital letter or a full stop.

    These are spellings that differ by case, white space or the full stop at the end. The fix writes the most frequent
    one.
    """
    found = labels_of(survey)
    if not found:
        return Spots.of([])
    usual = [found.usual(one.meaning) for one in found.spellings]
    other = [n for n, one in enumerate(found.spellings) if one.text != usual[n].text]
    places = np.flatnonzero(np.isin(found.of_row, other))
    first = np.array([one.place for one in usual])
    return Spots.of(places, first[found.of_row[places]])


@tells(label_variant)
def _variant(survey: Survey, spot: Spot) -> Fault:
    here, there = (shown(_spelled(survey, place)) for place in (spot.place, spot.other))
    return Fault(f"The label {here} is mostly written {there}.", f"Write {there}.")


@mends(label_variant, safe=True)
def _usual(survey: Survey, spot: Spot) -> Mend:
    example = survey.data.rows[spot.place].value
    meant = _spelled(survey, spot.other)
    return Mend(f"write {shown(meant)}", _answering(example, meant), spot.place)


def _answering(example: dict[str, Any], answer: str) -> dict[str, Any]:
    if "messages" in example:
        return example | {"messages": [*example["messages"][:-1], example["messages"][-1] | {"content": answer}]}
    lead = " " if example["completion"].startswith(" ") else ""
    return example | {"completion": lead + answer}


@file_rule(
    "label-single",
    "warning",
    fails=([said("yes")] * 10,),
    passes=([said("yes"), said("no")] * 5, [said("yes")] * 3),
)
def label_single(survey: Survey) -> Spots:
    """All rows have the same answer.

    Why: the model learns to say it, whatever is asked.
    """
    found = labels_of(survey)
    return Spots.of_file(found is not None and len(found.meanings) == 1 and len(survey.places) >= FEW)


@tells(label_single)
def _single(survey: Survey, spot: Spot) -> Fault:
    answer = shown(_labels(survey).spellings[0].text)
    return Fault(f"Every answer is {answer}.", "Add rows with other answers.")


def _labels(survey: Survey) -> Labels:
    found = labels_of(survey)
    assert found
    return found


def _spelled(survey: Survey, place: int) -> str:
    found = _labels(survey)
    return found.spellings[int(found.of_row[place])].text
