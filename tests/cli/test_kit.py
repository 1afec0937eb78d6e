"""`ftwidgets kit`: what it says. What it makes is held in `tests/kit`."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from ftwidgets.kit import manifest
from ftwidgets.kit.install import this_platform
from ftwidgets.kit.target import PLATFORMS
from tests.cli.conftest import Call


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--platform", "amiga"], "There is no platform 'amiga'. Kits are made for: linux-x86_64"),
        (["--platform", "macos-arm64", "--python", "3.9"], "There is no kit for Python '3.9'"),
        (["--extra", "test"], "There is no extra 'test'. A kit takes: local, data, formats."),
    ],
)
def test_what_there_is_not_is_one_sentence_with_what_there_is(
    call: Call, tmp_path: Path, options: list[str], told: str
) -> None:
    assert told in call("kit", tmp_path / "kit", *options).sentence
    assert not (tmp_path / "kit").exists()


@pytest.mark.skipif(this_platform() not in PLATFORMS, reason="kits are not made for this machine")
def test_without_an_index_it_is_said_what_is_missing_and_what_is_here_is_kept(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hatchling", reason="the wheel is built without the network, by the hatchling that is here")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    sentence = call("kit", tmp_path / "kit").sentence
    assert sentence.startswith("The kit is not whole. Python 3.")
    assert "there is no wheel of" in sentence
    assert "The model smollm2-135m-instruct" in sentence
    (wheel,) = (tmp_path / "kit" / "wheels").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        assert "ftwidgets/kit/install.py" in archive.namelist()
    kit = manifest.read(tmp_path / "kit")
    assert kit is not None and [one.whole for one in kit.holdings] == [False]
