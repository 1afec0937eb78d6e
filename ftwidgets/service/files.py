"""`/v1/files`: the learner's uploads and the jobs' result files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from ftwidgets.data import jsonl
from ftwidgets.home import write_atomically
from ftwidgets.service.holdings import Holdings, holdings
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record, WireError, integer, limit_of, new_id, now, page

PURPOSES = ("fine-tune", "assistants", "batch", "vision", "user_data", "evals")
LARGEST = 512 * 2**20


async def create(request: Request) -> Response:
    """Take in a file; one for fine-tuning must hold a JSON object on each line."""
    async with request.form() as form:
        upload, purpose = form.get("file"), form.get("purpose")
        if not isinstance(upload, UploadFile):
            raise WireError(400, "The part 'file' is missing: send the file as multipart/form-data.", param="file")
        if purpose not in PURPOSES:
            shown = purpose if isinstance(purpose, str) else "a file"
            raise WireError(400, f"'{shown}' is not one of {list(PURPOSES)} - 'purpose'", param="purpose")
        if (upload.size or 0) > LARGEST:
            raise WireError(413, f"The file has {upload.size} bytes; up to {LARGEST} can be uploaded.", param="file")
        own, name, expires = holdings(request), upload.filename or "file", _expiry(form)
        kept = run_in_threadpool(keep, own, upload.file, name, str(purpose), expires_after=expires)
        return JSONResponse(await kept)


def _expiry(form: FormData) -> int | None:
    given = form.get("expires_after[seconds]")
    if given is None:
        return None
    body: Record = {"seconds": int(str(given)) if re.fullmatch("[0-9]{1,9}", str(given)) else given}
    return integer(body, "seconds", 3600, 2_592_000, place="expires_after[seconds]")


def keep(own: Holdings, source: IO[bytes], name: str, purpose: str, *, expires_after: int | None = None) -> Record:
    """Keep a file's bytes and its record.

    Raises:
        WireError: it is for fine-tuning and is not JSONL; then nothing is kept.
    """
    identity = new_id("file-", 22)
    path = own.store.blob(identity)

    def write(temporary: Path) -> None:
        with open(temporary, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        if purpose == "fine-tune":
            _refuse_other_than_jsonl(temporary)

    write_atomically(path, write)
    record: Record = {
        "id": identity,
        "object": "file",
        "bytes": path.stat().st_size,
        "created_at": now(),
        "expires_at": now() + expires_after if expires_after else None,
        "filename": name,
        "purpose": purpose,
        "status": "processed",
        "status_details": None,
    }
    own.add("files", record, purpose=purpose, expires=record["expires_at"])
    return record


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
    where = {"purpose": query["purpose"]} if "purpose" in query else {}
    oldest_first = query.get("order") == "asc"
    records = holdings(request).page("files", limit, query.get("after"), oldest_first=oldest_first, **where)
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
    return FileResponse(path, media_type="application/octet-stream", filename=record["filename"])


def delete(request: Request) -> Response:
    """Forget a file. A job that is to read it has it no more, and says so."""
    record = found(request)
    store: Store = request.app.state.store
    store.remove("files", record["id"])
    store.blob(record["id"]).unlink(missing_ok=True)
    return JSONResponse({"id": record["id"], "object": "file", "deleted": True})


routes = [
    Route("/files", create, methods=["POST"]),
    Route("/files", index),
    Route("/files/{file}", retrieve),
    Route("/files/{file}", delete, methods=["DELETE"]),
    Route("/files/{file}/content", content),
]
