"""`/v1/chat/completions`: answers by a base or a fine-tuned model, whole or as they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ftwidgets.data.examination import message_findings
from ftwidgets.service.holdings import Holdings, holdings
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
from ftwidgets.service.speech import answered, event, heard, speaker, usage
from ftwidgets.service.stored import keep
from ftwidgets.service.wire import Record, WireError, integer, mapping, metadata, new_id, now

NOT_HERE = {
    "tools": "its models were not taught to call them",
    "functions": "its models were not taught to call them",
    "audio": "its models write text only",
    "prediction": "an answer is never guessed ahead",
    "web_search_options": "its models know nothing of the web",
    "moderation": "nothing judges what is said",
}
"""Parameters that change what an answer is and that the local model cannot honour: refused, not passed over."""

ONLY: dict[str, tuple[Any, ...]] = {
    "tool_choice": ("none", "auto"),
    "function_call": ("none", "auto"),
    "parallel_tool_calls": (True, False),
    "modalities": (["text"],),
    "service_tier": ("auto", "default"),
    "reasoning_effort": ("none",),
    "verbosity": ("medium",),
}
"""Parameters of which some values ask for nothing but what is done anyway: the others are refused."""

OWN = (*NOT_HERE, *ONLY, "messages", "max_completion_tokens", "top_logprobs", "response_format", "store", "metadata")

MOST_MESSAGES = 2048


@dataclass(frozen=True)
class Asked:
    """One request: its body, how many answers, and for each the line to the engine (but for its seed).

    `keeper` keeps the whole completion where the caller asked for that.
    """

    body: Record
    base: Path
    answers: int
    line: Record
    stream: bool
    with_usage: bool
    keeper: Holdings | None
    head: Record = field(default_factory=dict)

    def lines(self) -> list[Record]:
        """The engine's requests, one an answer."""
        return seeded(self.line, self.answers)


async def create(request: Request) -> Response:
    """Answer a chat."""
    return await answered(request, _asked, _whole, _stream)


def _asked(request: Request, body: Record) -> Asked:
    body = given(body, (*SHARED, *OWN))
    model, base = speaker(request, body)
    _refuse_foreign(body)
    line = {
        "messages": _messages(body),
        "adapter": model.adapter,
        "max_tokens": _limit(body),
        "stop": stops(body),
        "sampling": sampling(body, _top_logprobs(body)),
        "format": _format(body),
    }
    kept = metadata(body)
    if kept and not flag(body, "store"):
        # (our words; without 'store' there is nowhere to keep it)
        raise WireError(400, "The 'metadata' parameter is only allowed when 'store' is enabled.", param="metadata")
    return Asked(
        body,
        base,
        integer(body, "n", 1, MOST_ANSWERS) or 1,
        line,
        stream=flag(body, "stream"),
        with_usage=usage_wanted(body),
        keeper=holdings(request) if flag(body, "store") else None,
        head={
            "id": new_id("chatcmpl-", 29),
            "created": now(),
            "model": body["model"],
            "system_fingerprint": None,
            "service_tier": "default",
        },
    )


def _refuse_foreign(body: Record) -> None:
    for name, reason in NOT_HERE.items():
        if body.get(name):
            raise unsupported(name, f"'{name}' is not available on this service: {reason}.")
    for name, values in ONLY.items():
        if name in body and not any(body[name] is value or body[name] == value for value in values):
            known = " or ".join(repr(value) for value in values)
            raise unsupported(name, f"'{name}' {body[name]!r:.60} is not available on this service; use {known}.")


def _format(body: Record) -> str | None:
    wanted = mapping(body, "response_format").get("type", "text")
    if wanted == "json_object":
        return "json"
    if wanted != "text":
        message = f"The response format {wanted!r:.60} is not available on this service; use 'text' or 'json_object'."
        raise unsupported("response_format", message)
    return None


def _limit(body: Record) -> int | None:
    both = [integer(body, name, 1, 2**31) for name in ("max_completion_tokens", "max_tokens")]
    if None not in both:
        # (our words)
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise WireError(400, message, param="max_tokens")
    return both[0] or both[1]


