"""How many tokens examples have for a model: by OpenAI's encodings, or a local base's own tokenizer. Exact, offline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ftwidgets.bases.catalogue import DEFAULT, is_fetched, known_bases
from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.data.encoding import Encoding, encoding, encoding_for
from ftwidgets.errors import InputError, MissingExtraError
from ftwidgets.home import home as home_folder

PER_MESSAGE, PER_REPLY = 3, 3
"""What OpenAI's chat format adds: to each message, and once for the reply (openai-cookbook, "How to count tokens")."""

CONTEXTS = {"gpt-4o": 65_536, "gpt-3.5-turbo": 16_385}
"""Tokens of the longest example that OpenAI trains whole, by the beginning of the model's id; others are not known."""

SPEAKERS = {
    "prompt": "user",
    "completion": "assistant",
    "preferred_output": "assistant",
    "non_preferred_output": "assistant",
}


class Counter(Protocol):
    """Counts for one model: `name` says whose tokens they are, `context` how many an example may have, if known."""

    name: str
    context: int | None

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each text has."""

    def around(self, roles: tuple[str, ...], trained: tuple[bool, ...]) -> tuple[int, int]:
        """The tokens of a conversation besides its texts: all, and those that are learned."""


class OpenAICounter:
    """Counts as OpenAI does, by the rule of its cookbook: 3 tokens a message, 3 for the reply, and the texts'."""

    def __init__(self, encoding: Encoding, model: str | None = None) -> None:
        self._encoding = encoding
        self.name = f"OpenAI's {encoding.name}"
        known = [length for start, length in CONTEXTS.items() if model and model.removeprefix("ft:").startswith(start)]
        self.context = known[0] if known else None

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each text has."""
        return self._encoding.counts(texts)

    def around(self, roles: tuple[str, ...], trained: tuple[bool, ...]) -> tuple[int, int]:  # noqa: ARG002
        """The tokens of a conversation besides its texts; those that are learned are the texts' alone."""
        return PER_MESSAGE * len(roles) + PER_REPLY, 0

    def pieces(self, text: str) -> list[bytes]:
        """The bytes of each token of a text."""
        return self._encoding.pieces(text)


class LocalCounter:
    """Counts as the engine does: the base's own tokenizer and chat template."""

    def __init__(self, base: str, folder: Path) -> None:
        self._tokenizer = Tokenizer(folder / base)
        self._template = ChatTemplate(self._tokenizer)
        self._around: dict[tuple[Any, ...], tuple[int, int]] = {}
        self.name = base
        self.context: int | None = Config.read(folder / base).context

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each text has; one that occurs again is counted once."""
        different = list(dict.fromkeys(texts))
        known = dict(zip(different, self._tokenizer.counts(different), strict=True))
        return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))

    def around(self, roles: tuple[str, ...], trained: tuple[bool, ...]) -> tuple[int, int]:
        """The tokens of the template; learned are the end tokens of what is learned."""
        if (roles, trained) not in self._around:
            speakers = [SPEAKERS.get(role, role) for role in roles]
            rendered = self._template.example(
                {
                    "messages": [
                        {"role": role, "content": "", "weight": int(learned)}
                        for role, learned in zip(speakers, trained, strict=True)
                    ]
                }
            )
            self._around[roles, trained] = len(rendered.ids), sum(rendered.mask)
        return self._around[roles, trained]

    def pieces(self, text: str) -> list[bytes]:
        """The bytes of each token of a text."""
        return [bytes(self._tokenizer.token_bytes(identity)) for identity in self._tokenizer.encode(text)]


def counter_for(model: str | None = None, home: Path | None = None) -> OpenAICounter | LocalCounter:
    """The counter of a model: an OpenAI id, or a base that is on this machine.

    Without a `model` it is the default base, where it is here and can be read, else OpenAI's o200k_base.

    Raises:
        InputError: the model is neither.
    """
    bases = (home or home_folder()) / "bases"
    if model is None:
        try:
            return _local(DEFAULT, bases) if is_fetched(DEFAULT, bases) else OpenAICounter(encoding("o200k_base"))
        except MissingExtraError:
            return OpenAICounter(encoding("o200k_base"))
    if known := encoding_for(model):
        return OpenAICounter(known, model)
    if is_fetched(model, bases):
        return _local(model, bases)
    if model in known_bases(bases):
        raise InputError(f"The tokenizer of {model} is not on this machine yet. Bring it with: ftwidgets fetch {model}")
    here = ", ".join(known_bases(bases))
    raise InputError(f"How '{model}' counts tokens is not known. Use an OpenAI id, or one of: {here}.")


@cache
def _local(base: str, bases: Path) -> LocalCounter:
    return LocalCounter(base, bases)


def is_trained(message: dict[str, Any]) -> bool:
    """Whether a job trains on what the message says."""
    return message.get("role") == "assistant" and message.get("weight", 1) != 0
