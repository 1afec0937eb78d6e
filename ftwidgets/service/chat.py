"""`/v1/chat/completions`: answers by a base or a fine-tuned model, whole or as they come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ftwidgets.data.examination import message_findings
from ftwidgets.errors import FtwidgetsError
from ftwidgets.service.inference import Answer, Inference
from ftwidgets.service.models import look_up, missing
from ftwidgets.service.wire import Record, WireError, body_of, integer, mapping, new_id, now, number, text

NOT_HERE = ("tools", "functions", "audio", "prediction", "web_search_options")
"""Parameters that change what an answer is and that the local model cannot honour: refused, not passed over."""

MOST_ANSWERS = 16


@dataclass(frozen=True)
class Asked:
    """One request: the model's id, how many answers, and for each the line to the engine (but for its seed)."""

    model: str
    base: Path
    answers: int
    line: Record
    stream: bool
    with_usage: bool

    def lines(self) -> list[Record]:
        """The engine's requests, one an answer; with a seed, each answer has its own."""
        sampling = self.line["sampling"]
        seeds = [None if sampling["seed"] is None else sampling["seed"] + n for n in range(self.answers)]
        return [self.line | {"sampling": sampling | {"seed": seed}} for seed in seeds]


async def create(request: Request) -> Response:
    """Answer a chat."""
    body = await body_of(request)
    inference: Inference = request.app.state.inference
    places: CapacityLimiter = request.app.state.chat_places
    asked = await to_thread.run_sync(_asked, request, body, limiter=places)  # it may wait for a download
    if not asked.stream:
        return JSONResponse(await to_thread.run_sync(_whole, inference, asked, limiter=places))
    answers = [inference.ask(asked.base, line) for line in asked.lines()]
    # The first line is waited for: an error is still an HTTP error now, and not a broken stream.
    first = await to_thread.run_sync(next, answers[0], limiter=places)
    return StreamingResponse(_spoken(_stream(asked, answers, first), places), media_type="text/event-stream")


async def _spoken(pieces: Generator[bytes, None, None], places: CapacityLimiter) -> AsyncIterator[bytes]:
    try:
        while (piece := await to_thread.run_sync(next, pieces, None, limiter=places)) is not None:
            yield piece
    finally:
        pieces.close()  # the reader may have gone before the end


def _asked(request: Request, body: Record) -> Asked:
    state = request.app.state
    identity = text(body, "model", required=True) or ""
    model = look_up(request, identity)
    if model is None:
        raise missing(identity)
    for name in NOT_HERE:
        if body.get(name):
            raise WireError(
                400, f"'{name}' is not available on this service.", param=name, code="unsupported_parameter"
            )
    wanted = mapping(body, "response_format").get("type", "text")
    if wanted != "text":
        message = f"The response format '{wanted}' is not available on this service; use 'text'."
        raise WireError(400, message, param="response_format", code="unsupported_parameter")
    try:
        base = state.fetches.ensure(model.base)
    except FtwidgetsError as error:
        raise WireError(503, str(error), kind="server_error", again=False) from error
    limit = integer(body, "max_completion_tokens", 1, 2**31) or integer(body, "max_tokens", 1, 2**31)
    line = {
        "messages": _messages(body),
        "adapter": model.adapter,
        "max_tokens": limit,
        "stop": _stop(body),
        "sampling": _sampling(body),
    }
    stream = bool(body.get("stream"))
    with_usage = stream and bool(mapping(body, "stream_options").get("include_usage"))
    return Asked(identity, base, integer(body, "n", 1, MOST_ANSWERS) or 1, line, stream, with_usage)


def _messages(body: Record) -> list[Record]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise WireError(400, "'messages' must be a list with at least one message.", param="messages")
    for rule, fault in message_findings(messages):
        if rule.level == "error" and fault.message_index:
            where = f"messages[{fault.message_index - 1}]"
            raise WireError(400, f"Invalid '{where}': {fault.message} {fault.remedy}", param=where)
    return messages


def _stop(body: Record) -> list[str]:
    stop = body.get("stop") or []
    stops = [stop] if isinstance(stop, str) else stop
    if not isinstance(stops, list) or len(stops) > 4 or not all(isinstance(one, str) and one for one in stops):
        raise WireError(400, "'stop' takes a text or a list of up to 4 texts.", param="stop")
    return stops


