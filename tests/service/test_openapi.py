"""The service's own description is whole and true, and no request that can be made from it makes the service fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftwidgets.service.app import create_app
from ftwidgets.service.components import COMPONENTS
from ftwidgets.service.openapi import OPERATIONS, Operation, endpoints
from tests.conftest import until
from tests.service.requests_drawn import anything, drawn_body, drawn_form, drawn_text

HELLO: Any = {"role": "user", "content": "Hello"}
PAIRS = b'{"prompt": "a", "completion": " b"}\n' * 3

QUIET = {("GET", "/ftwidgets/jobs/{job}/stream"), ("POST", "/ftwidgets/stop")}
"""A stream ends with its job, and a service that has stopped says nothing more: they have tests of their own."""


HERE = [(method, path) for method, path, _ in endpoints(create_app(Path(), "sk-test").routes)]


REFUSED = {
    ("POST", "/ftwidgets/measure"),
    *(("POST", f"/v1/fine_tuning/jobs/{{job}}/{deed}") for deed in ("cancel", "pause", "resume")),
    ("POST", "/v1/fine-tunes/{job}/cancel"),
    ("DELETE", "/v1/fine-tunes/{job}"),
}
"""What is drawn here is refused: a measurement of no rows, and whatever one would do to a job that has ended."""


@pytest.fixture(scope="module")
def service(new_home: Any, open_service: Any) -> Any:
    """A service of these tests' own: they delete what they find."""
    with open_service(new_home()) as service:
        yield service


@pytest.fixture(scope="module")
def trained(service: Any) -> Any:
    """A job that has ended well."""
    return service.ended(service.job().id)


@pytest.fixture(scope="module")
def legacy(service: Any) -> str:
    """A job of the legacy endpoint that has ended."""
    order = {"training_file": service.upload(PAIRS), "model": "random-tiny", "n_epochs": 1}
    job: str = service.post("fine-tunes", order).json()["id"]
    until(lambda: service.get(f"fine-tunes/{job}")["status"] == "succeeded")
    return job


@pytest.fixture(scope="module")
def document(service: Any) -> Any:
    return service.http.get("/openapi.json", headers=service.headers).json()


@pytest.fixture
def known(service: Any, trained: Any, legacy: str) -> dict[str, list[Any]]:
    """What is there to be named, by the parameters that name it; some of it new for each endpoint."""
    client, headers = service.client, service.headers
    checkpoint = client.fine_tuning.jobs.checkpoints.list(trained.id).data[0]
    models = ["random-tiny", trained.fine_tuned_model, checkpoint.fine_tuned_model_checkpoint]
    files = [service.upload(), service.upload(), service.upload(b"{}\n")]
    uploads = [
        client.uploads.create(filename="a.txt", bytes=1, mime_type="text/plain", purpose="user_data") for _ in range(3)
    ]
    parts = [client.uploads.parts.create(uploads[0].id, data=b"x").id]
    said = client.chat.completions.create(model="random-tiny", messages=[HELLO], max_tokens=1, store=True)
    key = service.http.post("/ftwidgets/keys", json={"name": uploads[0].id}, headers=headers).json()["id"]
    shared = client.fine_tuning.checkpoints.permissions.create(models[2], project_ids=[key]).data[0].id
    same = {
        "type": "string_check",
        "name": "same",
        "input": "{{sample.output_text}}",
        "reference": "a",
        "operation": "eq",
    }
    few = [0, 1, 3, -1, 2.5, "many"]
    return {
        "model": models,
        "training_file": files,
        "validation_file": files,
        "file": files,
        "job": [trained.id, legacy],
        "upload": [upload.id for upload in uploads],
        "part_ids": [parts],
        "completion": [said.id],
        "permission": [shared],
        "key": [key],
        "project_ids": [[key]],
        "messages": [[HELLO]],
        "grader": [same, {"type": "multi", "name": "m", "graders": {"same": same}, "calculate_output": "same"}],
        "max_tokens": few,
        "max_completion_tokens": few,
        "n_epochs": [1, 0, "auto", None],
        "method": [{"type": "supervised"}, {"type": "dpo"}, {"type": "reinforcement"}, None],
    }


def test_it_tells_every_endpoint_and_nothing_else(document: Any) -> None:
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == set(OPERATIONS)


def test_its_schemas_are_schemas_and_its_references_lead_somewhere(document: Any) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    named = {where.rsplit("/", 1)[1] for where in references(document)}
    assert named <= set(COMPONENTS)


def references(value: Any) -> set[str]:
    """Every reference in a document."""
    if isinstance(value, list):
        return {where for one in value for where in references(one)}
    if not isinstance(value, dict):
        return set()
    inner = {where for one in value.values() for where in references(one)}
    return inner | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", sorted(set(HERE) - QUIET, key=lambda one: (one[0] == "DELETE", one)), ids=" ".join)
def test_no_request_makes_the_service_fail(
    service: Any, document: Any, known: dict[str, list[Any]], endpoint: tuple[str, str]
) -> None:
    method, path = endpoint
    operation, schemas = OPERATIONS[endpoint], document["components"]["schemas"]
    told = document["paths"][path][method.lower()]["responses"]["200"].get("content", {})

    met = []

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def law(data: st.DataObject) -> None:
        reply = ask(service, data, method, path, operation, known)
        met.append(reply.status_code)
        assert reply.status_code < 500, reply.text
        if reply.status_code != 200:
            holds(reply.json(), {"$ref": "#/components/schemas/Error"}, schemas)
        elif told and reply.headers["content-type"] == "application/json":
            holds(reply.json(), told["application/json"]["schema"], schemas)

    law()
    assert 200 in met or endpoint in REFUSED, set(met)


def ask(service: Any, data: Any, method: str, path: str, operation: Operation, known: dict[str, list[Any]]) -> Any:
    """Draw a request to an endpoint, and make it."""
    for name in [piece[1:-1] for piece in path.split("/") if piece.startswith("{")]:
        path = path.replace(f"{{{name}}}", data.draw(drawn_text(known.get(name, ["ftjob-x"])), name))
    query = {
        name: data.draw(drawn_text(schema.get("enum", ["1", "2", *map(str, known.get("job", []))])), name)
        for name, schema in operation.query.items()
        if data.draw(st.booleans(), f"with {name}")
    }
    options: dict[str, Any] = {"params": query, "headers": service.headers}
    if operation.body:
        options["json"] = data.draw(drawn_body({"$ref": f"#/components/schemas/{operation.body}"}, COMPONENTS, known))
    elif operation.form:
        options |= data.draw(drawn_form(operation.form["properties"]))
    elif method == "POST":
        options["json"] = data.draw(anything)
    return service.http.request(method, path, **options)


def holds(value: Any, schema: Any, schemas: Any) -> None:
    """A reply is what the document says."""
    jsonschema.Draft202012Validator(schema | {"components": {"schemas": schemas}}).validate(value)
