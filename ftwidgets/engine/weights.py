"""A base model's weights as the engine holds them: one array a kind, the layers stacked along the first axis."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ftwidgets.bases.config import Config
from ftwidgets.errors import BaseModelError, require

Weights = dict[str, Any]


def load(folder: Path, config: Config) -> Weights:
    """The weights of the model in `folder` (Hugging Face layout), in float32.

    With L layers, width C, heads of width D (H for queries, K for keys and values), MLP width M, vocabulary V:
    `embedding` (V, C), `head` (V, C), `norm` (C), and in `layers`: `attention_norm` (L, C), `qkv` (L, C, (H+2K)·D),
    `out` (L, H·D, C), `mlp_norm` (L, C), `gate_up` (L, C, 2M), `down` (L, M, C).

    Raises:
        BaseModelError: a file is missing or broken, or a weight has another shape than `config.json` says.
    """
    read = _reader(folder)

    def stack(*names: str) -> jax.Array:
        """Each layer's matrices of these names, side by side as (in, out)."""
        size = [read(f"model.layers.0.{name}.weight").shape for name in names]
        stacked = np.empty((config.layers, size[0][1], sum(rows for rows, _ in size)), np.float32)
        for layer in range(config.layers):
            column = 0
            for name, (rows, _) in zip(names, size, strict=True):
                stacked[layer, :, column : column + rows] = read(f"model.layers.{layer}.{name}.weight").T
                column += rows
        return jnp.asarray(stacked)

    def norms(name: str) -> jax.Array:
        return jnp.asarray(
            np.stack([read(f"model.layers.{n}.{name}.weight") for n in range(config.layers)]), jnp.float32
        )

    try:
        embedding = jnp.asarray(read("model.embed_tokens.weight"), jnp.float32)
        weights: Weights = {
            "embedding": embedding,
            "head": embedding if config.tied else jnp.asarray(read("lm_head.weight"), jnp.float32),
            "norm": jnp.asarray(read("model.norm.weight"), jnp.float32),
            "layers": {
                "attention_norm": norms("input_layernorm"),
                "qkv": stack("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                "out": stack("self_attn.o_proj"),
                "mlp_norm": norms("post_attention_layernorm"),
                "gate_up": stack("mlp.gate_proj", "mlp.up_proj"),
                "down": stack("mlp.down_proj"),
            },
        }
    except (KeyError, ValueError, IndexError) as error:
        raise BaseModelError(f"The weights in {folder} do not fit their config.json: {error}.") from error
    _hold_against(config, weights, folder)
    return weights


def _reader(folder: Path) -> Callable[[str], np.ndarray[Any, Any]]:
    safe_open = require("safetensors", "local").safe_open
    place = {}
    try:
        for path in sorted(folder.glob("*.safetensors")):
            file = safe_open(path, framework="flax")  # flax reads bfloat16 too
            place |= dict.fromkeys(file.keys(), file)
    except Exception as error:  # safetensors raises its own, undocumented classes
        raise BaseModelError(
            f"The weights in {folder} cannot be read: {error}. Remove the folder and fetch it again."
        ) from error

    def read(name: str) -> np.ndarray[Any, Any]:
        if name not in place:
            raise KeyError(f"there is no tensor {name}")
        return np.asarray(place[name].get_tensor(name))

    return read


def _hold_against(config: Config, weights: Weights, folder: Path) -> None:
    query, both = config.heads * config.head_width, (config.heads + 2 * config.kv_heads) * config.head_width
    expected = {
        "embedding": (config.vocabulary, config.width),
        "qkv": (config.layers, config.width, both),
        "out": (config.layers, query, config.width),
        "gate_up": (config.layers, config.width, 2 * config.mlp_width),
        "down": (config.layers, config.mlp_width, config.width),
    }
    for name, shape in expected.items():
        found = (weights["layers"].get(name) if name in weights["layers"] else weights[name]).shape
        if found != shape:
            raise BaseModelError(
                f"The weights in {folder} do not fit their config.json: {name} is {found}, expected {shape}."
            )
