from __future__ import annotations

from urllib.parse import quote

import openai
import pytest
from openai.types.fine_tuning.checkpoints import PermissionCreateResponse, PermissionRetrieveResponse


@pytest.fixture
def checkpoint(service, trained):
    first = service.client.fine_tuning.jobs.checkpoints.list(trained.id).data[-1]
    return first.fine_tuned_model_checkpoint


def permissions(service):
    return service.client.fine_tuning.checkpoints.permissions


def says(client, model):
    messages = [{"role": "user", "content": "Word 3?"}]
    return client.chat.completions.create(model=model, messages=messages, max_tokens=3, temperature=0)


def test_a_key_with_a_permission_may_use_the_checkpoint_until_it_is_taken_back(service, checkpoint, another, other_key):
    with pytest.raises(openai.NotFoundError):
        says(another, checkpoint)
    (given,) = permissions(service).create(checkpoint, project_ids=[other_key[0]])
    PermissionCreateResponse.model_validate(given.model_dump(), strict=True)
    assert given.id.startswith("cp_")
    assert given.project_id == other_key[0]
    assert says(another, checkpoint).choices == says(service.client, checkpoint).choices
    assert another.models.retrieve(checkpoint).id == checkpoint
    for forbidden in (another.models.delete, permissions_of(another).list):
        with pytest.raises(openai.NotFoundError):
            forbidden(checkpoint)
    (again,) = permissions(service).create(checkpoint, project_ids=[other_key[0]])
    assert again.id == given.id
    gone = permissions(service).delete(given.id, fine_tuned_model_checkpoint=checkpoint)
    assert (gone.id, gone.object, gone.deleted) == (given.id, "checkpoint.permission", True)
    with pytest.raises(openai.NotFoundError):
        says(another, checkpoint)
    with pytest.raises(openai.NotFoundError):
        permissions(service).delete(given.id, fine_tuned_model_checkpoint=checkpoint)


def permissions_of(client):
    return client.fine_tuning.checkpoints.permissions


def test_permissions_are_listed_for_a_checkpoint_raw_and_percent_encoded(service, checkpoint, other_key):
    (given,) = permissions(service).create(checkpoint, project_ids=[other_key[0]])
    path = "fine_tuning/checkpoints/{}/permissions"
    raw = service.get(path.format(quote(checkpoint, safe="")))
    PermissionRetrieveResponse.model_validate(raw, strict=True)
    assert raw == service.get(path.format(checkpoint))
    assert (raw["first_id"], raw["last_id"], raw["has_more"]) == (given.id, given.id, False)
    assert [one.id for one in permissions(service).list(checkpoint, order="ascending", limit=1)] == [given.id]
    assert permissions(service).list(checkpoint, project_id="key_other").data == []
    permissions(service).delete(given.id, fine_tuned_model_checkpoint=checkpoint)


def test_a_project_is_a_key_that_exists(service, checkpoint):
    for projects in (["proj_abc"], [], ["home"], "key_1", [7]):
        reply = service.post(f"fine_tuning/checkpoints/{checkpoint}/permissions", {"project_ids": projects})
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, "project_ids")


def test_only_a_checkpoint_of_ones_own_can_be_shared(service, checkpoint, another, other_key):
    for client, model in ((another, checkpoint), (service.client, "random-tiny"), (service.client, "ft:unknown")):
        with pytest.raises(openai.NotFoundError):
            permissions_of(client).create(model, project_ids=[other_key[0]])
