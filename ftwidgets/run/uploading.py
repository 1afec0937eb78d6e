"""Bring a data set to the service."""

from __future__ import annotations

import os

from ftwidgets.data import Dataset, load
from ftwidgets.run.client import Client, in_words


def upload(client: Client, data: Dataset | str | os.PathLike[str]) -> str:
    """Upload a data set, or the file at a path, for fine-tuning; returns the file's id.

    Raises:
        InputError: there is no such file, or the service refuses it.
        ServiceError: nothing answers at the client's address.
    """
    data = data if isinstance(data, Dataset) else load(data)
    name = data.name if data.name.endswith(".jsonl") else f"{data.name}.jsonl"
    with in_words(client):
        return str(client.files.create(file=(name, data.to_bytes()), purpose="fine-tune").id)
