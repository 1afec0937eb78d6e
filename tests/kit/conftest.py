"""A package index of a few tiny wheels, which is all that pip sees, and a kit that is made from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from ftwidgets.bases.catalogue import CATALOGUE, DEFAULT, Base
from ftwidgets.kit.collecting import Collected, Ears, collect
from ftwidgets.kit.target import targets
from tests.bases.conftest import disk
from tests.bases.wheels import base_of, write_wheel
from tests.kit.wheels import fill, own

__all__ = ["disk"]

Make = Callable[..., Collected]


@pytest.fixture
def pip() -> None:
    """The pip that ftwidgets[local] asks for; without it the test is skipped."""
    if tuple(int(part) for part in version("pip").split(".")[:2]) < (24, 1):
        pytest.skip(f"this environment has pip {version('pip')}, older than ftwidgets[local] asks for")


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of the index."""
    folder = tmp_path_factory.mktemp("stock")
    fill(folder)
    return folder


@pytest.fixture
def index(stock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pip: None) -> Path:
    """The only place where pip looks."""
    folder = shutil.copytree(stock, tmp_path / "index")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def model(index: Path, monkeypatch: pytest.MonkeyPatch) -> Base:
    """The default base, as a wheel of a few bytes in the index."""
    base = base_of(write_wheel(index, b"a model"))
    monkeypatch.setitem(CATALOGUE, DEFAULT, base)
    return base


@pytest.fixture
def said() -> list[str]:
    """The sentences that were said while a kit was made."""
    return []


@pytest.fixture
def make(index: Path, model: Base, tmp_path: Path, said: list[str]) -> Make:
    """Make a kit in `folder`, for the platforms and Pythons named."""

    def make(
        platforms: str,
        pythons: str = "3.12",
        *,
        extras: tuple[str, ...] = ("local",),
        folder: Path = tmp_path / "kit",
        progress: Callable[[int, int, str], None] = lambda done, total, note: None,
        day: str = "2026-11-20",
        own: Callable[[Path], Path] = own,
    ) -> Collected:
        asked = targets(platforms.split(), pythons.split()) if platforms else []
        return collect(folder, asked, extras, day=day, ears=Ears(said.append, progress), own=own)

    return make
