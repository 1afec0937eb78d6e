"""The process that answers: holds one base and several adapters, and takes what waits together as one batch.

Run as `python -m ftwidgets.engine.inference BASE COMPILED`. A request is a line with the fields of `Request`, or
`{"cancel": id}`; the answer is lines with that `id`: the prompt as `echo` where it is wanted, pieces of `text` with
their `tokens`, and last an `end` ("stop" or "length") with the counts of tokens, or an `error` with a sentence and a
`code`.
"""

from __future__ import annotations

import queue
import sys
import traceback
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.engine import adapters, lines, weights
from ftwidgets.engine.compiled import keep_programs
from ftwidgets.engine.constraint import Constraint, Vocabulary
from ftwidgets.engine.generation import ROWS, Prompt, generate
from ftwidgets.engine.request import Reader, Reading, Refusal, Request, places
from ftwidgets.engine.sampling import Sampler, Token
from ftwidgets.engine.scoring import score
from ftwidgets.engine.utterance import Utterance, entry_of
from ftwidgets.errors import FtwidgetsError

ADAPTERS_KEPT = 8
"""Adapters held in memory (about 20 MB each for the default base); the one not used for longest goes first."""


@dataclass
class Exchange:
    """A request that is being answered."""

    request: Request
    reading: Reading
    prompt: Prompt
    answer: Utterance


class Speaker:
    """A base with its adapters, and the requests that wait for it."""

    def __init__(self, base: Path) -> None:
        self._config = Config.read(base)
        self._tokenizer = Tokenizer(base)
        self._reader = Reader(self._tokenizer, self._config.context, self._config.vocabulary)
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

    def _refuse(self, requests: list[Request], message: str, code: str | None) -> None:
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
        exchanges = [exchange for request in requests if (exchange := self._exchange(request))]
        for exchange in exchanges:
            self._echo(exchange)
        spoken = [exchange for exchange in exchanges if exchange.reading.room]
        if not spoken:
            return
        prompts = [exchange.prompt for exchange in spoken]
        for row, token in generate(self._weights, self._config, prompts, self._adapter(requests[0].adapter)):
            self._say(spoken[row], token)
            if spoken[row].request.id in self._cancelled:
                self._cancelled.discard(spoken[row].request.id)
                prompts[row].done = True

    def _exchange(self, request: Request) -> Exchange | None:
        """The request as it was read; None where it cannot be answered, which is then said."""
        reading = self._reader.read(request)
        if isinstance(reading, Refusal):
            self._refuse([request], reading.message, reading.code)
            return None
        constraint = Constraint(self._vocabulary) if request.format == "json" else None
        sampler = Sampler(**_with_keys_as_numbers(request.sampling), constraint=constraint)
        answer = Utterance(
            self._tokenizer,
            request.stop,
            reading.room,
            ends=reading.ends,
            whole=lambda: constraint is not None and constraint.complete,
            offsets=request.messages is None,
        )
        return Exchange(request, reading, Prompt(reading.ids, sampler, reading.room), answer)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.of(self._tokenizer, self._config.vocabulary)

    def _echo(self, exchange: Exchange) -> None:
        """Say the prompt, with its own log-probabilities where they are asked for; end where no more is wanted."""
        request, reading = exchange.request, exchange.reading
        if request.echo:
            text, starts = places(self._tokenizer, reading.ids[reading.begin : reading.end])
            top = exchange.prompt.sampler.top_logprobs
            tokens = [] if top is None else self._scored(reading, self._adapter(request.adapter), top)
            entries = [
                entry_of(self._tokenizer, token) | {"offset": start}
                for token, start in zip(tokens, starts, strict=False)
            ]
            lines.say(id=request.id, echo=text, tokens=entries)
        if not reading.room:
            lines.say(id=request.id, end="length", prompt_tokens=len(reading.ids), completion_tokens=0)

    def _scored(self, reading: Reading, adapter: adapters.Adapter | None, top: int) -> list[Token]:
        """The prompt's tokens; nothing comes before the first, so that it has no probability."""
        scored = score(self._weights, self._config, reading.ids, adapter, top=top)
        return [Token(reading.ids[0]), *scored][reading.begin : reading.end]

    def _say(self, exchange: Exchange, token: Token) -> None:
        request, answer = exchange.request, exchange.answer
        text, tokens = answer.hear(token)
        if text or tokens:
            lines.say(id=request.id, text=text, tokens=tokens)
        if answer.end:
            exchange.prompt.done = True
            counts = {"prompt_tokens": len(exchange.reading.ids), "completion_tokens": answer.length}
            lines.say(id=request.id, end=answer.end, mean_logprob=answer.mean_logprob, **counts)

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
    lines.step_back(lines.ANSWERING)
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
