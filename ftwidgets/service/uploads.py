"""`/v1/uploads`: a large file in parts, which may come in any order and at once; complete decides what becomes of them.

What is wrong with the parts leaves the upload pending: more parts may be sent, or it may be cancelled (our choice).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.service.blobs import flush
from ftwidgets.service.disk import require_room
from ftwidgets.service.files import examined, lifetime_of, purpose_of, refuse_too_many
from ftwidgets.service.forms import LONGEST_NAME, received
from ftwidgets.service.holdings import Holdings, holdings
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record, WireError, body_of, integer, mapping, new_id, now, text

LARGEST = 8 * 2**30
"""Bytes of a file that is sent in parts."""

LARGEST_PART = 64 * 2**20
MOST_PARTS = 10_000
MOST_PENDING = 1000
"""Uploads of one key that are under way (our choice)."""

HOUR = 3600


async def create(request: Request) -> Response:
    """Announce a file that will come in parts."""
    return JSONResponse(await run_in_threadpool(_create, holdings(request), await body_of(request)))


def _create(own: Holdings, body: Record) -> Record:
    name = text(body, "filename", required=True, longest=LONGEST_NAME)
    text(body, "mime_type", required=True, longest=255)  # told nowhere again; a file's use is its purpose
    purpose = purpose_of(text(body, "purpose", required=True))
    lifetime = lifetime_of(mapping(body, "expires_after"), purpose, "expires_after.{}")
    size = integer(body, "bytes", 0, LARGEST)
    if size is None:
        raise WireError(400, "The parameter 'bytes' is missing.", param="bytes")
    if own.count("uploads", status="pending") >= MOST_PENDING:
        raise WireError(400, f"There are {MOST_PENDING} pending uploads. Complete or cancel some of them first.")
    require_room(own.store.folder, size)
    record = {
        "id": new_id("upload_"),
        "object": "upload",
        "bytes": size,
        "created_at": now(),
        "expires_at": now() + HOUR,
        "filename": name,
        "purpose": purpose,
        "status": "pending",
        "file": None,
    }
    own.add("uploads", record, status="pending", expires=record["expires_at"], lifetime=lifetime)
    return record


async def add_part(request: Request) -> Response:
    """Take in a part of an upload."""
    own, upload, identity = holdings(request), request.path_params["upload"], new_id("part_")
    await run_in_threadpool(_pending, own, upload)
    with own.store.parts.arrival(identity) as path:
        form = await received(request, "data", path, LARGEST_PART)
        record = await run_in_threadpool(_add_part, own, upload, identity, form.size)
    own.store.parts.path(identity)
    return JSONResponse(record)


def _add_part(own: Holdings, upload: str, identity: str, size: int) -> Record:
    record = {"id": identity, "object": "upload.part", "created_at": now(), "upload_id": upload}
    with own.store.transaction():
        _pending(own, upload)
        sizes = [size for _, size in own.store.pairs("parts", "id", "bytes", upload=upload)]
        if len(sizes) >= MOST_PARTS or sum(sizes) + size > LARGEST:
            limits = f"up to {MOST_PARTS:,} parts, and {LARGEST // 2**30} GB"
            raise WireError(400, f"The upload {upload} has as many parts as it may have: {limits}. Cancel it.")
        own.store.add("parts", record, upload=upload, bytes=size)
    return record


async def complete(request: Request) -> Response:
    """Make a file of the parts, in the order in which they are named."""
    own, upload, body = holdings(request), request.path_params["upload"], await body_of(request)
    return JSONResponse(await run_in_threadpool(_complete, own, upload, body))


def _complete(own: Holdings, upload: str, body: Record) -> Record:
    announced, store = _pending(own, upload), own.store
    parts, md5 = _chosen(store, announced, body), text(body, "md5", longest=32)
    refuse_too_many(own)
    require_room(store.folder, announced["bytes"])
    file = new_id("file-", 22)
    with store.files.arrival(file) as path:
        try:
            _join(path, (store.parts.path(part) for part in parts), md5)
        except FileNotFoundError:
            _pending(own, upload)  # it was cancelled, or completed by another request, at this moment
            raise
        lifetime = own.columns("uploads", upload)["lifetime"]
        name, purpose = announced["filename"], announced["purpose"]
        record = examined(file, path, name=name, purpose=purpose, lifetime=lifetime)
        completed = end(own, upload, "completed", file=record)
    store.blob(file)
    return completed


def _chosen(store: Store, upload: Record, body: Record) -> list[str]:
    """The parts that the request names, which must be the upload's own, and as many bytes as were announced."""
    named = body.get("part_ids")
    if not isinstance(named, list) or not all(isinstance(part, str) for part in named):
        raise WireError(400, "'part_ids' must be the list of the parts' ids, in their order.", param="part_ids")
    sizes = dict(store.pairs("parts", "id", "bytes", upload=upload["id"]))
    seen: set[str] = set()
    for part in named:
        if part not in sizes:
            message = f"'{part:.60}' is not a part of the upload {upload['id']}, which has {len(sizes)}."
            raise WireError(400, message, param="part_ids")
        if part in seen:
            raise WireError(400, f"The part {part} is named twice.", param="part_ids")
        seen.add(part)
    total = sum(sizes[part] for part in named)
    if total != upload["bytes"]:
        message = f"These parts have {total:,} bytes, and {upload['bytes']:,} were announced."
        raise WireError(400, f"{message} Send what is missing, or cancel the upload.", param="part_ids")
    return named


