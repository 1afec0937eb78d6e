"""The SDK's client, and what it raises as a sentence of ours: a learner reads what is wrong, and not a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai

from ftwidgets.errors import InputError, ServiceError

Client = Any
"""An `openai.OpenAI`, or anything that has its methods."""


@contextmanager
def in_words(client: Client) -> Iterator[None]:
    """Do what the service may refuse. The SDK's own error is the cause of ours.

    Raises:
        InputError: the service refuses, and this is its sentence.
        ServiceError: nothing answers at the client's address, or the service met a fault.
    """
    try:
        yield
    except openai.APIStatusError as error:
        kind = InputError if error.status_code < 500 else ServiceError
        raise kind(sentence(error)) from error
    except openai.APIConnectionError as error:
        raise ServiceError(
            f"The service at {client.base_url} does not answer. The embedded one is started again by: "
            "client = ft.connect()"
        ) from error


def sentence(error: openai.APIStatusError) -> str:
    """What the service said, as it said it: the SDK's own text is the whole reply."""
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.message)
