"""Rules about how the completions of pairs begin and end, for models that only continue text: see `legacy`."""

from __future__ import annotations

from ftwidgets.data.conventions import Affixes
from ftwidgets.data.rules.classes import label_single
from ftwidgets.data.rules.legacy import (
    GOOD,
    PAIR_LABELS,
    WHERE,
    each,
    found_in,
    has_prefix,
    is_odd,
    known_of,
    odd,
    pairs_like,
)
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, shown, tells
from ftwidgets.data.survey import Survey

LONG_COMPLETION_PREFIX = 5


@file_rule("completions-identical", "warning", fails=(pairs_like("{} ->", " Yes."),), passes=(GOOD,))
def completions_identical(survey: Survey) -> Spots:
    """All completions are the same.

    Why: the model learns to say one thing whatever is asked.

    From ten rows on, where the answer is a label, the rule label-single reports it instead.
    """
    if len(label_single.find(survey).place):
        return Spots.of([])
    return found_in(survey, lambda known: known.rows > 1 and known.completions.same)


@tells(completions_identical)
def _completions_same(survey: Survey, spot: Spot) -> Fault:
    completion = shown(known_of(survey).completions.prefix)
    return Fault(f"All completions are {completion}.", "Add pairs with other answers.", "completion")


@file_rule("completion-prefix", "note", fails=(pairs_like("{} ->", " Answer: {}."),), passes=(GOOD,))
def completion_prefix(survey: Survey) -> Spots:
    """All completions begin with the same words.

    Why: the model learns to say them each time, and learns nothing else from them.
    """
    return found_in(survey, lambda known: has_prefix(known.completions, LONG_COMPLETION_PREFIX))


@tells(completion_prefix)
def _same_answer(survey: Survey, spot: Spot) -> Fault:
    prefix = shown(known_of(survey).completions.prefix)
    return Fault(f"All completions begin with {prefix}.", "Leave it out of each.", "completion")


@mends(completion_prefix)
def _without_prefix(survey: Survey, spot: Spot) -> Mend:
    prefix = known_of(survey).completions.prefix or ""
    space = " " if prefix.startswith(" ") else ""
    words = f"remove {shown(prefix)} from every completion"
    return each(words, "completion", lambda text: space + text[len(prefix) :] if text.startswith(prefix) else text)


@file_rule(
    "completion-stop", "note", fails=(pairs_like("{} ->", " {}"),), passes=(GOOD, pairs_like("", " {}"), PAIR_LABELS)
)
def completion_stop(survey: Survey) -> Spots:
    """The completions do not end with the same stop sequence.

    Why: a base model ends its answer only with a sequence that ended every completion; each request gives it as `stop`.

    The local model, and every chat model, needs none: each answer ends with its own token.
    """
    return found_in(survey, lambda known: known.task == "conditional generation" and not known.completions.suffix)


@tells(completion_stop)
def _no_stop(survey: Survey, spot: Spot) -> Fault:
    return Fault(
        "The completions have no common ending.", f"End each with {shown(known_of(survey).stop)}. {WHERE}", "completion"
    )


@mends(completion_stop)
def _with_stop(survey: Survey, spot: Spot) -> Mend:
    stop = known_of(survey).stop
    return each(f"end every completion with {shown(stop)}", "completion", lambda text: text + stop)


@file_rule(
    "completion-stop-odd",
    "note",
    fails=(pairs_like("{} ->", " {} and that is all."), pairs_like("{} ->", " 1. {}.")),
    passes=(GOOD,),
)
def completion_stop_odd(survey: Survey) -> Spots:
    """What ends every completion is long for a stop sequence, or stands within completions too.

    Why: a base model would be stopped in the middle of its answer, or pay for a long ending each time.
    """

    def is_found(known: Affixes) -> bool:
        generates = known.task == "conditional generation" and not known.completions.same
        return generates and is_odd(known, "completion", known.completions)

    return found_in(survey, is_found)


@tells(completion_stop_odd)
def _why_odd(survey: Survey, spot: Spot) -> Fault:
    known = known_of(survey)
    return odd("completion", known.completions, known.stop)


@file_rule("completion-space", "note", fails=(pairs_like("{} ->", "{}."),), passes=(GOOD,))
def completion_space(survey: Survey) -> Spots:
    """A completion does not begin with a space.

    Why: the tokens of most words have their space before them: a base model continues with " word" better than "word".

    The local model, and every chat model, needs none.
    """
    return found_in(survey, lambda known: not known.completions.spaced)


@tells(completion_space)
def _no_space(survey: Survey, spot: Spot) -> Fault:
    return Fault("Some completions do not begin with a space.", f"Begin each with one. {WHERE}", "completion")


@mends(completion_space)
def _with_space(survey: Survey, spot: Spot) -> Mend:
    words = "begin every completion with a space"
    return each(words, "completion", lambda text: text if text.startswith(" ") else f" {text}")
