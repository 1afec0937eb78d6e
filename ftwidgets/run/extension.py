"""What the embedded service can do beyond OpenAI's API; on another host the caller does without."""

from __future__ import annotations

from typing import Any

import openai

from ftwidgets.run.uploading import Client


def ask(client: Client, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The reply to a GET, or a POST with `body`, of `/ftwidgets/` + `path`; None where the host has no such thing."""
    url = str(client.base_url.copy_with(raw_path=f"/ftwidgets/{path}".encode()))
    try:
        reply = client.get(url, cast_to=object) if body is None else client.post(url, body=body, cast_to=object)
    except openai.APIError:
        return None
    return reply if isinstance(reply, dict) else None