def _sampling(body: Record) -> Record:
    temperature, top_p = number(body, "temperature", 0, 2), number(body, "top_p", 0, 1)
    seed, top = integer(body, "seed", -(2**63), 2**63 - 1), integer(body, "top_logprobs", 0, 20)
    if top is not None and not body.get("logprobs"):
        raise WireError(400, "'top_logprobs' needs 'logprobs' to be true.", param="top_logprobs")
    return {
        "temperature": 1.0 if temperature is None else temperature,
        "top_p": 1.0 if top_p is None else top_p,
        "seed": None if seed is None else seed % 2**64,  # the engine takes none below 0
        "presence_penalty": number(body, "presence_penalty", -2, 2) or 0.0,
        "frequency_penalty": number(body, "frequency_penalty", -2, 2) or 0.0,
        "bias": _bias(body),
        "top_logprobs": (top or 0) if body.get("logprobs") else None,
    }


def _bias(body: Record) -> Record:
    bias = mapping(body, "logit_bias")
    for token in bias:
        if not (token.isdecimal() and len(token) < 10):
            raise WireError(400, f"Invalid 'logit_bias': {token!r:.40} is not a token's id.", param="logit_bias")
        number(bias, token, -100, 100, place="logit_bias")
    return {token: bias for token, bias in bias.items() if bias}


def _whole(inference: Inference, asked: Asked) -> Record:
    """All answers to their ends. They are asked for together, so that they can be one batch."""
    answers = [inference.ask(asked.base, line) for line in asked.lines()]
    heard = [list(answer) for answer in answers]
    choices = [_choice(n, lines, asked) for n, lines in enumerate(heard)]
    return _head(asked, "chat.completion") | {"choices": choices, "usage": _usage([lines[-1] for lines in heard])}


def _choice(n: int, lines: list[Record], asked: Asked) -> Record:
    content = "".join(line.get("text", "") for line in lines)
    tokens = [token for line in lines for token in line.get("tokens", [])]
    wanted = asked.line["sampling"]["top_logprobs"] is not None
    return {
        "index": n,
        "message": {"role": "assistant", "content": content, "refusal": None},
        "logprobs": {"content": tokens, "refusal": None} if wanted else None,
        "finish_reason": lines[-1]["end"],
    }


def _head(asked: Asked, kind: str) -> Record:
    return {
        "id": new_id("chatcmpl-", 29),
        "object": kind,
        "created": now(),
        "model": asked.model,
        "system_fingerprint": None,
        "service_tier": "default",
    }


def _usage(ends: list[Record]) -> Record:
    prompt, said = ends[0]["prompt_tokens"], sum(end["completion_tokens"] for end in ends)
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}


def _stream(asked: Asked, answers: list[Answer], first: Record) -> Generator[bytes, None, None]:
    head = _head(asked, "chat.completion.chunk") | ({"usage": None} if asked.with_usage else {})
    ends: list[Record] = []
    try:
        for n, answer in enumerate(answers):
            yield _chunk(head, n, {"role": "assistant", "content": "", "refusal": None})
            for line in _again(first, answer) if n == 0 else answer:
                if "end" in line:
                    ends.append(line)
                    yield _chunk(head, n, {}, finish=line["end"])
                else:
                    yield _chunk(head, n, {"content": line["text"]}, tokens=line["tokens"])
        if asked.with_usage:
            yield _event(head | {"choices": [], "usage": _usage(ends)})
        yield b"data: [DONE]\n\n"
    except WireError as error:
        yield _event(error.body)
    finally:
        for answer in answers:
            answer.close()  # the reader may have gone before the end


def _again(first: Record, rest: Iterator[Record]) -> Iterator[Record]:
    yield first
    yield from rest


def _chunk(
    head: Record, n: int, delta: Record, *, tokens: list[Record] | None = None, finish: str | None = None
) -> bytes:
    logprobs = {"content": tokens, "refusal": None} if tokens else None
    return _event(head | {"choices": [{"index": n, "delta": delta, "logprobs": logprobs, "finish_reason": finish}]})


def _event(values: Any) -> bytes:
    return b"data: " + orjson.dumps(values) + b"\n\n"


routes = [Route("/chat/completions", create, methods=["POST"])]
