"""What the embedded service can do beyond OpenAI's API; on another host the caller does without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import openai
from openai import Stream

from ftwidgets.run.uploading import Client


def ask(client: Client, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The reply to a GET, or a POST with `body`, of `/ftwidgets/` + `path`; None where the host has no such thing."""
    url = _url(client, path)
    try:
        reply = client.get(url, cast_to=object) if body is None else client.post(url, body=body, cast_to=object)
    except openai.APIError:
        return None
    return reply if isinstance(reply, dict) else None


def listen(client: Client, path: str, *, silence: float) -> Iterator[dict[str, Any]]:
    """Each message of the stream `/ftwidgets/` + `path`, until the service ends it.

    Raises:
        openai.APIStatusError: the host has no such stream.
        openai.APIConnectionError: it was not reached, or was silent for so many seconds.
    """
    patient = client.with_options(max_retries=0, timeout=silence)
    with closing(patient.get(_url(client, path), cast_to=object, stream=True, stream_cls=Stream[object])) as stream:
        for message in stream:
            if isinstance(message, dict):
                yield message


def _url(client: Client, path: str) -> str:
    return str(client.base_url.copy_with(raw_path=f"/ftwidgets/{path}".encode()))


def sentence(error: openai.APIStatusError) -> str:
    """What the service said, as it said it: the SDK's own text is the whole reply."""
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.message)
