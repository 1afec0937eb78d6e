"""What every reply shares: ids, error envelopes, pages, and the reading of a request's body."""

from __future__ import annotations

import re
import secrets
import string
import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse

from ftwidgets.data.row import parse

LETTERS = string.ascii_letters + string.digits

Record = dict[str, Any]


class WireError(Exception):
    """An error as OpenAI's clients read it. Where `again` is false, they are told not to try once more."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
        again: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.again = again
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def response(self) -> JSONResponse:
        """The error as a reply."""
        return JSONResponse(self.body, self.status, None if self.again else {"x-should-retry": "false"})


def new_id(prefix: str, length: int = 24) -> str:
    """A new random id, such as `ftjob-` and 24 letters and digits."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length))


def now() -> int:
    """Whole seconds since 1970, as OpenAI writes times."""
    return int(time.time())


def page(records: Sequence[Mapping[str, Any]], limit: int, *, ends: bool = False) -> JSONResponse:
    """A list reply out of up to `limit` + 1 records: one too many means that there are more."""
    shown = list(records[:limit])
    body: Record = {"object": "list", "data": shown, "has_more": len(records) > limit > 0}
    if ends:
        body |= {"first_id": shown[0]["id"] if shown else None, "last_id": shown[-1]["id"] if shown else None}
    return JSONResponse(body)


def limit_of(request: Request, default: int, most: int) -> int:
    """The query's `limit`, between 0 and `most`.

    Raises:
        WireError: it is not a whole number.
    """
    given = request.query_params.get("limit", str(default))
    if not re.fullmatch(r"-?[0-9]{1,18}", given):
        raise WireError(400, f"Invalid 'limit': {given!r:.60} is not a whole number.", param="limit")
    return max(0, min(int(given), most))


LARGEST_BODY = 64 * 2**20
"""Bytes of a request's JSON."""


async def body_of(request: Request) -> Record:
    """The request's JSON object; an empty body is an empty object.

    Raises:
        WireError: the body is something else, or too large.
    """
    raw = await _raw(request)
    row = parse(1, 0, raw if raw.strip() else b"{}")
    if row.fault is not None:
        raise WireError(400, f"We could not parse the JSON body of your request: {row.fault}.")
    if not isinstance(row.value, dict):
        raise WireError(400, "The JSON body of the request is not an object.")
    try:
        orjson.dumps(row.value)
    except TypeError as error:  # it could be neither kept nor told again
        message = "The JSON body holds half of a character (a lone surrogate), a number beyond 64 bits, or too many"
        raise WireError(400, f"{message} brackets in one another: leave that out.") from error
    return row.value


async def _raw(request: Request) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_BODY:
            raise WireError(413, f"The body of the request has more than {LARGEST_BODY // 2**20} MB.")
    return b"".join(pieces)


def mapping(body: Record, name: str, *, place: str | None = None) -> Record:
    """The object in `body[name]`, an empty one where there is none.

    Raises:
        WireError: it is of another type.
    """
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WireError(400, f"Invalid '{place or name}': {value!r:.60} is not an object.", param=place or name)
    return value


def integer(body: Record, name: str, low: int, high: int, *, place: str | None = None) -> int | None:
    """The whole number in `body[name]`, None where there is none.

    Raises:
        WireError: it is of another type or out of range.
    """
    value: int | None = _within(
        body, name, (low, high), place=place or name, kind=int, what=f"a whole number from {low} to {high}"
    )
    return value


def number(body: Record, name: str, low: float, high: float, *, place: str | None = None) -> float | None:
    """The number in `body[name]`, None where there is none.

    Raises:
        WireError: it is of another type or out of range.
    """
    value = _within(
        body, name, (low, high), place=place or name, kind=int | float, what=f"a number from {low:g} to {high:g}"
    )
    return None if value is None else float(value)


def _within(body: Record, name: str, bounds: tuple[float, float], *, place: str, kind: Any, what: str) -> Any:
    value = body.get(name)
    sound = isinstance(value, kind) and not isinstance(value, bool) and bounds[0] <= value <= bounds[1]
    if value is not None and not sound:
        raise WireError(400, f"Invalid '{place}': {value!r:.60} is not {what}.", param=place)
    return value


def text(body: Record, name: str, *, required: bool = False, longest: int | None = None) -> str | None:
    """The text in `body[name]`, None where there is none.

    Raises:
        WireError: it is of another type, too long, or missing though required.
    """
    value = body.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value:
        what = "is missing" if value is None else f"is {value!r:.60}, not a text"
        raise WireError(400, f"The parameter '{name}' {what}.", param=name)
    if longest and len(value) > longest:
        raise WireError(400, f"'{name}' has {len(value)} letters; it may have up to {longest}.", param=name)
    return value


def metadata(body: Record) -> Record | None:
    """The caller's notes in `body["metadata"]`, None where there are none.

    Raises:
        WireError: they are too many, too long, or no texts.
    """
    notes = mapping(body, "metadata")
    if len(notes) > 16 or not all(
        len(key) <= 64 and isinstance(value, str) and len(value) <= 512 for key, value in notes.items()
    ):
        message = "'metadata' takes up to 16 pairs of texts, keys up to 64 letters, values up to 512."
        raise WireError(400, message, param="metadata")
    return notes if body.get("metadata") is not None else None


def metadata_wanted(request: Request) -> Record:
    """The query's `metadata[key]=value`."""
    return {key[9:-1]: value for key, value in request.query_params.items() if key.startswith("metadata[")}


def tells(notes: Record | None, wanted: Record) -> bool:
    """Whether the notes have all the values that are wanted."""
    return all((notes or {}).get(key) == value for key, value in wanted.items())


def choice_of(request: Request, name: str, values: Sequence[str]) -> str:
    """The query's parameter `name`, the first of `values` where it is not given.

    Raises:
        WireError: it is none of them.
    """
    chosen = request.query_params.get(name, values[0])
    if chosen not in values:
        raise WireError(400, f"Invalid '{name}': {chosen!r:.60}; use {' or '.join(map(repr, values))}.", param=name)
    return chosen
