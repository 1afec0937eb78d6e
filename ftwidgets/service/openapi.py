"""`/openapi.json`: the service's own description, made from its routes, with what each takes and gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from ftwidgets.service.components import COMPONENTS
from ftwidgets.service.schemas import EXPIRY, PURPOSE, Schema, named, page_of, record, text, whole

AFTER = {"after": text()}
LISTED = AFTER | {"limit": whole(0)}
ORDER = {"order": text("asc", "desc")}
FILE: Schema = {"type": "string", "format": "binary"}


class Operation(NamedTuple):
    """What an endpoint takes and gives: `query` parameters, a `body` and a `reply`, both names of components.

    `form` is a multipart body. A reply that is a list is the name of its items in brackets; None is of
    another type than JSON.
    """

    reply: str | None
    body: str | None = None
    query: dict[str, Schema] = {}  # noqa: RUF012
    form: Schema | None = None


V1: dict[tuple[str, str], Operation] = {
    ("POST", "/files"): Operation(
        "File", form=record("file purpose", file=FILE, purpose=PURPOSE, expires_after=EXPIRY)
    ),
    ("GET", "/files"): Operation("[File]", query=LISTED | ORDER | {"purpose": text()}),
    ("GET", "/files/{file}"): Operation("File"),
    ("DELETE", "/files/{file}"): Operation("Deleted"),
    ("GET", "/files/{file}/content"): Operation(None),
    ("POST", "/uploads"): Operation("Upload", "CreateUpload"),
    ("POST", "/uploads/{upload}/parts"): Operation("Part", form=record("data", data=FILE)),
    ("POST", "/uploads/{upload}/complete"): Operation("Upload", "CompleteUpload"),
    ("POST", "/uploads/{upload}/cancel"): Operation("Upload"),
    ("POST", "/fine_tuning/jobs"): Operation("Job", "CreateJob"),
    ("GET", "/fine_tuning/jobs"): Operation("[Job]", query=LISTED | {"metadata": text()}),
    ("GET", "/fine_tuning/jobs/{job}"): Operation("Job"),
    ("POST", "/fine_tuning/jobs/{job}/cancel"): Operation("Job"),
    ("POST", "/fine_tuning/jobs/{job}/pause"): Operation("Job"),
    ("POST", "/fine_tuning/jobs/{job}/resume"): Operation("Job"),
    ("GET", "/fine_tuning/jobs/{job}/events"): Operation("[Event]", query=LISTED),
    ("GET", "/fine_tuning/jobs/{job}/checkpoints"): Operation("[Checkpoint]", query=LISTED),
    ("GET", "/fine_tuning/checkpoints/{model}/permissions"): Operation(
        "[Permission]", query=LISTED | {"order": text("ascending", "descending"), "project_id": text()}
    ),
    ("POST", "/fine_tuning/checkpoints/{model}/permissions"): Operation("[Permission]", "CreatePermission"),
    ("DELETE", "/fine_tuning/checkpoints/{model}/permissions/{permission}"): Operation("Deleted"),
    ("POST", "/fine_tuning/alpha/graders/validate"): Operation("Object", "ValidateGrader"),
    ("POST", "/fine_tuning/alpha/graders/run"): Operation("Object", "RunGrader"),
    ("GET", "/models"): Operation("Models"),
    ("GET", "/models/{model}"): Operation("Model"),
    ("DELETE", "/models/{model}"): Operation("Deleted"),
    ("POST", "/chat/completions"): Operation("ChatCompletion", "CreateChatCompletion"),
    ("GET", "/chat/completions"): Operation("[Object]", query=LISTED | ORDER | {"model": text()}),
    ("GET", "/chat/completions/{completion}"): Operation("ChatCompletion"),
    ("POST", "/chat/completions/{completion}"): Operation("ChatCompletion", "UpdateChatCompletion"),
    ("DELETE", "/chat/completions/{completion}"): Operation("Deleted"),
    ("GET", "/chat/completions/{completion}/messages"): Operation("[Object]", query=LISTED | ORDER),
    ("POST", "/completions"): Operation("Completion", "CreateCompletion"),
    ("POST", "/fine-tunes"): Operation("FineTune", "CreateFineTune"),
    ("GET", "/fine-tunes"): Operation("Object"),
    ("GET", "/fine-tunes/{job}"): Operation("FineTune"),
    ("DELETE", "/fine-tunes/{job}"): Operation("Deleted"),
    ("POST", "/fine-tunes/{job}/cancel"): Operation("FineTune"),
    ("GET", "/fine-tunes/{job}/events"): Operation("Object", query={"stream": text("true", "false")}),
}
OWN: dict[tuple[str, str], Operation] = {
    ("GET", "/info"): Operation("Object"),
    ("POST", "/count"): Operation("Object", "Count"),
    ("POST", "/fetch"): Operation("Object", "Fetch"),
    ("POST", "/stop"): Operation("Object"),
    ("GET", "/jobs/{job}/events"): Operation("Object", query={"after": whole(0), "limit": whole(0)}),
    ("GET", "/jobs/{job}/stream"): Operation(None, query={"after": whole(0)}),
    ("POST", "/estimate"): Operation("Object", "Estimate"),
    ("POST", "/measure"): Operation("Object", "Measure"),
    ("GET", "/keys"): Operation("[Key]"),
    ("POST", "/keys"): Operation("Key", "CreateKey"),
    ("DELETE", "/keys/{key}"): Operation("Deleted"),
    ("POST", "/keys/{key}/renew"): Operation("Key"),
}
OPERATIONS = {
    (method, prefix + path): operation
    for prefix, operations in (("/v1", V1), ("/ftwidgets", OWN))
    for (method, path), operation in operations.items()
}


def document(routes: Iterable[BaseRoute]) -> Schema:
    """The OpenAPI document of these routes."""
    paths: dict[str, Schema] = {}
    for method, path, route in endpoints(routes):
        said = (route.endpoint.__doc__ or "").strip().splitlines()
        paths.setdefault(path, {})[method.lower()] = _described(OPERATIONS[method, path], path, said[0])
    return {
        "openapi": "3.1.0",
        "info": {"title": "ftwidgets", "version": version("ftwidgets")},
        "paths": paths,
        "components": {
            "schemas": COMPONENTS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }


def endpoints(routes: Iterable[BaseRoute], prefix: str = "") -> Iterable[tuple[str, str, Route]]:
    """Each endpoint's method and path, the latter with plain names for its parameters."""
    for route in routes:
        if isinstance(route, Mount):
            yield from endpoints(route.routes or [], prefix + route.path)
        elif isinstance(route, Route) and prefix:
            path = prefix + re.sub(r":path\}", "}", route.path)
            yield from ((method, path, route) for method in sorted(route.methods or ()) if method != "HEAD")


def _described(operation: Operation, path: str, summary: str) -> Schema:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": text()} for name in re.findall(r"\{(\w+)\}", path)
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in operation.query.items()]
    body = {}
    if operation.body:
        body = {"requestBody": _content("application/json", named(operation.body)) | {"required": True}}
    elif operation.form:
        body = {"requestBody": _content("multipart/form-data", operation.form) | {"required": True}}
    replies = {
        "200": {"description": "Done"} | _reply(operation.reply),
        "default": {"description": "Refused"} | _content("application/json", named("Error")),
    }
    return {"summary": summary, "parameters": parameters, **body, "responses": replies}


def _reply(reply: str | None) -> Schema:
    if reply is None:
        return {}
    schema = page_of(reply.strip("[]")) if reply.startswith("[") else named(reply)
    return _content("application/json", schema)


def _content(media: str, schema: Schema) -> Schema:
    return {"content": {media: {"schema": schema}}}


def serve(request: Request) -> Response:
    """The document itself."""
    return JSONResponse(document(request.app.routes))


routes = [Route("/openapi.json", serve)]
