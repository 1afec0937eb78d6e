"""Bases that are made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from ftwidgets.bases.config import Config
from ftwidgets.bases.untrained import TINY, write_tiny, write_twin


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def made(folder: Path, seed: int) -> Path:
    folder.mkdir()
    write_tiny(folder, seed)
    return folder


def test_the_same_seed_makes_the_same_bytes(tiny: Path, tmp_path: Path) -> None:
    assert contents(made(tmp_path / "again", seed=0)) == contents(tiny)


def test_another_seed_makes_other_weights_and_the_same_tokenizer(tiny: Path, tmp_path: Path) -> None:
    one, other = contents(tiny), contents(made(tmp_path / "other", seed=1))
    assert one.pop("model.safetensors") != other.pop("model.safetensors")
    assert one == other


def test_the_weights_have_the_deviation_of_gpt_2_and_norms_of_one(tiny: Path) -> None:
    for name, weight in load_file(tiny / "model.safetensors").items():
        if "norm" in name:
            assert (weight == 1).all()
        else:
            assert abs(float(np.std(weight.astype(np.float32))) - 0.02) < 0.001, name
            assert abs(float(np.mean(weight.astype(np.float32)))) < 0.002, name


def test_the_config_tells_the_shape(tiny: Path) -> None:
    assert Config.read(tiny) == TINY


def test_a_twin_has_the_tokenizer_and_the_shape_but_other_weights(tiny: Path, tmp_path: Path) -> None:
    write_twin(tmp_path, tiny, seed=5)
    one, twin = contents(tiny), contents(tmp_path)
    assert one.pop("model.safetensors") != twin.pop("model.safetensors")
    assert one == twin
