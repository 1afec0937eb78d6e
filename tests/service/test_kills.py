"""Whatever process is killed, whenever: what the service has acknowledged is there when it runs again."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.witness import Server, Witness, children


def killed(home: Path, rounds: int, seed: int) -> None:
    """So many kills, one after the other, in one home; then everything comes to its end."""
    server = Server(home)
    try:
        witness = Witness(server, seed)
        for number in range(1, rounds + 1):
            print(f"seed {seed}, kill {number}: {witness.round()}")
        witness.finish()
        first = next(iter(witness.jobs))
        assert witness.losses(first) == witness.losses(witness.repeated(first))
        below = children(server.process.pid)
    finally:
        server.close()
    assert not set(below) & set(children(1))  # none is left to itself


@pytest.mark.slow
def test_ten_kills_lose_nothing(new_home: Callable[[], Path]) -> None:
    """The moments are drawn by a seed: in requests, between steps, while a model answers."""
    killed(new_home(), rounds=10, seed=7)


@pytest.mark.soak
def test_a_hundred_kills_lose_nothing(new_home: Callable[[], Path]) -> None:
    """The moments are others each time; the seed is printed."""
    killed(new_home(), rounds=100, seed=random.SystemRandom().randrange(10**6))


@pytest.mark.slow
def test_a_training_that_is_killed_again_and_again_at_one_place_fails_with_a_sentence(new_home: Any) -> None:
    server = Server(new_home())
    try:
        witness = Witness(server, seed=1)
        job = witness.launch()
        while server.client.fine_tuning.jobs.retrieve(job).finished_at is None:
            server.kill("worker")
        ended = server.client.fine_tuning.jobs.retrieve(job)
        assert ended.status == "failed"
        assert ended.error
        assert "was killed (signal 9) 4 times after step 0" in ended.error.message
        said = [event.message for event in server.client.fine_tuning.jobs.list_events(job)]
        assert sum("goes on from its last saved step" in message for message in said) == 3
    finally:
        server.close()
