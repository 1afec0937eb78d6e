"""A base model's weights as the engine holds them: each as it lies in its file, the layers in a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from ftwidgets.bases.config import Config
from ftwidgets.errors import BaseModelError

Weights = dict[str, Any]
Tensor = np.ndarray[Any, Any]

KINDS = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "BF16": ml_dtypes.bfloat16}
"""The number types of a safetensors file that weights come in."""

LINE = 64
"""Bytes: JAX uses an array where it lies, without a copy, if it begins at a multiple of this."""

PARTS = {
    "qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    "out": ["self_attn.o_proj"],
    "gate_up": ["mlp.gate_proj", "mlp.up_proj"],
    "down": ["mlp.down_proj"],
}
"""The weights that share an input stand side by side."""


def load(folder: Path, config: Config) -> Weights:
    """The weights of the model in `folder` (Hugging Face layout), in the number type of its file.

    With width C, heads of width D (H for queries, K for keys and values), MLP width M, vocabulary V:
    `embedding` (V, C), `head` (V, C), `norm` (C), and in `layers` for each layer: `attention_norm` (C), `qkv`
    [(H·D, C), (K·D, C), (K·D, C)], `out` [(C, H·D)], `mlp_norm` (C), `gate_up` [(M, C), (M, C)], `down` [(C, M)].

    Raises:
        BaseModelError: a file is missing or broken, or a weight has another shape than `config.json` says.
    """
    tensors = _tensors(folder)

    def take(name: str, *shape: int) -> jax.Array:
        if name not in tensors:
            raise BaseModelError(f"The weights in {folder} do not fit their config.json: there is no tensor {name}.")
        if tensors[name].shape != shape:
            found = f"{name} is {tensors[name].shape}, expected {shape}"
            raise BaseModelError(f"The weights in {folder} do not fit their config.json: {found}.")
        placed: jax.Array = jax.device_put(tensors.pop(name))
        return placed

    embedding = take("model.embed_tokens.weight", config.vocabulary, config.width)
    return {
        "embedding": embedding,
        "head": embedding if config.tied else take("lm_head.weight", config.vocabulary, config.width),
        "norm": take("model.norm.weight", config.width),
        "layers": [_layer(take, f"model.layers.{n}", config) for n in range(config.layers)],
    }


def widen_to_float32(weights: Weights) -> None:
    """Turn the weights into float32, for training, where they are: never do both forms of all lie in memory."""
    tied = weights["head"] is weights["embedding"]
    for layer in weights["layers"]:
        layer.update(jax.tree.map(lambda weight: weight.astype(jnp.float32), layer))
    for name in ("embedding", "norm", *(() if tied else ("head",))):
        weights[name] = weights[name].astype(jnp.float32)
    weights["head"] = weights["embedding"] if tied else weights["head"]


def _layer(take: Callable[..., jax.Array], prefix: str, config: Config) -> Weights:
    width, mlp = config.width, config.mlp_width
    query, key = config.heads * config.head_width, config.kv_heads * config.head_width
    shapes = {
        "qkv": [(query, width), (key, width), (key, width)],
        "out": [(width, query)],
        "gate_up": [(mlp, width), (mlp, width)],
        "down": [(width, mlp)],
    }
    layer: Weights = {
        "attention_norm": take(f"{prefix}.input_layernorm.weight", width),
        "mlp_norm": take(f"{prefix}.post_attention_layernorm.weight", width),
    }
    for kind, names in PARTS.items():
        layer[kind] = [take(f"{prefix}.{name}.weight", *shape) for name, shape in zip(names, shapes[kind], strict=True)]
    return layer


def _tensors(folder: Path) -> dict[str, Tensor]:
    try:
        return dict(pair for path in sorted(folder.glob("*.safetensors")) for pair in _read(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"The weights in {folder} cannot be read: {error!r}. Remove the folder and fetch it again."
        raise BaseModelError(message) from error


def _read(path: Path) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a safetensors file: the header's length in 8 bytes, a JSON header, then the numbers.

    They are read at once, to where JAX can use them as they lie: 0.1 s and one copy, where the format's own library
    took 2 s and two.
    """
    size = path.stat().st_size
    with path.open("rb", buffering=0) as file:
        length = int.from_bytes(file.read(8), "little")
        if length > size - 8:
            raise ValueError(f"{path.name} is cut off")
        header = json.loads(file.read(length))
        room = np.empty(size - 8 - length + LINE, np.uint8)
        start = -room.ctypes.data % LINE
        numbers = room[start : start + size - 8 - length]
        if _fill(file, numbers) < len(numbers):
            raise ValueError(f"{path.name} is cut off")
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] in KINDS:
            begin, end = entry["data_offsets"]
            yield name, numbers[begin:end].view(KINDS[entry["dtype"]]).reshape(entry["shape"])


def _fill(file: Any, room: Tensor) -> int:
    view, done = memoryview(room.data), 0
    while done < len(room) and (got := file.readinto(view[done : done + (1 << 30)])):
        done += got
    return done
