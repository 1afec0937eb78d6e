"""The installer of a kit: run by any Python, it checks first, and needs no network."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ftwidgets.kit import install, manifest
from ftwidgets.kit.install import this_platform
from ftwidgets.kit.manifest import Holding, Manifest
from ftwidgets.kit.target import PLATFORMS, targets
from tests.kit.conftest import Make
from tests.kit.wheels import own, write

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHER = "3.12" if HERE != "3.12" else "3.11"
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # a user's own setting, which does not matter; nobody listens there
    "PIP_REQUIRE_VIRTUALENV": "1",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
}

pytestmark = pytest.mark.skipif(this_platform() not in PLATFORMS, reason="kits are not made for this machine")


def run(kit: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the kit's installer as a learner does, whose pip is set up for an index that does not answer."""
    command = [sys.executable, str(kit / "install.py"), *map(str, arguments)]
    environment = os.environ | NO_NETWORK
    return subprocess.run(command, env=environment, cwd=kit.parent, capture_output=True, text=True, check=False)


def stick(folder: Path, platform: str = this_platform(), python: str = HERE, *, whole: bool = True) -> Path:
    """A kit as it comes, with what the installer looks at before it installs."""
    names = (own(folder / "wheels").name, write(folder / "wheels", "more").name)
    (folder / "model").mkdir()
    (folder / "model" / "model.whl").write_bytes(b"a model")
    (target,) = targets([platform], [python])
    holding = replace(Holding.of(target, ("local",)), wheels=names, whole=whole)
    files = manifest.listed(folder, ["model/model.whl", *(f"wheels/{name}" for name in names)])
    kit = Manifest(base="a-base", model="model/model.whl", holdings=(holding,), files=files)
    manifest.write(folder, kit)
    return folder


Refused = Callable[[Path], str]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Refused:
    """The sentence with which the installer of a kit refuses, in this process; nothing is made."""

    def refused(kit: Path) -> str:
        monkeypatch.setattr(install, "HERE", str(kit))
        monkeypatch.setattr(sys, "argv", ["install.py", str(tmp_path / "new")])
        with pytest.raises(SystemExit) as ended:
            install.main()
        assert isinstance(ended.value.code, str) and "\n" not in ended.value.code
        assert not (tmp_path / "new" / ".venv").exists()
        return ended.value.code

    return refused


@pytest.mark.slow
def test_it_installs_brings_the_model_and_says_how_to_begin(make: Make, tmp_path: Path) -> None:
    make(this_platform(), f"{HERE} {OTHER}")
    stick = (tmp_path / "kit").rename(tmp_path / "a stick")
    done = run(stick, tmp_path / "learner's place")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"called with fetch smollm2-135m-instruct --from {stick / 'model'}" in done.stdout
    assert "Begin with:" in done.stdout
    assert "lab" in done.stdout.splitlines()[-1]
    python = tmp_path / "learner's place" / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    listed = subprocess.run(
        [str(python), "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    ).stdout
    assert {"ftwidgets", "pip", "everywhere", "engine", "more"} <= {one["name"] for one in json.loads(listed)}
    assert run(stick, tmp_path / "learner's place").returncode == 0  # and once more


def test_a_kit_for_other_pythons_says_which_and_what_this_is(refused: Refused, tmp_path: Path) -> None:
    sentence = refused(stick(tmp_path / "kit", python=OTHER))
    assert f"holds wheels for Python {OTHER} on {PLATFORMS[this_platform()].title}; this is Python {HERE}" in sentence
    assert f"Install Python {OTHER}" in sentence


def test_a_kit_for_another_system_says_how_to_ask_for_one(refused: Refused, tmp_path: Path) -> None:
    kit = stick(tmp_path / "kit", "windows-x86_64" if os.name != "nt" else "linux-x86_64")
    assert f"ftwidgets kit FOLDER --platform {this_platform()}" in refused(kit)


def test_what_is_damaged_or_missing_is_named(refused: Refused, tmp_path: Path) -> None:
    kit = stick(tmp_path / "kit")
    (kit / "model" / "model.whl").unlink()
    assert refused(kit) == "model/model.whl is missing from this kit, or damaged. Copy the whole kit again."
    (kit / "wheels" / "more-1.0-py3-none-any.whl").write_bytes(b"damaged")
    assert refused(kit).startswith("wheels/more-1.0-py3-none-any.whl is missing from this kit, or damaged.")
    (kit / "kit.json").write_text("{")
    assert "kit.json is missing" in refused(kit)
    shutil.rmtree(kit)
    assert "kit.json is missing" in refused(kit)


def test_a_kit_that_is_not_finished_says_so(refused: Refused, tmp_path: Path) -> None:
    assert "it was not finished" in refused(stick(tmp_path / "kit", whole=False))


def test_a_system_that_is_too_old_or_a_python_of_another_make_is_a_sentence(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit, platform = stick(tmp_path / "kit"), install.platform
    if sys.platform == "linux":
        monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.9"))
        assert "need glibc 2.28 or newer; this is 2.9" in refused(kit)
        monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
        assert "need glibc 2.28, which this Linux has not" in refused(kit)
    monkeypatch.setattr(platform, "python_implementation", lambda: "PyPy")
    assert "this is PyPy" in refused(kit)


def test_a_disk_with_too_little_room_is_told_before_anything_is_made(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "ROOM_NEEDED", 10**15)
    assert "MB free, and this needs" in refused(stick(tmp_path / "kit"))


def test_a_place_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    kit = stick(tmp_path / "kit")
    shutil.copy(install.__file__, kit)
    (tmp_path / "file").touch()
    done = run(kit, tmp_path / "file" / "below")
    assert done.returncode == 1
    assert "cannot be made" in done.stderr and "Traceback" not in done.stderr


def test_a_python_that_is_too_old_can_read_it_and_is_told_so() -> None:
    ast.parse(Path(install.__file__).read_text("utf-8"), feature_version=(3, 6))


def test_it_imports_only_what_every_python_brings() -> None:
    tree = ast.parse(Path(install.__file__).read_text("utf-8"))
    imported = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    imported += [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert set(imported) <= sys.stdlib_module_names - {"__future__"}
