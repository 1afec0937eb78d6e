"""How many tokens examples have for a model: by OpenAI's encodings, or a local base's own tokenizer. Exact, offline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ftwidgets.bases.catalogue import DEFAULT, is_fetched, known_bases
from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.data.blocks import blocks
from ftwidgets.data.tokens.encoding import Encoding, encoding, encoding_for
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

PAIR = ("prompt", "completion")


class Token(NamedTuple):
    """One token of a conversation: its bytes, whether it is learned, and in which message it stands, from 1.

    A token may hold a part of a character only. `message` is None for what the chat format adds around messages; of
    OpenAI's format the number of these tokens is known, and their bytes are not: they are empty.
    """

    raw: bytes
    trained: bool
    message: int | None


class Stretch(NamedTuple):
    """Tokens that follow one another in a conversation: how many, and how many of them, the first, are learned."""

    tokens: int
    trained: int


TOGETHER = 2**20
"""So many characters, at least, are counted together: a tokenizer takes a hundred times the memory of a text."""


class Counter(Protocol):
    """Counts for one model: `name` says whose tokens they are, `context` how many an example may have, if known."""

    name: str
    context: int | None

    def expect(self, characters: int) -> None:
        """Hear about how much is to be counted, to be ready for it."""

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each text has."""

    def around(self, roles: tuple[str, ...], trained: tuple[bool, ...]) -> tuple[int, int]:
        """The tokens of a conversation besides its texts: all, and those that are learned."""

    def stretches(self, roles: tuple[str, ...], trained: tuple[bool, ...], texts: Sequence[str]) -> list[Stretch]:
        """The tokens of a conversation in their order, of which none is made: soon done for texts of any length."""

    def tokens(self, roles: tuple[str, ...], trained: tuple[bool, ...], texts: Sequence[str]) -> list[Token]:
        """The tokens of a conversation in their order: as many as `counts` and `around` say."""


class OpenAICounter:
    """Counts as OpenAI does, by the rule of its cookbook: 3 tokens a message, 3 for the reply, and the texts'."""

    def __init__(self, encoding: Encoding, model: str | None = None) -> None:
        self._encoding = encoding
        self.name = f"OpenAI's {encoding.name}"
        known = [length for start, length in CONTEXTS.items() if model and model.removeprefix("ft:").startswith(start)]
        self.context = known[0] if known else None

    def expect(self, characters: int) -> None:
        """Hear about how much is to be counted, to be ready for it."""
        self._encoding.expect(characters)

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each text has."""
        return self._encoding.counts(texts)

    def around(self, roles: tuple[str, ...], trained: tuple[bool, ...]) -> tuple[int, int]:  # noqa: ARG002
        """The tokens of a conversation besides its texts; those that are learned are the texts' alone.

        A prompt and its completion are no conversation: nothing is added to them.
        """
        return (0, 0) if roles == PAIR else (PER_MESSAGE * len(roles) + PER_REPLY, 0)

    def stretches(self, roles: tuple[str, ...], trained: tuple[bool, ...], texts: Sequence[str]) -> list[Stretch]:
        """The tokens in their order, of which none is made."""
        added = [] if roles == PAIR else [Stretch(PER_MESSAGE, 0)]
        found: list[Stretch] = []
        for count, learned in zip(self.counts(texts).tolist(), trained, strict=True):
            found += [*added, Stretch(count, count if learned else 0)]
        return found + ([] if roles == PAIR else [Stretch(PER_REPLY, 0)])

    def tokens(self, roles: tuple[str, ...], trained: tuple[bool, ...], texts: Sequence[str]) -> list[Token]:
        """The tokens in their order. Where the three that a message costs stand is not published: here, before it."""
        added = Token(b"", False, None)
        found: list[Token] = []
        for number, (text, learned) in enumerate(zip(texts, trained, strict=True), 1):
            found += [added] * (0 if roles == PAIR else PER_MESSAGE)
            found += [Token(raw, learned, number) for raw in self.pieces(text)]
        return found + [added] * (0 if roles == PAIR else PER_REPLY)

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

    def expect(self, characters: int) -> None:
        """Hear about how much is to be counted; this one counts much as it counts little."""

    def counts(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """How many tokens each text has; one that occurs again is counted once."""
        different = list(dict.fromkeys(texts))
        known: dict[str, int] = {}
        for part in blocks(different, len, TOGETHER):
            known |= zip(part, self._tokenizer.counts(part), strict=True)
        return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))

    def around(self, roles: tuple[str, ...], trained: tuple[bool, ...]) -> tuple[int, int]:
        """The tokens of the template; learned are the end tokens of what is learned."""
        if (roles, trained) not in self._around:
            parts = list(self._template.parts(_messages(roles, trained, [""] * len(roles))))
            self._around[roles, trained] = sum(len(part.ids) for part in parts), sum(part.trained for part in parts)
        return self._around[roles, trained]

    def stretches(self, roles: tuple[str, ...], trained: tuple[bool, ...], texts: Sequence[str]) -> list[Stretch]:
        """The tokens in their order, of which none is made."""
        counts = self.counts(texts).tolist()
        learned = [is_trained(message) for message in _messages(roles, trained, texts)]
        return [
            Stretch(len(part.ids), part.trained)
            if part.message is None
            else Stretch(counts[part.message - 1], counts[part.message - 1] * learned[part.message - 1])
            for part in self._template.parts(_messages(roles, trained, [""] * len(roles)))
        ]

    def tokens(self, roles: tuple[str, ...], trained: tuple[bool, ...], texts: Sequence[str]) -> list[Token]:
        """The tokens in their order, exactly as the engine reads and learns them."""
        return [
            Token(bytes(self._tokenizer.token_bytes(identity)), n < part.trained, part.message)
            for part in self._template.parts(_messages(roles, trained, texts))
            for n, identity in enumerate(part.ids)
        ]

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
    model = base_of(model)
    if is_fetched(model, bases):
        return _local(model, bases)
    if model in known_bases(bases):
        raise InputError(f"The tokenizer of {model} is not on this machine yet. Bring it with: ftwidgets fetch {model}")
    here = ", ".join(known_bases(bases))
    raise InputError(f"How '{model}' counts tokens is not known. Use an OpenAI id, or one of: {here}.")


def base_of(model: str) -> str:
    """The base of a model that was fine-tuned from it (`ft:…`); any other model is its own."""
    return model.removeprefix("ft:").partition(":")[0] if model.startswith("ft:") else model


@cache
def _local(base: str, bases: Path) -> LocalCounter:
    return LocalCounter(base, bases)


def _messages(roles: Sequence[str], trained: Sequence[bool], texts: Sequence[str]) -> list[dict[str, Any]]:
    """A conversation as a chat template takes it."""
    return [
        {"role": SPEAKERS.get(role, role), "content": text, "weight": int(learned)}
        for role, learned, text in zip(roles, trained, texts, strict=True)
    ]


def is_trained(message: dict[str, Any]) -> bool:
    """Whether a job trains on what the message says."""
    return message.get("role") == "assistant" and message.get("weight", 1) != 0
