"""Rules about tokens: what does not fit into a model's context."""

from __future__ import annotations

import numpy as np

from ftwidgets.data.rules.rule import Fault, Spot, Spots, file_rule, tells
from ftwidgets.data.rules.samples import CHAT, said
from ftwidgets.data.survey import Survey


@file_rule("over-context", "warning", fails=([said("word " * 70_000)],), passes=([CHAT],))
def over_context(survey: Survey) -> Spots:
    """An example has more tokens than the model reads at once.

    Why: what goes beyond the context is cut off at the end, and that is where the answer stands.

    An example of which nothing is left to learn is skipped in training. Shorten it, or split it into several.
    """
    if survey.terms.context is None:
        return Spots.of([])
    places = np.flatnonzero(survey.facts.tokens > survey.terms.context)
    return Spots.of(places, value=survey.facts.tokens[places])


@tells(over_context)
def _over(survey: Survey, spot: Spot) -> Fault:
    tokens, context = int(spot.value), survey.terms.context or 0
    what = f"The example has {tokens:,} tokens ({survey.terms.counted}); {context:,} fit into the context."
    return Fault(what, f"The last {tokens - context:,} are cut off: shorten it, or split it.", "messages")
