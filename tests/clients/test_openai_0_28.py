"""openai 0.28.1, the last client with `FineTune`, unmodified, in a course of its time, against a service on a port."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.abilities import CLIENTS
from tests.clients.served import Served, finished, python_with

SCRIPT = Path(__file__).parent / "openai_0_28.py"


@pytest.mark.soak
def test_the_old_client_and_its_commands_run_unchanged(pretrained: Served, tmp_path: Path) -> None:
    command = [str(python_with(CLIENTS["0.28"].requirements, tmp_path / "environment")), str(SCRIPT)]
    done = finished(command, tmp_path, pretrained.variables(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "everything answered"
