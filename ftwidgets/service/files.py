"""`/v1/files`: the learner's uploads and the jobs' result files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from ftwidgets.data import jsonl
from ftwidgets.service.blobs import flush
from ftwidgets.service.forms import received
from ftwidgets.service.holdings import Holdings, holdings
from ftwidgets.service.wire import Record, WireError, integer, limit_of, new_id, now, page

PURPOSES = ("fine-tune", "assistants", "batch", "vision", "user_data", "evals")

LARGEST = 512 * 2**20
"""Bytes of a file that is sent at once."""

MOST_FILES = 100_000
"""Files of one key (our choice)."""

DAY = 24 * 3600


async def create(request: Request) -> Response:
    """Take in a file; one for fine-tuning must hold a JSON object on each line."""
    own, identity = holdings(request), new_id("file-", 22)
    await run_in_threadpool(refuse_too_many, own)
    with own.store.files.arrival(identity) as path:
        form = await received(request, "file", path, LARGEST)
        purpose = purpose_of(form.fields.get("purpose"))
        given = {name: form.fields.get(f"expires_after[{name}]") for name in ("anchor", "seconds")}
        lifetime = lifetime_of(given, purpose, "expires_after[{}]")
        record = await run_in_threadpool(
            admit, own, identity, path, name=form.filename or "file", purpose=purpose, lifetime=lifetime
        )
    own.store.blob(identity)
    return JSONResponse(record)


def refuse_too_many(own: Holdings) -> None:
    """Let nobody have more than `MOST_FILES`.

    Raises:
        WireError: this one has as many.
    """
    if own.count("files") >= MOST_FILES:
        raise WireError(400, f"There are {MOST_FILES:,} files already. Delete some first: client.files.delete(id).")


def purpose_of(given: str | None) -> str:
    """What an upload is for.

    Raises:
        WireError: it is for nothing that is known.
    """
    if given not in PURPOSES:
        shown = f"'{given:.60}'" if given is not None else "None"
        raise WireError(400, f"{shown} is not one of {list(PURPOSES)} - 'purpose'", param="purpose")
    return given


def lifetime_of(given: Mapping[str, object], purpose: str, place: str) -> int | None:
    """After how many seconds a file expires, out of the `anchor` and the `seconds` that were given; None where never.

    `place` is how such a field is called in the request. One for 'batch' is kept for 30 days, as by OpenAI.

    Raises:
        WireError: the anchor is another than the file's creation, or the seconds are none or out of range.
    """
    anchor, seconds = given.get("anchor"), given.get("seconds")
    if anchor is None and seconds is None:
        return 30 * DAY if purpose == "batch" else None
    if anchor != "created_at":
        raise WireError(
            400,
            f"'{place.format('anchor')}' is {anchor!r:.60}; it can only be 'created_at'.",
            param=place.format("anchor"),
        )
    number = int(seconds) if isinstance(seconds, str) and re.fullmatch("[0-9]{1,9}", seconds) else seconds
    lifetime = integer({"seconds": number}, "seconds", 3600, 30 * DAY, place=place.format("seconds"))
    if lifetime is None:
        raise WireError(400, f"'{place.format('seconds')}' is missing.", param=place.format("seconds"))
    return lifetime


def keep(own: Holdings, source: IO[bytes], name: str, purpose: str) -> Record:
    """Keep a file that the service itself has made: its bytes and its record."""
    identity = new_id("file-", 22)
    with own.store.files.arrival(identity) as path:
        with open(path, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        flush(path)
        return admit(own, identity, path, name=name, purpose=purpose)


def admit(own: Holdings, identity: str, path: Path, *, name: str, purpose: str, lifetime: int | None = None) -> Record:
    """Keep the record of a file whose bytes have arrived at `path`.

    Raises:
        WireError: it is for fine-tuning and is not JSONL.
    """
    record = examined(identity, path, name=name, purpose=purpose, lifetime=lifetime)
    own.add("files", record, purpose=purpose, expires=record["expires_at"])
    return record


def examined(identity: str, path: Path, *, name: str, purpose: str, lifetime: int | None) -> Record:
    """The record of the file whose bytes lie at `path`.

    Raises:
        WireError: it is for fine-tuning and is not JSONL.
    """
    if purpose == "fine-tune":
        _refuse_other_than_jsonl(path)
    created = now()
    return {
        "id": identity,
        "object": "file",
        "bytes": path.stat().st_size,
        "created_at": created,
        "expires_at": created + lifetime if lifetime else None,
        "filename": name,
        "purpose": purpose,
        "status": "processed",
        "status_details": None,
    }


def _refuse_other_than_jsonl(path: Path) -> None:
    for row in jsonl(path).rows:
        if row.fault is not None or not isinstance(row.value, dict):
            what = row.fault or f"it holds {row.value!r:.40}"
            message = "Expected file to have JSONL format, where every line is a valid JSON dictionary."
            raise WireError(400, f"{message} Line {row.number} is not: {what}.", param="file")


def index(request: Request) -> Response:
    """List files, the newest first."""
    limit = limit_of(request, 10_000, 10_000)
    query = request.query_params
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise WireError(400, f"'order' is {order!r:.60}; use 'asc' or 'desc'.", param="order")
    where = {"purpose": query["purpose"]} if "purpose" in query else {}
    records = holdings(request).page("files", limit, query.get("after"), oldest_first=order == "asc", **where)
    return page(records, limit, ends=True)


def found(request: Request) -> Record:
    """The record of the file that the address names.

    Raises:
        WireError: there is none.
    """
    identity = request.path_params["file"]
    record = holdings(request).get("files", identity)
    if record is None:
        raise WireError(404, f"No such File object: {identity}", param="id")
    return record


def retrieve(request: Request) -> Response:
    """One file's record."""
    return JSONResponse(found(request))


def content(request: Request) -> Response:
    """One file's bytes."""
    record = found(request)
    path = request.app.state.store.blob(record["id"])
    if not path.is_file():
        identity = found(request)["id"]  # deleted at this moment, or else lost
        message = f"The bytes of the file {identity} are not in the service's folder any more. Upload it again."
        raise WireError(500, message, kind="server_error", again=False)
    headers = {"content-disposition": _disposition(record["filename"])}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _disposition(name: str) -> str:
    """How the name is told with the bytes: whole and encoded, and in a form for those who read no other (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9 !#$&+,.;=@^_`{}~()\[\]-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def delete(request: Request) -> Response:
    """Forget a file. A job that is to read it has it no more, and says so."""
    record, store = found(request), request.app.state.store
    store.files.remove(record["id"], lambda: store.remove("files", record["id"]))
    return JSONResponse({"id": record["id"], "object": "file", "deleted": True})


routes = [
    Route("/files", create, methods=["POST"]),
    Route("/files", index),
    Route("/files/{file}", retrieve),
    Route("/files/{file}", delete, methods=["DELETE"]),
    Route("/files/{file}/content", content),
]
