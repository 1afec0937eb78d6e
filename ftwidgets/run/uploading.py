"""Bring a data set to the service."""

from __future__ import annotations

import os
from typing import Any

from ftwidgets.data import Dataset, load

Client = Any
"""An `openai.OpenAI`, or anything that has its methods."""


def upload(client: Client, data: Dataset | str | os.PathLike[str]) -> str:
    """Upload a data set, or the file at a path, for fine-tuning; returns the file's id.

    Raises:
        InputError: there is no such file.
        openai.APIError: the service refuses it.
    """
    data = data if isinstance(data, Dataset) else load(data)
    name = data.name if data.name.endswith(".jsonl") else f"{data.name}.jsonl"
    return str(client.files.create(file=(name, data.to_bytes()), purpose="fine-tune").id)
