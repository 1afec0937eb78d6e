"""The process that answers: holds one base and several adapters, and takes what waits together as one batch.

Run as `python -m ftwidgets.engine.inference BASE COMPILED`. A request is a line with the fields of `Request`, or
`{"cancel": id}`; the answer is lines with that `id`: pieces of `text` with their `tokens`, and last an `end`
("stop" or "length") with the counts of tokens, or an `error` with a sentence and a `code`.
"""

from __future__ import annotations

import queue
import sys
import traceback
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ftwidgets.bases.chat import ChatTemplate, text_of
from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.engine import adapters, lines, weights
from ftwidgets.engine.compiled import keep_programs
from ftwidgets.engine.generation import ROWS, Prompt, generate
from ftwidgets.engine.sampling import Sampler, Token
from ftwidgets.engine.utterance import Utterance
from ftwidgets.errors import FtwidgetsError

ADAPTERS_KEPT = 8
"""Adapters held in memory (about 20 MB each for the default base); the one not used for longest goes first."""

LONGEST = 512
"""Tokens of an answer where the caller sets no limit. OpenAI has none; on a processor this is half a minute."""


MOST_LETTERS = 128
"""Letters for each token of the context: a longer chat is refused unread, for reading it would keep others waiting."""


@dataclass(frozen=True)
class Request:
    """A chat to answer, with the fields of OpenAI's request that choose the tokens."""

    id: int
    messages: list[dict[str, Any]]
    adapter: str | None = None
    max_tokens: int | None = None
    stop: list[str] = field(default_factory=list)
    sampling: dict[str, Any] = field(default_factory=dict)


class Speaker:
    """A base with its adapters, and the requests that wait for it."""

    def __init__(self, base: Path) -> None:
        self._config = Config.read(base)
        self._tokenizer = Tokenizer(base)
        self._template = ChatTemplate(self._tokenizer)
        self._weights = weights.load(base, self._config)
        self._adapters: OrderedDict[str, adapters.Adapter] = OrderedDict()
        self._waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._put_off: list[Request] = []
        self._cancelled: set[int] = set()

    def hear(self, line: dict[str, Any]) -> None:
        """Take in one line of the input."""
        if "cancel" in line:
            self._cancelled.add(line["cancel"])
        else:
            self._waiting.put(Request(**line))

    def run(self) -> None:
        """Answer for ever."""
        while True:
            requests = self._next()
            try:
                self._answer(requests)
            except FtwidgetsError as error:
                self._refuse(requests, str(error), "invalid_request")
            except Exception as error:  # a fault of ours: told to those who asked, and the process answers on
                traceback.print_exc()
                self._refuse(requests, f"The answer failed: {error!r}", "server_error")

    def _refuse(self, requests: list[Request], message: str, code: str) -> None:
        for request in requests:
            lines.say(id=request.id, error=message, code=code)

    def _next(self) -> list[Request]:
        """The requests to answer together: those that wait and want the same adapter, as many as a batch takes."""
        if not self._put_off:
            self._put_off.append(self._waiting.get())
        while not self._waiting.empty():
            self._put_off.append(self._waiting.get())
        first = self._put_off[0].adapter
        batch = [request for request in self._put_off if request.adapter == first][: ROWS[-1]]
        self._put_off = [request for request in self._put_off if request not in batch]
        return batch

    def _answer(self, requests: list[Request]) -> None:
        taken = [(request, prompt) for request in requests if (prompt := self._prompt(request))]
        if not taken:
            return
        answers = [Utterance(self._tokenizer, request.stop, prompt.room) for request, prompt in taken]
        prompts = [prompt for _, prompt in taken]
        for row, token in generate(self._weights, self._config, prompts, self._adapter(requests[0].adapter)):
            request = taken[row][0]
            self._say(request, prompts[row], answers[row], token)
            if request.id in self._cancelled:
                self._cancelled.discard(request.id)
                prompts[row].done = True

    def _say(self, request: Request, prompt: Prompt, answer: Utterance, token: Token) -> None:
        text, tokens = answer.hear(token)
        if text or tokens:
            lines.say(id=request.id, text=text, tokens=tokens)
        if answer.end:
            prompt.done = True
            lines.say(id=request.id, end=answer.end, prompt_tokens=len(prompt.ids), completion_tokens=answer.length)

    def _prompt(self, request: Request) -> Prompt | None:
        """The request's prompt; None where it cannot be answered, which is then said."""
        context = self._config.context
        letters = sum(len(text_of(message)) for message in request.messages)
        ids = self._template.prompt(request.messages) if letters <= MOST_LETTERS * context else []
        if not 0 < len(ids) < context:
            long = f"{len(ids)} tokens" if ids else f"{letters} letters, which is far more"
            message = (
                f"This model's maximum context length is {context} tokens. However, your messages resulted in {long}."
            )
            self._refuse([request], f"{message} Please reduce the length of the messages.", "context_length_exceeded")
            return None
        wanted = min(request.max_tokens or LONGEST, context - len(ids))
        return Prompt(ids, Sampler(**_with_keys_as_numbers(request.sampling)), wanted)

    def _adapter(self, path: str | None) -> adapters.Adapter | None:
        if path is None:
            return None
        if path not in self._adapters:
            self._adapters[path] = adapters.load(Path(path), self._config)
        self._adapters.move_to_end(path)
        while len(self._adapters) > ADAPTERS_KEPT:
            self._adapters.popitem(last=False)
        return self._adapters[path]


def _with_keys_as_numbers(sampling: dict[str, Any]) -> dict[str, Any]:
    """JSON has text keys only; the bias is by token id."""
    return sampling | {"bias": {int(token): bias for token, bias in sampling.get("bias", {}).items()}}


def main() -> None:
    """Load the base, say so, and answer what comes on standard input."""
    base, compiled = map(Path, sys.argv[1:3])
    lines.step_back()
    keep_programs(compiled)
    try:
        speaker = Speaker(base)
    except FtwidgetsError as error:
        lines.say(failed=str(error))
        return
    lines.say(ready=True)
    lines.listen(speaker.hear)
    speaker.run()


if __name__ == "__main__":
    main()
