"""What the embedded service can do beyond OpenAI's API; on another host the caller does without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import openai
from openai import Stream

from ftwidgets.errors import FtwidgetsError
from ftwidgets.run.client import Client, in_words


def ask(client: Client, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The reply to a GET, or a POST with `body`, of `/ftwidgets/` + `path`; None where the host has no such thing."""
    try:
        return demand(client, path, body)
    except (openai.APIError, FtwidgetsError):
        return None


def demand(
    client: Client, path: str, body: dict[str, Any] | None = None, *, remove: bool = False
) -> dict[str, Any] | None:
    """As `ask`, but a refusal by the embedded service is heard; with `remove` it is a DELETE.

    Raises:
        InputError: the embedded service refuses; the message is its sentence.
        ServiceError: nothing answers at the client's address.
    """
    url = _url(client, path)
    try:
        if remove:
            reply = client.delete(url, cast_to=object)
        else:
            reply = client.get(url, cast_to=object) if body is None else client.post(url, body=body, cast_to=object)
    except openai.APIStatusError as error:
        if _is_ours(error):
            with in_words(client):
                raise
        return None
    except openai.APIConnectionError:
        with in_words(client):
            raise
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


def _is_ours(error: openai.APIStatusError) -> bool:
    """Whether it is the embedded service that refuses, for another reason than that it is too old to know the path."""
    ours = error.response.headers.get("openai-organization") == "org-ftwidgets"
    return ours and not (error.status_code == 404 and error.code is None)


def _url(client: Client, path: str) -> str:
    return str(client.base_url.copy_with(raw_path=f"/ftwidgets/{path}".encode()))
