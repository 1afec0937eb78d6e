"""The integrations that a job names. They are kept with it, and nothing is sent anywhere."""

from __future__ import annotations

from typing import Any

from ftwidgets.service.wire import Record, WireError

MOST = 5
NOT_SENT = "Recorded with the job: integration with Weights & Biases. This service sends nothing to it, or anywhere"
FORM = '{"type": "wandb", "wandb": {"project": "...", "name": "...", "entity": "...", "tags": ["..."]}}'


def integrations_of(body: Record) -> list[Record]:
    """The integrations that a request to create a job names; none where it names none.

    Raises:
        WireError: one is of another kind or form, or they are too many.
    """
    given = body.get("integrations") or []
    if not isinstance(given, list) or len(given) > MOST or not all(map(_is_sound, given)):
        message = f"Invalid 'integrations': {given!r:.200} is not a list of up to {MOST} of the form {FORM}."
        raise WireError(400, message, param="integrations")
    return given


def _is_sound(one: Any) -> bool:
    if not isinstance(one, dict) or one.keys() != {"type", "wandb"} or one["type"] != "wandb":
        return False
    block = one["wandb"]
    if not isinstance(block, dict) or not block.keys() <= {"project", "name", "entity", "tags"}:
        return False
    tags = block.get("tags") or []
    return (
        bool(block.get("project"))
        and isinstance(block["project"], str)
        and all(isinstance(block.get(name) or "", str) for name in ("name", "entity"))
        and isinstance(tags, list)
        and all(isinstance(tag, str) for tag in tags)
    )
