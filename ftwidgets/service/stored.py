"""`/v1/chat/completions/{id}`: the completions that were asked for with `store`, kept until they are deleted."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.service.holdings import Holdings, holdings
from ftwidgets.service.wire import (
    Record,
    WireError,
    body_of,
    choice_of,
    limit_of,
    metadata,
    metadata_wanted,
    page,
    tells,
)

TOLD = ("seed", "top_p", "temperature", "presence_penalty", "frequency_penalty", "response_format")
"""What of the request is kept with the completion, as OpenAI shows it; messages have an address of their own."""


def keep(own: Holdings, completion: Record, body: Record) -> None:
    """Keep a completion and what was asked."""
    asked = {name: body.get(name) for name in TOLD}
    asked |= {"input_user": body.get("user"), "tools": None, "tool_choice": body.get("tool_choice")}
    record = completion | asked | {"metadata": metadata(body) or {}}
    messages = [_message(n, message, completion["id"]) for n, message in enumerate(body["messages"])]
    own.add("completions", record, model=completion["model"], messages=orjson.dumps(messages).decode())


def _message(n: int, message: Record, completion: str) -> Record:
    """A message of the request, as it is shown: the text, and the parts where there were any."""
    content: Any = message.get("content")
    parts = content if isinstance(content, list) else None
    text = "".join(part.get("text", "") for part in parts) if parts is not None else content
    return message | {"id": f"{completion}-{n}", "content": text, "content_parts": parts}


def index(request: Request) -> Response:
    """List the kept completions, the oldest first; by `model` and `metadata[key]=value` some of them."""
    limit, after = limit_of(request, 20, 1000), request.query_params.get("after")
    oldest_first = choice_of(request, "order", ("asc", "desc")) == "asc"
    wanted = metadata_wanted(request)
    model = request.query_params.get("model")
    chosen = {"model": model} if model else {}
    most = 10_000_000 if wanted else limit
    records = holdings(request).page("completions", most, after, oldest_first=oldest_first, **chosen)
    return page([record for record in records if tells(record["metadata"], wanted)][: limit + 1], limit, ends=True)


def _found(request: Request) -> Record:
    identity = request.path_params["completion"]
    columns = holdings(request).columns("completions", identity)
    if not columns:
        # (our words)
        message = f"No such chat completion: {identity:.80}. Only those that were asked for with 'store' are kept."
        raise WireError(404, message, param="completion_id")
    return columns


def retrieve(request: Request) -> Response:
    """One completion."""
    return JSONResponse(orjson.loads(_found(request)["record"]))


async def update(request: Request) -> Response:
    """Give a completion other metadata."""
    body = await body_of(request)
    if "metadata" not in body:
        raise WireError(400, "The parameter 'metadata' is missing: it is what can be changed.", param="metadata")
    return JSONResponse(await run_in_threadpool(_update, request, metadata(body) or {}))


def _update(request: Request, values: Record) -> Record:
    own = holdings(request)
    with own.store.transaction():
        record: Record = orjson.loads(_found(request)["record"]) | {"metadata": values}
        own.store.update("completions", record)
    return record


def delete(request: Request) -> Response:
    """Forget a completion."""
    identity = _found(request)["id"]
    holdings(request).store.remove("completions", identity)
    return JSONResponse({"id": identity, "object": "chat.completion.deleted", "deleted": True})


def messages(request: Request) -> Response:
    """The messages that a completion answered."""
    asked: list[Record] = orjson.loads(_found(request)["messages"])
    limit, after = limit_of(request, 20, 1000), request.query_params.get("after")
    ordered = asked if choice_of(request, "order", ("asc", "desc")) == "asc" else asked[::-1]
    places = [n for n, message in enumerate(ordered, 1) if message["id"] == after]
    start = 0 if after is None else (places or [len(ordered)])[0]
    return page(ordered[start : start + limit + 1], limit, ends=True)


routes = [
    Route("/chat/completions", index),
    Route("/chat/completions/{completion}", retrieve),
    Route("/chat/completions/{completion}", update, methods=["POST"]),
    Route("/chat/completions/{completion}", delete, methods=["DELETE"]),
    Route("/chat/completions/{completion}/messages", messages),
]
