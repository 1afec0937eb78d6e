"""The clients that people have, unmodified, each with all of its calls against a service on a port."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.abilities import CLIENTS, Client
from tests.clients.served import Served, finished, node_with, python_with

HERE = Path(__file__).parent


def tried(client: Client, program: Path, service: Served, folder: Path) -> dict[str, Any]:
    """What the client's script said of each ability: None, or how it failed."""
    command = [str(program), str(HERE / client.script), *client.arguments]
    done = finished(command, folder, service.variables(folder))
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"ability"')]
    assert done.returncode == 0, done.stderr + "\n".join(line["error"] for line in lines if not line["ok"])
    return {line["ability"]: line.get("error") for line in lines}


def assert_all_ran(client: Client, said: dict[str, Any]) -> None:
    assert {name: error for name, error in said.items() if error} == {}
    assert set(said) == client.abilities


@pytest.mark.slow
@pytest.mark.parametrize("name", ["3.x", "async"])
def test_every_call_of_the_client_of_today_is_answered(name: str, tiny: Served, tmp_path: Path) -> None:
    client = CLIENTS[name]
    assert_all_ran(client, tried(client, Path(sys.executable), tiny, tmp_path))


@pytest.mark.slow
def test_every_call_of_the_client_before_is_answered(tiny: Served, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    client = CLIENTS["2.x"]
    cache = getattr(pytestconfig, "cache", None)  # its environment is kept for the next time
    name = "openai-2-{}.{}".format(*sys.version_info)
    folder = cache.mkdir("clients") / name if cache else tmp_path / "environment"
    assert_all_ran(client, tried(client, python_with(client.requirements, folder), tiny, tmp_path))


@pytest.mark.soak
@pytest.mark.parametrize("name", ["0.28", "wandb", "langchain"])
def test_every_call_of_another_python_client_is_answered(name: str, tiny: Served, tmp_path: Path) -> None:
    client = CLIENTS[name]
    python = python_with(client.requirements, tmp_path / "environment")
    assert_all_ran(client, tried(client, python, tiny, tmp_path))


@pytest.mark.soak
def test_every_call_of_the_client_for_javascript_is_answered(tiny: Served, tmp_path: Path) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node 20 or newer and npm: apt-get install nodejs npm")
    client = CLIENTS["javascript"]
    assert_all_ran(client, tried(client, node_with(client.requirements, tmp_path), tiny, tmp_path))
