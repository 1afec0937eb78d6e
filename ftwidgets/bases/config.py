"""The shape of a Llama-architecture network, as its `config.json` in the Hugging Face layout gives it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftwidgets.errors import BaseModelError


@dataclass(frozen=True)
class Config:
    """The sizes of a network. Frozen and hashable: a compiled program depends on it."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_width: int
    mlp_width: int
    rope_base: float
    norm_epsilon: float
    context: int
    tied: bool

    @property
    def parameters(self) -> int:
        """How many numbers the network has."""
        attention = self.width * self.head_width * (2 * self.heads + 2 * self.kv_heads)
        layer = attention + 3 * self.width * self.mlp_width + 2 * self.width
        return self.vocabulary * self.width * (1 if self.tied else 2) + self.layers * layer + self.width

    @classmethod
    def read(cls, folder: Path) -> Config:
        """The shape of the model in `folder`.

        Raises:
            BaseModelError: there is no readable `config.json`, or the engine does not have its architecture.
        """
        try:
            raw = json.loads((folder / "config.json").read_text("utf-8"))
            if not isinstance(raw, dict):
                raise ValueError("it is not an object")
            _refuse_unfit(raw, folder)
            return cls._of(raw)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise BaseModelError(f"{folder / 'config.json'} cannot be used: {error!r}.") from error

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> Config:
        heads = int(raw["num_attention_heads"])
        rope = raw.get("rope_parameters") or {}
        return cls(
            vocabulary=int(raw["vocab_size"]),
            width=int(raw["hidden_size"]),
            layers=int(raw["num_hidden_layers"]),
            heads=heads,
            kv_heads=int(raw.get("num_key_value_heads") or heads),
            head_width=int(raw.get("head_dim") or raw["hidden_size"] // heads),
            mlp_width=int(raw["intermediate_size"]),
            rope_base=float(raw.get("rope_theta") or rope.get("rope_theta") or 10_000.0),
            norm_epsilon=float(raw.get("rms_norm_eps", 1e-6)),
            context=int(raw.get("max_position_embeddings", 2048)),
            tied=bool(raw.get("tie_word_embeddings", False)),
        )

    def write(self, folder: Path) -> None:
        """Write `config.json` in the Hugging Face layout."""
        raw = {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_act": "silu",
            "vocab_size": self.vocabulary,
            "hidden_size": self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_width,
            "intermediate_size": self.mlp_width,
            "rope_theta": self.rope_base,
            "rms_norm_eps": self.norm_epsilon,
            "max_position_embeddings": self.context,
            "tie_word_embeddings": self.tied,
        }
        (folder / "config.json").write_text(json.dumps(raw, indent=2) + "\n", "utf-8")


def _refuse_unfit(raw: dict[str, Any], folder: Path) -> None:
    scaling = raw.get("rope_scaling") or {}
    rope_type = scaling.get("rope_type") or scaling.get("type") or (raw.get("rope_parameters") or {}).get("rope_type")
    unfit = {
        f"its model_type is {raw.get('model_type')!r}, not 'llama'": raw.get("model_type") != "llama",
        f"its activation is {raw.get('hidden_act')!r}, not 'silu'": raw.get("hidden_act", "silu") != "silu",
        f"it scales its rotary positions ({rope_type})": rope_type not in (None, "default"),
        "its attention has biases": bool(raw.get("attention_bias")),
        "its MLP has biases": bool(raw.get("mlp_bias")),
    }
    for reason, holds in unfit.items():
        if holds:
            raise BaseModelError(f"The model in {folder} cannot be trained here: {reason}.")
