"""`/v1/completions`: raw text goes on; with a model that was trained on prompts and completions, as it was trained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ftwidgets.service.inference import Answer
from ftwidgets.service.parameters import (
    MOST_ANSWERS,
    SHARED,
    flag,
    given,
    sampling,
    seeded,
    stops,
    unsupported,
    usage_wanted,
)
from ftwidgets.service.probabilities import logprobs_of, pieces
from ftwidgets.service.speech import answered, event, heard, speaker, usage
from ftwidgets.service.wire import Record, WireError, integer, new_id, now

OWN = ("prompt", "best_of", "echo", "suffix")

MOST_BEST_OF, MOST_LOGPROBS, DEFAULT_TOKENS = 20, 5, 16

Prompt = str | list[int]


@dataclass(frozen=True)
class Asked:
    """One request: its prompts, how many answers to each, out of how many; the line to the engine but for prompt, seed.

    `logprobs` are the log-probabilities that the caller wants, None for none.
    """

    base: Path
    prompts: list[Prompt]
    answers: int
    candidates: int
    line: Record
    logprobs: int | None
    stream: bool
    with_usage: bool
    head: Record = field(default_factory=dict)

    def lines(self) -> list[Record]:
        """The engine's requests, the candidates of each prompt one after another."""
        return [line | {"prompt": prompt} for prompt in self.prompts for line in seeded(self.line, self.candidates)]


async def create(request: Request) -> Response:
    """Go on with one or more texts."""
    return await answered(request, _asked, _whole, _stream)


def _asked(request: Request, body: Record) -> Asked:
    body = given(body, (*SHARED, *OWN))
    model, base = speaker(request, body)
    if body.get("suffix"):
        message = "'suffix' is not available on this service: the model was not taught to write what comes between."
        raise unsupported("suffix", message)
    logprobs, limit = integer(body, "logprobs", 0, MOST_LOGPROBS), integer(body, "max_tokens", 0, 2**31)
    answers, candidates = _counts(body)
    ranked = candidates > answers
    line = {
        "pair": model.pairs,
        "echo": flag(body, "echo"),
        "adapter": model.adapter,
        "max_tokens": DEFAULT_TOKENS if limit is None else limit,
        "stop": stops(body),
        "sampling": sampling(body, 0 if ranked and logprobs is None else logprobs),
    }
    head = {"id": new_id("cmpl-", 29), "object": "text_completion", "created": now(), "model": body["model"]}
    return Asked(
        base,
        _prompts(body, candidates),
        answers,
        candidates,
        line,
        logprobs,
        stream=flag(body, "stream"),
        with_usage=usage_wanted(body),
        head=head | {"system_fingerprint": None},
    )


def _counts(body: Record) -> tuple[int, int]:
    """How many answers a prompt gets, and out of how many the best are taken."""
    answers = integer(body, "n", 1, MOST_ANSWERS) or 1
    best_of = integer(body, "best_of", 1, MOST_BEST_OF)
    if best_of is None:
        return answers, answers
    if best_of < answers:
        message = (
            f"'best_of' is {best_of}, and 'n' is {answers}: the best of so few cannot be so many. Raise 'best_of'."
        )
        raise WireError(400, message, param="best_of")
    if best_of > answers and flag(body, "stream"):
        raise WireError(400, "Which answers are best is known at their ends: 'best_of' cannot be streamed.",
                        param="best_of")  # fmt: skip
    return answers, best_of


def _prompts(body: Record, candidates: int) -> list[Prompt]:
    """The prompts; without any, the model begins a document."""
    prompt: Any = body.get("prompt", "")
    prompts = [prompt] if isinstance(prompt, str) or _is_ids(prompt) else prompt
    if not isinstance(prompts, list) or not prompts:
        raise _wrong_prompt()
    if not (all(isinstance(one, str) for one in prompts) or all(_is_ids(one) for one in prompts)):
        raise _wrong_prompt()
    if len(prompts) * candidates > MOST_ANSWERS:
        message = f"{len(prompts)} prompts with {candidates} answer(s) each are more than the {MOST_ANSWERS} answers "
        raise WireError(400, f"{message}that one request may ask for: send them in several requests.", param="prompt")
    return prompts


def _is_ids(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(type(one) is int and one >= 0 for one in value)


def _wrong_prompt() -> WireError:
    return WireError(400, "'prompt' takes a text, a list of texts, token ids, or a list of these.", param="prompt")


def _whole(asked: Asked, answers: list[Answer]) -> Record:
    spoken = heard(answers)
    choices: list[Record] = []
    for start in range(0, len(spoken), asked.candidates):
        candidates = spoken[start : start + asked.candidates]
        if asked.candidates > asked.answers:
            candidates.sort(key=_rank, reverse=True)
        choices += [_choice(len(choices) + n, lines, asked) for n, lines in enumerate(candidates[: asked.answers])]
    return asked.head | {"choices": choices, "usage": _usage(asked, [lines[-1] for lines in spoken])}


def _rank(lines: list[Record]) -> float:
    """How likely the model finds an answer: the log-probability per token. Where nothing was said, all are alike."""
    mean: float | None = lines[-1].get("mean_logprob")
    return 0.0 if mean is None else mean


def _choice(n: int, lines: list[Record], asked: Asked) -> Record:
    said = list(pieces(lines))
    tokens = [token for piece in said for token in piece.tokens]
    return {
        "text": "".join(piece.text for piece in said),
        "index": n,
        "logprobs": logprobs_of(tokens, asked.logprobs),
        "finish_reason": lines[-1]["end"],
    }


def _usage(asked: Asked, ends: list[Record]) -> Record:
    """Each prompt counts once, and each candidate's tokens, as on OpenAI's service."""
    prompts = sum(end["prompt_tokens"] for end in ends[:: asked.candidates])
    return usage(prompts, sum(end["completion_tokens"] for end in ends))


def _stream(asked: Asked, answers: list[Answer], first: Record) -> Iterator[bytes]:
    head = asked.head | ({"usage": None} if asked.with_usage else {})
    ends: list[Record] = []
    for n, answer in enumerate(answers):
        for piece in pieces(chain([first], answer) if n == 0 else answer):
            logprobs = logprobs_of(piece.tokens, asked.logprobs) if piece.tokens else None
            finish = piece.end["end"] if piece.end else None
            choice = {"text": piece.text, "index": n, "logprobs": logprobs, "finish_reason": finish}
            yield event(head | {"choices": [choice]})
            ends += [piece.end] if piece.end else []
    if asked.with_usage:
        yield event(head | {"choices": [], "usage": _usage(asked, ends)})


routes = [Route("/completions", create, methods=["POST"])]
