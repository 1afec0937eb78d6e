"""Render a chat into token ids, and into the mask that says which of them are trained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.errors import BaseModelError, require

Message = Mapping[str, Any]

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

_PLACE = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True)
class Rendered:
    """A chat as a model reads it: `ids` (T,), and `mask` (T,), 1 where the token is one the model learns to say."""

    ids: tuple[int, ...]
    mask: tuple[int, ...]


class Part(NamedTuple):
    """The ids of a message's text, or of the template's own between two; the first `trained` of them are learned.

    `message` is the number of the message, from 1; None for the template's own text.
    """

    ids: list[int]
    trained: int
    message: int | None


class ChatTemplate:
    """A model's own chat template.

    A message's text stands in the template as a placeholder and is tokenized by itself, so that no text can
    forge a turn, and a prompt's ids are always the beginning of the ids of the same chat with its answer.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        sandbox = require("jinja2.sandbox", "local")
        environment = sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _raise
        self._failures = require("jinja2", "local").TemplateError, ArithmeticError, TypeError, ValueError, LookupError
        try:
            self._template = environment.from_string(tokenizer.chat_template or CHATML)
        except self._failures as error:
            raise BaseModelError(f"The model's chat template cannot be read: {error}.") from error

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """The ids after which the model says the assistant's next message."""
        return list(self._render(messages, answer_follows=True).ids)

    def example(self, example: Mapping[str, Any]) -> Rendered:
        """A training example's ids and mask.

        The example holds `messages`, or `prompt` and `completion`, which become a user's and the assistant's message.
        Trained are the assistant's messages, each with its end token, unless the message's `weight` is 0.
        """
        messages = example.get("messages")
        if messages is None:
            messages = [
                {"role": "user", "content": example["prompt"]},
                {"role": "assistant", "content": example["completion"]},
            ]
        return self._render(messages, answer_follows=False)

    def parts(self, messages: Sequence[Message], *, answer_follows: bool = False) -> Iterator[Part]:
        """What a chat is rendered from, in order."""
        after_trained = False
        for n, piece in enumerate(_PLACE.split(self._fill(messages, answer_follows))):
            if n % 2:  # the number of a message
                message = messages[int(piece)]
                after_trained = message.get("role") == "assistant" and message.get("weight", 1) != 0
                new = self._tokenizer.encode(text_of(message))
                yield Part(new, len(new) if after_trained else 0, int(piece) + 1)
            else:  # the template's own text
                new = self._tokenizer.encode_template(piece)
                yield Part(new, int(after_trained and new[:1] == [self._tokenizer.eos]), None)

    def _render(self, messages: Sequence[Message], *, answer_follows: bool) -> Rendered:
        ids: list[int] = []
        mask: list[int] = []
        for new, trained, _ in self.parts(messages, answer_follows=answer_follows):
            ids += new
            mask += [1] * trained + [0] * (len(new) - trained)
        return Rendered(tuple(ids), tuple(mask))

    def _fill(self, messages: Sequence[Message], answer_follows: bool) -> str:
        places = [{"role": _role(m), "content": f"\ue000{n}\ue001"} for n, m in enumerate(messages)]
        try:
            return str(
                self._template.render(
                    messages=places,
                    add_generation_prompt=answer_follows,
                    bos_token=self._tokenizer.bos_text,
                    eos_token=self._tokenizer.eos_text,
                )
            )
        except self._failures as error:
            raise BaseModelError(f"The model's chat template fails on this chat: {error}.") from error


def text_of(message: Message) -> str:
    """A message's text: its content, the text parts of it, and its tool calls as JSON."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content if isinstance(part, dict))
    calls = message.get("tool_calls") or ([message["function_call"]] if message.get("function_call") else [])
    written = [f"<tool_call>{json.dumps(call.get('function', call), ensure_ascii=False)}</tool_call>" for call in calls]
    return "\n".join([*([content] if content else []), *written])


def _role(message: Message) -> str:
    role = str(message.get("role"))
    return "system" if role == "developer" else role


def _raise(message: str) -> None:
    raise BaseModelError(f"The model's chat template refuses this chat: {message}")
