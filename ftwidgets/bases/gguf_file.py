"""Turn a GGUF file of a Llama-architecture model into the Hugging Face layout, with float16 weights."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np

from ftwidgets.bases.config import Config
from ftwidgets.errors import BaseModelError, require

LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}

SPECIAL = (3, 4)
"""GGUF's token types of control tokens and of tokens that a user added."""


def convert(gguf: Path, folder: Path) -> None:
    """Write `model.safetensors`, the tokenizer's files and `config.json` (last) of the model in `gguf` into `folder`.

    Raises:
        BaseModelError: the file is not a GGUF file of a Llama model with a byte-level tokenizer.
    """
    reader_type = require("gguf", "local").GGUFReader
    try:
        reader = reader_type(gguf)
        fields = {name: field.contents() for name, field in reader.fields.items()}
        if fields["general.architecture"] != "llama" or fields["tokenizer.ggml.model"] != "gpt2":
            raise ValueError("it is not a Llama model with a GPT-2-like tokenizer")
        config = _config(fields, tied="output.weight" not in {tensor.name for tensor in reader.tensors})
        _write_weights(reader.tensors, config, folder)
        _write_tokenizer(fields, folder)
    except (KeyError, ValueError, IndexError) as error:
        raise BaseModelError(f"{gguf.name} cannot be converted: {error}.") from error
    config.write(folder)


def _config(fields: dict[str, Any], *, tied: bool) -> Config:
    width, heads = fields["llama.embedding_length"], fields["llama.attention.head_count"]
    return Config(
        vocabulary=len(fields["tokenizer.ggml.tokens"]),
        width=width,
        layers=fields["llama.block_count"],
        heads=heads,
        kv_heads=fields.get("llama.attention.head_count_kv", heads),
        head_width=fields.get("llama.rope.dimension_count", width // heads),
        mlp_width=fields["llama.feed_forward_length"],
        rope_base=fields.get("llama.rope.freq_base", 10_000.0),
        norm_epsilon=round(fields["llama.attention.layer_norm_rms_epsilon"], 9),
        context=fields["llama.context_length"],
        tied=tied,
    )


def _write_weights(tensors: Any, config: Config, folder: Path) -> None:
    dequantize = require("gguf", "local").dequantize
    weights = {}
    for tensor in tensors:
        name = _hugging_face_name(tensor.name)
        if name is None:
            continue
        value = dequantize(tensor.data, tensor.tensor_type)
        if ".attn_q." in tensor.name or ".attn_k." in tensor.name:
            value = _half_rotation(value, config.head_width)
        weights[name] = np.ascontiguousarray(value, dtype=np.float16)
    save(weights, folder / "model.safetensors")


def save(weights: dict[str, np.ndarray[Any, Any]], path: Path) -> None:
    """Write a safetensors file.

    Raises:
        OSError: it cannot be written.
    """
    library = require("safetensors", "local")
    try:
        require("safetensors.numpy", "local").save_file(weights, path)
    except library.SafetensorError as error:  # its own error also where the disk is full
        raise OSError(errno.EIO, str(error)) from error


def _hugging_face_name(name: str) -> str | None:
    if name in NAMES:
        return NAMES[name]
    if not name.startswith("blk."):
        return None
    _, layer, part, _ = name.split(".")
    return f"model.layers.{layer}.{LAYER_NAMES[part]}.weight"


def _half_rotation(value: np.ndarray[Any, Any], head_width: int) -> np.ndarray[Any, Any]:
    """Undo llama.cpp's order of a head's rows, pairs side by side, for the order that rotates halves."""
    rows, width = value.shape
    return value.reshape(rows // head_width, head_width // 2, 2, width).swapaxes(1, 2).reshape(rows, width)


def _write_tokenizer(fields: dict[str, Any], folder: Path) -> None:
    tokens = fields["tokenizer.ggml.tokens"]
    special = [n for n, kind in enumerate(fields["tokenizer.ggml.token_type"]) if kind in SPECIAL]
    digits = fields.get("tokenizer.ggml.pre") == "smollm"
    merges = [merge.split(" ") for merge in fields["tokenizer.ggml.merges"]]
    write_tokenizer(
        folder,
        vocabulary={token: n for n, token in enumerate(tokens)},
        merges=merges,
        special=special,
        eos=tokens[fields["tokenizer.ggml.eos_token_id"]],
        chat_template=fields.get("tokenizer.chat_template"),
        single_digits=digits,
    )


def write_tokenizer(
    folder: Path,
    *,
    vocabulary: dict[str, int],
    merges: list[list[str]],
    special: list[int],
    eos: str,
    chat_template: str | None,
    single_digits: bool,
) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json` of a byte-level BPE tokenizer."""
    names = {n: token for token, n in vocabulary.items()}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    steps = [{"type": "Digits", "individual_digits": True}] if single_digits else []
    tokenizer = {
        "version": "1.0",
        "added_tokens": [
            {
                "id": n,
                "content": names[n],
                "special": True,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
            }
            for n in special
        ],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [*steps, byte_level]},
        "decoder": byte_level,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": merges, "fuse_unk": False, "byte_fallback": False},
    }
    config = {"eos_token": eos, "chat_template": chat_template}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