def _join(path: Path, parts: Iterable[Path], md5: str | None) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "wb") as target:
        for part in parts:
            with open(part, "rb") as source:
                while block := source.read(2**20):
                    require_room(path.parent, len(block))  # another may take the room meanwhile
                    target.write(block)
                    if md5 is not None:
                        digest.update(block)
    flush(path)
    if md5 is not None and digest.hexdigest() != md5.lower():
        message = f"The parts have, in this order, the MD5 {digest.hexdigest()}, not {md5}. Send again what differs."
        raise WireError(400, message, param="md5")


def end(own: Holdings, upload: str, status: str, *, file: Record | None = None) -> Record:
    """Let an upload that is pending come to its end, and its parts go; with `file`, that one is kept.

    Of several requests at once, one does so.

    Raises:
        WireError: it is not pending any more.
    """
    store = own.store
    with store.transaction():
        record = _pending(own, upload, expires=status != "expired") | {"status": status, "file": file}
        if file is not None:
            own.add("files", file, purpose=file["purpose"], expires=file["expires_at"])
        store.update("uploads", record, status=status, expires=None)
        parts = [part for part, _ in store.pairs("parts", "id", "bytes", upload=upload)]
        for part in parts:
            store.remove("parts", part)
    for part in parts:
        store.parts.discard(part)
    return record


def cancel(request: Request) -> Response:
    """Let an upload go."""
    return JSONResponse(end(holdings(request), request.path_params["upload"], "cancelled"))


def _pending(own: Holdings, upload: str, *, expires: bool = True) -> Record:
    """The record of an upload that is under way.

    Raises:
        WireError: there is none, or it has come to an end.
    """
    record = own.get("uploads", upload)
    if record is None:
        raise WireError(404, f"No such Upload object: {upload}", param="id")  # our words, after those for a file
    status = record["status"]
    if status == "pending" and expires and record["expires_at"] <= now():
        status = "expired"
    if status != "pending":
        raise WireError(400, f"The upload {upload} has the status '{status}'. Create another one.", param="id")
    return record


routes = [
    Route("/uploads", create, methods=["POST"]),
    Route("/uploads/{upload}/parts", add_part, methods=["POST"]),
    Route("/uploads/{upload}/complete", complete, methods=["POST"]),
    Route("/uploads/{upload}/cancel", cancel, methods=["POST"]),
]
