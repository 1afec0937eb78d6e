"""Answers on the wire as they come: server-sent events, and the model that says them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from ftwidgets.errors import FtwidgetsError
from ftwidgets.service.inference import Answer, Inference
from ftwidgets.service.models import Model, look_up, missing
from ftwidgets.service.wire import Record, WireError, body_of, text

DONE = b"data: [DONE]\n\n"


class Asked(Protocol):
    """What was asked: the base that is to answer, the engine's requests, and whether it is heard as it comes."""

    @property
    def base(self) -> Path: ...  # noqa: D102
    @property
    def stream(self) -> bool: ...  # noqa: D102
    def lines(self) -> list[Record]: ...  # noqa: D102


Question = TypeVar("Question", bound=Asked)


async def answered(
    request: Request,
    asked_by: Callable[[Request, Record], Question],
    whole: Callable[[Question, list[Answer]], Record],
    spoken: Callable[[Question, list[Answer], Record], Iterator[bytes]],
) -> Response:
    """The reply to a body in which `asked_by` finds the question: `whole`, or `spoken` from the first line on."""
    body = await body_of(request)
    inference: Inference = request.app.state.inference
    places: CapacityLimiter = request.app.state.chat_places
    asked = await to_thread.run_sync(asked_by, request, body, limiter=places)  # it may wait for a download
    # All are asked for together, so that they can be one batch.
    answers = await to_thread.run_sync(inference.ask_all, asked.base, asked.lines(), limiter=places)
    if not asked.stream:
        return JSONResponse(await to_thread.run_sync(whole, asked, answers, limiter=places))
    first = await to_thread.run_sync(first_of, answers, limiter=places)
    return streamed(guarded(spoken(asked, answers, first), answers), places)


def speaker(request: Request, body: Record) -> tuple[Model, Path]:
    """The model that the body names, and the folder of its base; this may wait for a download.

    Raises:
        WireError: there is none, or its base cannot be had.
    """
    identity = text(body, "model", required=True) or ""
    model = look_up(request, identity)
    if model is None:
        raise missing(identity)
    try:
        return model, request.app.state.fetches.ensure(model.base)
    except FtwidgetsError as error:
        raise WireError(503, str(error), kind="server_error", again=False) from error


def event(values: Any) -> bytes:
    """One event of a stream."""
    return b"data: " + orjson.dumps(values) + b"\n\n"


def streamed(pieces: Generator[bytes, None, None], places: CapacityLimiter) -> StreamingResponse:
    """The reply that sends `pieces` as they are made."""
    return StreamingResponse(_sent(pieces, places), media_type="text/event-stream")


async def _sent(pieces: Generator[bytes, None, None], places: CapacityLimiter) -> AsyncIterator[bytes]:
    try:
        while (piece := await to_thread.run_sync(next, pieces, None, limiter=places)) is not None:
            yield piece
    finally:
        pieces.close()  # the reader may have gone before the end


def heard(answers: Sequence[Answer]) -> list[list[Record]]:
    """All lines of all answers; where one cannot be given, none goes on.

    Raises:
        WireError: one cannot be given.
    """
    try:
        return [list(answer) for answer in answers]
    finally:
        for answer in answers:
            answer.close()


def first_of(answers: Sequence[Answer]) -> Record:
    """The first line, waited for so that an error is still an HTTP error, and not a broken stream.

    Raises:
        WireError: the first answer cannot be given; then none goes on.
    """
    try:
        return next(answers[0])
    except WireError:
        for answer in answers:
            answer.close()
        raise


def guarded(pieces: Iterator[bytes], answers: list[Answer]) -> Generator[bytes, None, None]:
    """`pieces` and the end of the stream; an error is its last event, and no answer goes on when it has ended."""
    try:
        yield from pieces
        yield DONE
    except WireError as error:
        yield event(error.body)
    finally:
        for answer in answers:
            answer.close()


def usage(prompt: int, said: int) -> Record:
    """The counts of tokens."""
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}
