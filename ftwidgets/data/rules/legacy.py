"""Rules about pairs for models that only continue text: what OpenAI's first preparation tool advised.

Its other validators are rules that stand elsewhere: extra and missing keys, empty completions, duplicates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftwidgets.data.conventions import Affixes, Column, affixes
from ftwidgets.data.rules.amounts import few_examples
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, shown, tells
from ftwidgets.data.rules.samples import CHAT, PAIR
from ftwidgets.data.survey import Survey
from ftwidgets.quantities import count

FEW = 100
LONG_SUFFIX = 10

LOWER = "Write them in small letters where the capitals mean nothing."

Example = dict[str, Any]


def pairs_like(prompt: str, completion: str, rows: int = 6) -> list[Example]:
    """Pairs in which {} is another word in each."""
    words = [f"{letter}{n}" for n, letter in enumerate("abcdefghijkl")] * (1 + rows // 12)
    return [{"prompt": prompt.format(word), "completion": completion.format(word)} for word in words[:rows]]


GOOD = pairs_like("{} ->", " {}.")
WHERE = (
    "Needed only by base models that continue a text, such as davinci-002: the local model reads each pair as a chat."
)


def found_in(survey: Survey, test: Callable[[Affixes], bool]) -> Spots:
    """One spot for the file where a test of what its pairs have in common holds."""
    known = affixes(survey)
    return Spots.of_file(known is not None and test(known))


def known_of(survey: Survey) -> Affixes:
    """What the pairs have in common, of a survey in which something was found."""
    known = affixes(survey)
    assert known is not None  # what is told was found
    return known


def each(words: str, key: str, change: Callable[[str], str]) -> Mend:
    """A fix that changes one key of every example that has it."""

    def changed(example: Example) -> Example:
        return example | {key: change(example[key])} if isinstance(example.get(key), str) else example

    return Mend(words, changed)


PAIR_LABELS = [pair | {"completion": " yes"} for pair in GOOD]
TWO_LABELS = [*PAIR_LABELS, *[pair | {"completion": " no"} for pair in pairs_like("{}? ->", "")]]


def is_odd(known: Affixes, key: str, column: Column) -> bool:
    """Whether what ends every text of a column is long, or stands within the texts too."""
    return len(column.suffix or "") > LONG_SUFFIX or key in known.repeated


def odd(key: str, column: Column, better: str) -> Fault:
    """What is said of such an ending."""
    suffix = column.suffix or ""
    how = f"is {len(suffix)} characters long" if len(suffix) > LONG_SUFFIX else f"stands within {key}s too"
    return Fault(f"All {key}s end with {shown(suffix)}, which {how}.", f"Use {shown(better)}. {WHERE}", key)


def has_prefix(column: Column, fewest: int) -> bool:
    """Whether the texts of a column differ, and begin with so many characters that are the same."""
    return not column.same and len(column.prefix or "") >= fewest


@file_rule("pairs-few", "note", fails=([PAIR] * 12,), passes=([PAIR] * 100, [CHAT] * 12))
def pairs_few(survey: Survey) -> Spots:
    """There are fewer than a hundred pairs.

    Why: OpenAI advised a few hundred pairs for its old base models, which got better with each doubling.

    Below fifty rows the rule few-examples says so instead.
    """
    if len(few_examples.find(survey).place):
        return Spots.of([])
    return found_in(survey, lambda known: known.rows < FEW)


@tells(pairs_few)
def _few(survey: Survey, spot: Spot) -> Fault:
    return Fault(
        f"The file has {known_of(survey).rows} pairs.",
        "Add more that differ from these: a few hundred are a good start.",
    )


@file_rule("pair-long", "note", fails=([*GOOD, PAIR | {"prompt": "a" * 10_001}],), passes=(GOOD,))
def pair_long(survey: Survey) -> Spots:
    """A pair is very long.

    Why: the old base models read at most 2,048 tokens and cut off the rest; newer models read more, at a higher cost.

    Reported above 10,000 characters, which are mostly more tokens than that. The rule over-context reports what is too
    long for the model that will be trained.
    """
    known = affixes(survey)
    if known is None or known.task == "open-ended generation":
        return Spots.of([])
    return Spots.of(known.long, value=known.lengths)


@tells(pair_long)
def _long(survey: Survey, spot: Spot) -> Fault:
    return Fault(
        f"The pair has {spot.value:,.0f} characters.",
        "Shorten it where not all of it is needed, or remove it.",
        "prompt",
    )


@mends(pair_long)
def _without_long(survey: Survey, spot: Spot) -> Mend:
    return Mend("remove the pair", None, spot.place)


@file_rule("prompt-upper-case", "note", fails=(pairs_like("WHERE IS {}? ->", " x{}"),), passes=(GOOD,))
def prompt_upper_case(survey: Survey) -> Spots:
    """Many letters of the prompts are capitals.

    Why: models have read little text in capitals, cut it into more tokens and understand it less well.
    """
    return found_in(survey, lambda known: known.prompts.upper)


@file_rule("completion-upper-case", "note", fails=(pairs_like("{} ->", " YES, {}."),), passes=(GOOD,))
def completion_upper_case(survey: Survey) -> Spots:
    """Many letters of the completions are capitals.

    Why: models have read little text in capitals, cut it into more tokens and write it less well.
    """
    return found_in(survey, lambda known: known.completions.upper)


@tells(prompt_upper_case)
def _prompts_upper(survey: Survey, spot: Spot) -> Fault:
    return Fault("More than a third of the prompts' letters are capitals.", LOWER, "prompt")


@mends(prompt_upper_case)
def _prompts_lower(survey: Survey, spot: Spot) -> Mend:
    return each("write every prompt in small letters", "prompt", str.lower)


@tells(completion_upper_case)
def _completions_upper(survey: Survey, spot: Spot) -> Fault:
    return Fault("More than a third of the completions' letters are capitals.", LOWER, "completion")


@mends(completion_upper_case)
def _completions_lower(survey: Survey, spot: Spot) -> Mend:
    return each("write every completion in small letters", "completion", str.lower)


@file_rule("classification", "note", fails=(TWO_LABELS,), passes=(GOOD, PAIR_LABELS))
def classification(survey: Survey) -> Spots:
    """The pairs look like a classification task.

    Why: small models learn this too. It is measured with accuracy and F1, and works best with labels of one token.

    Reported where there are fewer than a third as many different completions as pairs. Keep some pairs back, to
    measure with.
    """
    return found_in(survey, lambda known: known.task == "classification" and not known.completions.same)


@tells(classification)
def _classes(survey: Survey, spot: Spot) -> Fault:
    known = known_of(survey)
    what = f"{known.rows:,} pairs have only {count(known.answers, 'different completion')}: they look like labels."
    return Fault(what, "Use short labels, and keep some pairs back for a test.", "completion")
