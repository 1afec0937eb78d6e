"""The wheel of ftwidgets itself."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from ftwidgets.errors import KitError
from ftwidgets.kit.own import own_wheel, packed


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the wheel is built without the network, by the hatchling that is here")
    return own_wheel(tmp_path_factory.mktemp("built"))


def installed(wheel: Path, folder: Path) -> Distribution:
    """The wheel as pip installs it."""
    options = ["--quiet", "--no-deps", "--no-index", "--no-warn-script-location", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, capture_output=True)
    return next(iter(Distribution.discover(name="ftwidgets", path=[str(folder)])))


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_a_checkout_is_built_and_brings_the_notebooks(built: Path) -> None:
    names = contents(built)
    assert "ftwidgets/notebooks/00-start.ipynb" in names
    assert "ftwidgets/kit/install.py" in names


@pytest.mark.slow
def test_what_is_installed_is_packed_again_into_the_wheel_that_it_came_from(built: Path, tmp_path: Path) -> None:
    again = packed(installed(built, tmp_path / "site"), tmp_path)
    assert again.name == built.name
    assert contents(again) == contents(built)


@pytest.mark.slow
def test_packed_twice_it_is_the_same_bytes_and_pip_installs_it(built: Path, tmp_path: Path) -> None:
    (tmp_path / "twice").mkdir()
    again = packed(installed(built, tmp_path / "site"), tmp_path)
    twice = packed(installed(again, tmp_path / "other"), tmp_path / "twice")
    assert again.read_bytes() == twice.read_bytes()


def test_an_installation_that_lacks_a_file_is_a_sentence(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "site" / "ftwidgets" / "page.py").unlink()
    whole = next(iter(Distribution.discover(name="ftwidgets", path=[str(tmp_path / "site")])))
    with pytest.raises(KitError, match=r"page\.py is missing.*Install ftwidgets anew"):
        packed(whole, tmp_path)


def test_what_an_installer_wrote_about_this_machine_is_left_out(tmp_path: Path) -> None:
    names = contents(packed(distribution("pip"), tmp_path))
    assert "pip/__main__.py" in names
    assert not [name for name in names if name.endswith((".pyc", "INSTALLER", "REQUESTED")) or ".." in name]
