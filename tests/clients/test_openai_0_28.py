"""openai 0.28.1, the last client with `FineTune`, unmodified, against a service on a port."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import Served

SCRIPT = Path(__file__).parent / "openai_0_28.py"


@pytest.mark.soak
def test_the_old_client_and_its_commands_run_unchanged(
    served: Served, python_with: Callable[..., Path], tmp_path: Path
) -> None:
    python = python_with("openai==0.28.1")
    command = [str(python), str(SCRIPT)]
    done = subprocess.run(
        command, env=served.environment, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "everything answered"
