"""Rules about how the prompts of pairs begin and end, for models that only continue text: see `legacy`."""

from __future__ import annotations

from ftwidgets.data.rules.legacy import GOOD, WHERE, each, found_in, has_prefix, is_odd, known_of, odd, pairs_like
from ftwidgets.data.rules.rule import Fault, Mend, Spot, Spots, file_rule, mends, shown, tells
from ftwidgets.data.survey import Survey

LONG_PROMPT_PREFIX = 12


@file_rule(
    "prompts-identical",
    "warning",
    fails=(pairs_like("Say something ->", " {}."),),
    passes=(GOOD, pairs_like("", " {}.")),
)
def prompts_identical(survey: Survey) -> Spots:
    """All prompts are the same.

    Why: the model cannot learn what the answer depends on, and draws one at random.

    Where it is to write freely, leave the prompts empty.
    """
    return found_in(survey, lambda known: known.rows > 1 and known.prompts.same and known.prompts.longest > 0)


@tells(prompts_identical)
def _prompts_same(survey: Survey, spot: Spot) -> Fault:
    prompt = shown(known_of(survey).prompts.prefix)
    return Fault(f"All prompts are {prompt}.", "Write what is asked in each, or leave them empty.", "prompt")


@file_rule(
    "prompt-separator", "note", fails=(pairs_like("Where is {}", " {}."),), passes=(GOOD, pairs_like("", " {}."))
)
def prompt_separator(survey: Survey) -> Spots:
    """The prompts do not end with the same separator.

    Why: a base model sees where the prompt ends and its answer begins only by a separator that ends every prompt.

    The separator must stand nowhere else in the prompts, and must end the prompt when the model is used. The local
    model, and every chat model, needs none: its template marks the end.
    """
    return found_in(survey, lambda known: known.task != "open-ended generation" and not known.prompts.suffix)


@tells(prompt_separator)
def _no_separator(survey: Survey, spot: Spot) -> Fault:
    return Fault(
        "The prompts have no common ending.", f"End each with {shown(known_of(survey).separator)}. {WHERE}", "prompt"
    )


@mends(prompt_separator)
def _with_separator(survey: Survey, spot: Spot) -> Mend:
    separator = known_of(survey).separator
    return each(f"end every prompt with {shown(separator)}", "prompt", lambda prompt: prompt + separator)


@file_rule(
    "prompt-separator-odd",
    "note",
    fails=(pairs_like("{}, and the answer is:", " {}."), pairs_like("a -> {} ->", " {}.")),
    passes=(GOOD,),
)
def prompt_separator_odd(survey: Survey) -> Spots:
    """What ends every prompt is long for a separator, or stands within prompts too.

    Why: a base model needs a short separator at the end of each prompt, and one that is nowhere else.
    """
    return found_in(survey, lambda known: not known.prompts.same and is_odd(known, "prompt", known.prompts))


@tells(prompt_separator_odd)
def _odd_separator(survey: Survey, spot: Spot) -> Fault:
    known = known_of(survey)
    return odd("prompt", known.prompts, known.separator)


@file_rule("prompt-prefix", "note", fails=(pairs_like("Translate into French: {} ->", " {}."),), passes=(GOOD,))
def prompt_prefix(survey: Survey) -> Spots:
    """All prompts begin with the same words.

    Why: fine-tuning teaches the task: words that only name it cost tokens in each example and each request.

    Where they are removed here, leave them out when the model is used too.
    """
    return found_in(survey, lambda known: has_prefix(known.prompts, LONG_PROMPT_PREFIX + 1))


@tells(prompt_prefix)
def _same_beginning(survey: Survey, spot: Spot) -> Fault:
    prefix = shown(known_of(survey).prompts.prefix)
    return Fault(f"All prompts begin with {prefix}.", "Leave it out, here and when the model is used.", "prompt")


@mends(prompt_prefix)
def _without_beginning(survey: Survey, spot: Spot) -> Mend:
    prefix = known_of(survey).prompts.prefix or ""
    return each(f"remove {shown(prefix)} from every prompt", "prompt", lambda prompt: prompt.removeprefix(prefix))
