"""Bases with random weights, made on the spot: for tests, for mechanics, and to see what pretraining gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from ftwidgets.bases.chat import CHATML
from ftwidgets.bases.config import Config
from ftwidgets.bases.gguf_file import save, write_tokenizer
from ftwidgets.bases.tokenizer import byte_letters

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

TINY = Config(
    vocabulary=256 + len(SPECIAL),
    width=64,
    layers=2,
    heads=4,
    kv_heads=2,
    head_width=16,
    mlp_width=128,
    rope_base=10_000.0,
    norm_epsilon=1e-5,
    context=1024,
    tied=True,
)


def write_tiny(folder: Path, seed: int) -> None:
    """Write a base of 2 layers and width 64 with byte tokens."""
    letters = [*SPECIAL, *byte_letters()]
    write_tokenizer(
        folder,
        vocabulary={letter: n for n, letter in enumerate(letters)},
        merges=[],
        special=list(range(len(SPECIAL))),
        eos="<|im_end|>",
        chat_template=CHATML,
        single_digits=False,
    )
    write_weights(folder, TINY, seed)
    TINY.write(folder)


def write_twin(folder: Path, pretrained: Path, seed: int) -> None:
    """Write a base of the same architecture and tokenizer as the one in `pretrained`, but random weights."""
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(pretrained / name, folder / name)
    config = Config.read(pretrained)
    write_weights(folder, config, seed)
    config.write(folder)


def write_weights(folder: Path, config: Config, seed: int) -> None:
    """Write `model.safetensors` drawn from `seed`: normal with deviation 0.02 as in GPT-2, norms 1."""
    random = np.random.default_rng(seed)

    def drawn(*shape: int) -> np.ndarray[Any, Any]:
        return (random.standard_normal(shape, dtype=np.float32) * 0.02).astype(np.float16)

    query, key = config.heads * config.head_width, config.kv_heads * config.head_width
    shapes = {
        "self_attn.q_proj": (query, config.width),
        "self_attn.k_proj": (key, config.width),
        "self_attn.v_proj": (key, config.width),
        "self_attn.o_proj": (config.width, query),
        "mlp.gate_proj": (config.mlp_width, config.width),
        "mlp.up_proj": (config.mlp_width, config.width),
        "mlp.down_proj": (config.width, config.mlp_width),
    }
    one = np.ones(config.width, np.float16)
    weights = {"model.embed_tokens.weight": drawn(config.vocabulary, config.width), "model.norm.weight": one.copy()}
    for layer in range(config.layers):
        place = f"model.layers.{layer}."
        weights |= {f"{place}{name}.weight": drawn(*shape) for name, shape in shapes.items()}
        weights |= {f"{place}{name}.weight": one.copy() for name in ("input_layernorm", "post_attention_layernorm")}
    if not config.tied:
        weights["lm_head.weight"] = drawn(config.vocabulary, config.width)
    save(weights, folder / "model.safetensors")
