"""The whole kit for this machine, from the package index to a model that was trained with the network off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ftwidgets.kit.install import this_platform
from ftwidgets.kit.target import PLATFORMS
from tests.cli.conftest import ROWS, program, write

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(this_platform() not in PLATFORMS, reason="kits are not made for this machine"),
]

NOBODY = "http://127.0.0.1:9"
"""Where nobody listens: what goes anywhere but to this machine itself fails."""

OFFLINE = {"http_proxy": NOBODY, "https_proxy": NOBODY, "all_proxy": NOBODY, "no_proxy": "127.0.0.1,localhost"}


def without_network() -> list[str]:
    """The beginning of a command that takes the network away for good; empty where that is not allowed."""
    for command in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        try:
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
        except OSError:
            break
    return []


def run(command: Sequence[str | Path], place: Path) -> str:
    """What a learner's command says; whatever this session has set up for itself is gone."""
    ours = ("PIP_", "PYTHON", "FTWIDGETS_", "OPENAI_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = kept | OFFLINE | {upper.upper(): value for upper, value in OFFLINE.items()}
    environment |= {"FTWIDGETS_HOME": str(place / "home"), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run([*map(str, command)], cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit for this machine; made twice, it is not fetched twice."""
    folder = tmp_path_factory.mktemp("kit")
    made = program("kit", folder / "stick", home=folder / "teacher")
    assert made.status == 0, made.err
    assert "everything is here" in program("kit", folder / "stick", home=folder / "teacher").out
    return folder / "stick"


def test_from_a_kit_a_learner_installs_and_trains_with_the_network_off(kit: Path, tmp_path: Path) -> None:
    place = tmp_path / "learner"
    place.mkdir()
    said = run([*without_network(), sys.executable, kit / "install.py", place / "ftwidgets"], place)
    assert "smollm2-135m-instruct is in" in said
    folder = place / "ftwidgets" / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    assert "smollm2-135m-instruct is here" in run([folder / "ftwidgets", "doctor"], place)
    write(place / "rows.jsonl", ROWS)
    try:
        run([folder / "ftwidgets", "run", "rows.jsonl", "--epochs", "1", "--out", "report"], place)
    finally:
        run([folder / "ftwidgets", "stop"], place)
    report = json.loads((place / "report" / "report.json").read_text("utf-8"))
    assert (report["status"], report["model"]) == ("succeeded", "smollm2-135m-instruct")


def test_the_lines_of_the_leaflet_install_with_pip_alone(kit: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    line = "-m pip install --no-index --find-links wheels"
    assert f'{line} "ftwidgets[local]"' in (kit / "README.txt").read_text("utf-8")
    run([sys.executable, "-m", "venv", environment], tmp_path)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wheels = ["--no-index", "--find-links", kit / "wheels", "ftwidgets[local]"]
    run([*without_network(), python, "-m", "pip", "install", "--quiet", *wheels], tmp_path)
    run([python, "-m", "pip", "check"], tmp_path)