def _top_logprobs(body: Record) -> int | None:
    top, wanted = integer(body, "top_logprobs", 0, 20), flag(body, "logprobs")
    if top is not None and not wanted:
        raise WireError(400, "'top_logprobs' needs 'logprobs' to be true.", param="top_logprobs")
    return (top or 0) if wanted else None


def _messages(body: Record) -> list[Record]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise WireError(400, "'messages' must be a list with at least one message.", param="messages")
    if len(messages) > MOST_MESSAGES:
        message = f"'messages' has {len(messages)} messages; it may have up to {MOST_MESSAGES}."
        raise WireError(400, message, param="messages")
    for number, message in enumerate(messages):
        if kind := _foreign_part(message):
            where = f"messages[{number}]"
            fault = f"The message holds a part of the type '{kind}'. The local model reads text only: remove it."
            raise WireError(400, f"Invalid '{where}': {fault}", param=where)
    for rule, found in message_findings(messages):
        if rule.level == "error" and found.message_index:
            where = f"messages[{found.message_index - 1}]"
            raise WireError(400, f"Invalid '{where}': {found.message} {found.remedy}", param=where)
    return messages


def _foreign_part(message: Any) -> str | None:
    """The type of a message's part that is neither a text nor an image (of which the rules about messages tell)."""
    content = message.get("content") if isinstance(message, dict) else None
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    kinds = [kind for part in parts if isinstance(kind := part.get("type"), str) and kind not in ("text", "image_url")]
    return f"{kinds[0]:.60}" if kinds else None


def _whole(asked: Asked, answers: list[Answer]) -> Record:
    return _completed(asked, heard(answers))


def _completed(asked: Asked, spoken: list[list[Record]]) -> Record:
    """The whole completion out of all lines that the engine said; it is kept where that was asked for."""
    choices = [_choice(n, lines, asked) for n, lines in enumerate(spoken)]
    completion = asked.head | {"object": "chat.completion", "choices": choices, "usage": _usage(spoken)}
    if asked.keeper:
        keep(asked.keeper, completion, asked.body)
    return completion


def _choice(n: int, lines: list[Record], asked: Asked) -> Record:
    tokens = [token for line in lines for token in line.get("tokens", [])]
    wanted = asked.line["sampling"]["top_logprobs"] is not None
    content = "".join(line.get("text", "") for line in lines)
    return {
        "index": n,
        "message": {"role": "assistant", "content": content, "refusal": None},
        "logprobs": {"content": tokens, "refusal": None} if wanted else None,
        "finish_reason": lines[-1]["end"],
    }


def _usage(spoken: list[list[Record]]) -> Record:
    ends = [lines[-1] for lines in spoken]
    return usage(ends[0]["prompt_tokens"], sum(end["completion_tokens"] for end in ends))


def _stream(asked: Asked, answers: list[Answer], first: Record) -> Iterator[bytes]:
    head = asked.head | {"object": "chat.completion.chunk"} | ({"usage": None} if asked.with_usage else {})
    spoken: list[list[Record]] = []
    for n, answer in enumerate(answers):
        yield _chunk(head, n, {"role": "assistant", "content": "", "refusal": None})
        spoken.append([])
        for line in chain([first], answer) if n == 0 else answer:
            spoken[n].append(line)
            if "end" not in line:
                yield _chunk(head, n, {"content": line["text"]}, tokens=line["tokens"])
        if n == len(answers) - 1:
            _completed(asked, spoken)  # before the end is told, so that nothing that was acknowledged is lost
        yield _chunk(head, n, {}, finish=spoken[n][-1]["end"])
    if asked.with_usage:
        yield event(head | {"choices": [], "usage": _usage(spoken)})


def _chunk(
    head: Record, n: int, delta: Record, *, tokens: list[Record] | None = None, finish: str | None = None
) -> bytes:
    logprobs = {"content": tokens, "refusal": None} if tokens else None
    return event(head | {"choices": [{"index": n, "delta": delta, "logprobs": logprobs, "finish_reason": finish}]})


routes = [Route("/chat/completions", create, methods=["POST"])]
