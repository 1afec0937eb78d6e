"""Low-rank adapters (LoRA, Hu et al. 2021): small matrices beside the frozen weights, and all that a job trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ftwidgets.bases.config import Config
from ftwidgets.errors import BaseModelError
from ftwidgets.home import write_atomically

Adapter = dict[str, Any]

RANK = 16
"""Adapters of rank 8 trained no faster here, and 16 leaves room for larger tasks."""

ALPHA = 32
"""The adapters' scale is ALPHA / RANK = 2, the usual choice; it is folded into B when it is made ready for use."""


def parts(config: Config) -> dict[str, list[int]]:
    """The widths of the parts that stand side by side in each weight: an adapter has its own A and B for each part."""
    key = config.kv_heads * config.head_width
    return {
        "qkv": [config.heads * config.head_width, key, key],
        "out": [config.width],
        "gate_up": [config.mlp_width, config.mlp_width],
        "down": [config.width],
    }


def inputs(config: Config) -> dict[str, int]:
    """The width of each weight's input."""
    return {
        "qkv": config.width,
        "out": config.heads * config.head_width,
        "gate_up": config.width,
        "down": config.mlp_width,
    }


def start(config: Config, seed: int) -> Adapter:
    """A new adapter: A drawn from `seed`, B zero, so that it changes nothing yet.

    `NAME.a` is (L, parts·R, in), `NAME.b` a list with an array (L, R, out) for each part.
    """
    adapter: Adapter = {}
    random = np.random.default_rng(seed)  # JAX's own would compile for a second first
    for name, widths in parts(config).items():
        size = inputs(config)[name]
        bound = 1.0 / np.sqrt(size)  # Kaiming's uniform bound as in the paper's own code
        shape = (config.layers, len(widths) * RANK, size)
        adapter[f"{name}.a"] = jnp.asarray(random.uniform(-bound, bound, shape), jnp.float32)
        adapter[f"{name}.b"] = [jnp.zeros((config.layers, RANK, width)) for width in widths]
    return adapter


def scaled(adapter: Adapter) -> Adapter:
    """The adapter as the network uses it: B times ALPHA / RANK."""
    return {
        name: [b * (ALPHA / RANK) for b in value] if isinstance(value, list) else value
        for name, value in adapter.items()
    }


def flat(adapter: Adapter) -> dict[str, np.ndarray[Any, Any]]:
    """The adapter as named arrays, for a file."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name, value in adapter.items():
        if isinstance(value, list):
            arrays |= {f"{name}.{n}": np.asarray(b) for n, b in enumerate(value)}
        else:
            arrays[name] = np.asarray(value)
    return arrays


def unflat(arrays: dict[str, Any]) -> Adapter:
    """The adapter out of the named arrays of a file."""
    adapter: Adapter = {name: jnp.asarray(value) for name, value in arrays.items() if name.endswith(".a")}
    for name in [name for name in adapter if f"{name[:-2]}.b.0" in arrays]:
        stem = f"{name[:-2]}.b"
        adapter[stem] = [
            jnp.asarray(arrays[f"{stem}.{n}"]) for n in range(sum(key.startswith(f"{stem}.") for key in arrays))
        ]
    return adapter


def save(adapter: Adapter, path: Path) -> None:
    """Keep the adapter in a file, whole or not at all.

    It is in float32: a job can go on from it without a loss.
    """
    arrays = flat(adapter)
    write_atomically(path, lambda file: save_file(arrays, file))


def load(path: Path, config: Config) -> Adapter:
    """The adapter in the file `path`.

    Raises:
        BaseModelError: it is not there, is broken, or belongs to a base of another shape.
    """
    try:
        adapter = unflat(load_file(path))
        fits = {name: adapter[f"{name}.a"].shape[-1] for name in inputs(config)} == inputs(config)
        if not fits or adapter["qkv.a"].shape[0] != config.layers:
            raise ValueError("it belongs to a base of another shape")
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise BaseModelError(f"The adapter {path} cannot be used: {error}.") from error
    return adapter
