"""What it would take to ask: requests, tokens, and money where a person gave the host's prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftwidgets.bases.chat import text_of
from ftwidgets.data.tokens.counting import Counter, counter_for
from ftwidgets.errors import FtwidgetsError
from ftwidgets.quantities import amount, count
from ftwidgets.salvage.ends import OWN
from ftwidgets.salvage.inventory import base_name
from ftwidgets.salvage.prompts import Prompt

Prices = tuple[float, float]
"""Dollars a million prompt tokens, and a million tokens of answers."""


@dataclass(frozen=True)
class Quote:
    """The size of what is to be asked, and its price.

    `prompt_tokens` are those of the prompts, None where how a model counts is not known, and `most_tokens` the most
    that the answers can have. They are `exact` where no prompt has tools or images, which hosts count by rules of
    their own. `dollars` is the most that it can cost at the prices that a person gave; None without them. `notes`
    are what one should know before, in sentences.
    """

    requests: int
    models: int
    host: str
    prompt_tokens: int | None
    most_tokens: int
    counted: tuple[str, ...] = ()
    exact: bool = True
    dollars: float | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        more = "".join(f" {note}" for note in self.notes)
        asked = f"{count(self.requests, 'request')} to {count(self.models, 'model')}"
        return f"{asked}: {self._prompts}, at most {count(self.most_tokens)} tokens of answers. {self._price}{more}"

    @property
    def _prompts(self) -> str:
        if self.prompt_tokens is None:
            return "prompts whose tokens cannot be counted here"
        more = "" if self.exact else " and those of tools and images besides"
        return f"{count(self.prompt_tokens)} prompt tokens (by {', '.join(self.counted)}){more}"

    @property
    def _price(self) -> str:
        if self.host == OWN:
            return "They cost nothing: the service is your own."
        if self.dollars is None:
            return "What the host takes for them is not known here: see its own list of prices."
        return f"At most {amount(self.dollars)} at your prices{'' if self.exact else ', tools and images aside'}."


def quote(
    work: Mapping[str, Sequence[Prompt]], bases: Mapping[str, str], *, most: int, host: str, price: Prices | None
) -> Quote:
    """The size of asking each model its prompts, where an answer has at most so many tokens.

    `bases` are the models' bases, as far as they are known: by these a model counts.
    """
    requests = sum(map(len, work.values()))
    counters = {model: _counter(bases.get(model) or base_name(model)) for model in work}
    known = {model: counter for model, counter in counters.items() if counter is not None}
    tokens = (
        sum(tokens_of(work[model], counter) for model, counter in known.items()) if len(known) == len(work) else None
    )
    spent = None if price is None or tokens is None else (tokens * price[0] + requests * most * price[1]) / 1e6
    names = tuple(dict.fromkeys(counter.name for counter in known.values()))
    exact = not any(_is_more(prompt) for prompts in work.values() for prompt in prompts)
    return Quote(requests, len(work), host, tokens, requests * most, names, exact, spent)


def _counter(base: str) -> Counter | None:
    try:
        return counter_for(base)
    except FtwidgetsError:  # no model that is known here, or its tokenizer is not on this machine
        return None


def tokens_of(prompts: Sequence[Prompt], counter: Counter) -> int:
    """The tokens of prompts, with those that the chat format adds."""
    texts = [text_of(one) for prompt in prompts for one in prompt.messages]
    roles = [tuple(str(one.get("role")) for one in prompt.messages) for prompt in prompts]
    around = sum(counter.around(own, (False,) * len(own))[0] for own in roles)
    return int(counter.counts(texts).sum()) + around if texts else 0


def _is_more(prompt: Prompt) -> bool:
    """Whether the prompt has tokens besides those of its texts."""
    parts = [part for one in prompt.messages if isinstance(one.get("content"), list) for part in one["content"]]
    named = any(one.get("name") or one.get("tool_calls") for one in prompt.messages)
    return bool(prompt.beside) or named or any(part.get("type") != "text" for part in parts if isinstance(part, dict))
