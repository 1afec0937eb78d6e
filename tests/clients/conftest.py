"""Services on a port, for the clients that are tried on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients.served import Served, served


@pytest.fixture(scope="module")
def tiny(new_home: Callable[[], Path]) -> Iterator[Served]:
    """A service that has the tiny base alone."""
    with served(new_home()) as service:
        yield service


@pytest.fixture(scope="module")
def pretrained(pretrained_home: Path) -> Iterator[Served]:
    """A service that has the pretrained base, and fetches the tiny one where it is asked for."""
    with served(pretrained_home) as service:
        yield service
