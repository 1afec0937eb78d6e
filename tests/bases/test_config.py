"""`config.json`: read what fits, refuse what does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from ftwidgets.bases.config import Config
from ftwidgets.bases.untrained import TINY, write_weights
from ftwidgets.errors import BaseModelError

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "vocab_size": 49152,
    "hidden_size": 576,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "intermediate_size": 1536,
    "rope_theta": 100000,
    "rms_norm_eps": 1e-05,
    "max_position_embeddings": 8192,
    "tie_word_embeddings": True,
}


def read(raw: object, folder: Path) -> Config:
    (folder / "config.json").write_text(raw if isinstance(raw, str) else json.dumps(raw))
    return Config.read(folder)


def test_a_hugging_face_config_is_read(tmp_path: Path) -> None:
    assert read(LLAMA, tmp_path) == Config(49152, 576, 30, 9, 3, 64, 1536, 100_000.0, 1e-5, 8192, tied=True)


def test_what_is_left_out_has_the_values_of_transformers(tmp_path: Path) -> None:
    needed = (
        "model_type",
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
    )
    config = read({key: LLAMA[key] for key in needed}, tmp_path)
    assert config == Config(49152, 576, 30, 9, 9, 64, 1536, 10_000.0, 1e-6, 2048, tied=False)


def test_the_rotary_base_is_also_found_where_transformers_5_keeps_it(tmp_path: Path) -> None:
    newer = {key: value for key, value in LLAMA.items() if key != "rope_theta"}
    newer["rope_parameters"] = {"rope_type": "default", "rope_theta": 500_000.0}
    assert read(newer, tmp_path).rope_base == 500_000.0


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    config = replace(TINY, rope_base=12345.0, norm_epsilon=1e-6, tied=False)
    config.write(tmp_path)
    assert Config.read(tmp_path) == config


@pytest.mark.parametrize("tied", [True, False])
def test_parameters_counts_the_numbers_in_the_weights(tmp_path: Path, tied: bool) -> None:
    config = replace(TINY, tied=tied)
    write_weights(tmp_path, config, seed=0)
    assert config.parameters == sum(int(np.prod(w.shape)) for w in load_file(tmp_path / "model.safetensors").values())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model_type": "gpt2"}, "'gpt2', not 'llama'"),
        ({"model_type": None}, "model_type is None"),
        ({"hidden_act": "gelu"}, "'gelu', not 'silu'"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8}}, "rotary positions (llama3)"),
        ({"rope_scaling": {"type": "linear", "factor": 2}}, "rotary positions (linear)"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "rotary positions (yarn)"),
        ({"attention_bias": True}, "attention has biases"),
        ({"mlp_bias": True}, "MLP has biases"),
    ],
)
def test_a_network_that_the_engine_does_not_have_is_refused_with_the_reason(
    change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(BaseModelError, match="cannot be trained here") as refused:
        read(LLAMA | change, tmp_path)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "null",
        {**LLAMA, "vocab_size": None},
        {**LLAMA, "hidden_size": "wide"},
        {**LLAMA, "hidden_size": float("nan")},
        {**LLAMA, "hidden_size": float("inf")},
        {**LLAMA, "num_attention_heads": 0},
        {**LLAMA, "rope_scaling": "linear"},
        {**LLAMA, "rope_parameters": ["default"]},
        {key: value for key, value in LLAMA.items() if key != "intermediate_size"},
    ],
)
def test_a_config_that_cannot_be_read_is_a_sentence_with_its_path(raw: object, tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match=r"config\.json cannot be used"):
        read(raw, tmp_path)


def test_a_folder_without_a_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match=r"config\.json cannot be used"):
        Config.read(tmp_path)
