"""What a caller asks the process that answers, and how it is read: as a chat, as raw text, or as a trained pair."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import Any

from ftwidgets.bases.chat import ChatTemplate, text_of
from ftwidgets.bases.tokenizer import Tokenizer

LONGEST = 512
"""Tokens of an answer where the caller sets no limit. OpenAI has none; on a processor this is half a minute."""

MOST_LETTERS = 128
"""Letters for each token of the context: a longer chat is refused unread, for reading it would keep others waiting."""

DOCUMENT = "<|endoftext|>"
"""What stands between documents where a base was pretrained; raw text ends there too."""


@dataclass(frozen=True)
class Request:
    """A chat (`messages`) or a `prompt` (text or ids) to go on with, and the fields of OpenAI's request.

    `pair`: the model was trained on prompts and completions, so the prompt is read as it was in training.
    `echo`: say the prompt first. `format` "json": the answer is a JSON object.
    """

    id: int
    messages: list[dict[str, Any]] | None = None
    prompt: str | list[int] | None = None
    pair: bool = False
    echo: bool = False
    format: str | None = None
    adapter: str | None = None
    max_tokens: int | None = None
    stop: list[str] = field(default_factory=list)
    sampling: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """Why a request cannot be answered."""

    message: str
    code: str | None


@dataclass(frozen=True)
class Reading:
    """A request's `ids` (T), of which those from `begin` to `end` are the caller's own prompt; tokens to say; ends."""

    ids: list[int]
    begin: int
    end: int
    room: int
    ends: frozenset[int]


class Reader:
    """Reads requests for one base, whose context and vocabulary are so many tokens."""

    def __init__(self, tokenizer: Tokenizer, context: int, vocabulary: int) -> None:
        self._tokenizer = tokenizer
        self._template = ChatTemplate(tokenizer)
        self._context = context
        self._vocabulary = vocabulary
        document = tokenizer.encode_template(DOCUMENT)
        self._document = document[0] if len(document) == 1 else tokenizer.eos

    def read(self, request: Request) -> Reading | Refusal:
        """The request's ids and how many tokens may follow, or why there are none."""
        if request.messages is not None:
            return self._chat(request, request.messages)
        return self._prompt(request, request.prompt or [])

    def _chat(self, request: Request, messages: list[dict[str, Any]]) -> Reading | Refusal:
        letters = sum(len(text_of(message)) for message in messages)
        ids = self._template.prompt(messages) if letters <= MOST_LETTERS * self._context else []
        if not 0 < len(ids) < self._context:
            resulted = f"However, your messages resulted in {_length(ids, letters)}."
            return self._too_long(f"{resulted} Please reduce the length of the messages.")
        room = min(request.max_tokens or LONGEST, self._context - len(ids))
        return Reading(ids, 0, len(ids), room, frozenset([self._tokenizer.eos]))

    def _prompt(self, request: Request, prompt: str | list[int]) -> Reading | Refusal:
        room = request.max_tokens or 0
        if len(prompt) > MOST_LETTERS * self._context:
            return self._too_long(f"However, your prompt has {_length([], len(prompt))}. Please shorten it.")
        if isinstance(prompt, list) and (unknown := [n for n in prompt if n >= self._vocabulary]):
            known = f"its vocabulary has {self._vocabulary} tokens, from 0 on"
            return Refusal(
                f"The prompt holds the token id {unknown[0]}, which this model does not have: {known}.", None
            )
        read = self._as_pair if request.pair else self._as_text
        ids, begin, end = read(prompt)
        if len(ids) + room > self._context or not ids:
            asked = f"you requested {len(ids) + room} tokens ({len(ids)} in your prompt; {room} for the completion)"
            return self._too_long(f"However, {asked}. Please reduce your prompt; or completion length.")
        ends = [self._tokenizer.eos] if request.pair else [self._tokenizer.eos, self._document]
        return Reading(ids, begin, end, room, frozenset(ends))

    def _as_text(self, prompt: str | list[int]) -> tuple[list[int], int, int]:
        """Raw text. Without any, the model goes on as at the beginning of a document."""
        ids = self._tokenizer.encode(prompt) if isinstance(prompt, str) else prompt
        return (ids, 0, len(ids)) if ids else ([self._document], 1, 1)

    def _as_pair(self, prompt: str | list[int]) -> tuple[list[int], int, int]:
        """As `ChatTemplate.example` renders it: the user's message, after which the assistant's is the completion."""
        text = prompt if isinstance(prompt, str) else self._tokenizer.decode(prompt)
        ids: list[int] = []
        begin = end = 0
        for part in self._template.parts([{"role": "user", "content": text}], answer_follows=True):
            if part.message:
                begin, end = len(ids), len(ids) + len(part.ids)
            ids += part.ids
        return ids, begin, end

    def _too_long(self, why: str) -> Refusal:
        known = f"This model's maximum context length is {self._context} tokens."
        return Refusal(f"{known} {why}", "context_length_exceeded")


def _length(ids: list[int], letters: int) -> str:
    return f"{len(ids)} tokens" if ids else f"{letters} letters, which is far more"


def places(tokenizer: Tokenizer, ids: list[int]) -> tuple[str, list[int]]:
    """The text of `ids`, and for each where in it the token's own begins, in letters."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    said, starts = "", []
    for identity in ids:
        starts.append(len(said))
        said += decoder.decode(bytes(tokenizer.token_bytes(identity)) if tokenizer.decode([identity]) else b"")
    return said + decoder.decode(b"", final=True), starts
