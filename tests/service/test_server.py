"""The service as a process: a home that cannot be its home is told in one sentence, and is left as it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ftwidgets import connection
from ftwidgets.errors import InputError, ServiceError
from ftwidgets.service import lock
from ftwidgets.service.server import serve

NOT_OURS = Path("/sys/kernel")
"""A folder in which not even the system's owner can make one."""


def silent(_: str) -> None:
    raise AssertionError("it said that it answers")


@pytest.mark.skipif(not NOT_OURS.is_dir(), reason="there is no folder here that nobody can write to")
def test_a_home_that_cannot_be_written_to_is_told() -> None:
    for begin in (lambda: serve(NOT_OURS, ready=silent), lambda: connection.start(NOT_OURS)):
        with pytest.raises(InputError, match=r"/sys/kernel.* cannot be written to: .*FTWIDGETS_HOME"):
            begin()


def test_a_file_where_the_records_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "service").write_text("mine")
    with pytest.raises(InputError, match="cannot be written to"):
        serve(tmp_path, ready=silent)
    assert (tmp_path / "service").read_text() == "mine"


def test_two_services_of_one_home_are_one_too_many(new_home: Callable[[], Path]) -> None:
    home = new_home()
    held = lock.take(home / "service" / "lock")
    assert held is not None
    with pytest.raises(ServiceError, match="is running already"):
        serve(home, ready=silent)
    os.close(held)


def test_damaged_records_are_told_before_a_port_is_taken(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "store.sqlite").write_bytes(b"rubbish" * 1000)
    with pytest.raises(ServiceError, match="are damaged"):
        serve(tmp_path, ready=silent)
    assert not (tmp_path / "service" / "address.json").exists()
    assert (tmp_path / "service" / "store.sqlite").read_bytes() == b"rubbish" * 1000
