"""The network: a Llama-architecture transformer in plain functions on a dictionary of weights.

Letters of shapes: B rows of a batch, T tokens of a row, N = B·T, C width, H query heads, K key/value heads,
G = H/K queries a key, D head width, M MLP width, R adapter rank, V vocabulary, S slots of a cache.
Activations stay flat, (N, C), around every product: that is what a processor multiplies fast.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ftwidgets.bases.config import Config

Array = jax.Array
Layer = dict[str, Any]


class Rotation(NamedTuple):
    """The cosines and sines that turn queries and keys by their positions, each (B, T, 1, D/2)."""

    cos: Array
    sin: Array


def rotation(positions: Array, config: Config) -> Rotation:
    """The rotation for `positions` (B, T)."""
    half = jnp.arange(config.head_width // 2)
    frequency = config.rope_base ** (-2.0 * half / config.head_width)  # (D/2)
    angle = positions[..., None, None] * frequency  # (B, T, 1, D/2)
    return Rotation(jnp.cos(angle), jnp.sin(angle))


def rotate(x: Array, by: Rotation) -> Array:
    """Turn `x` (B, T, heads, D): the first half of a head is the cosine part, the second the sine part."""
    a, b = jnp.split(x, 2, axis=-1)  # (B, T, heads, D/2) each
    return jnp.concatenate([a * by.cos - b * by.sin, b * by.cos + a * by.sin], axis=-1)


def normalize(x: Array, weight: Array, config: Config) -> Array:
    """RMSNorm: divide each row of `x` (N, C) by its root mean square."""
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + config.norm_epsilon) * weight


def linear(x: Array, layer: Layer, name: str) -> Array:
    """`x` (N, in) through the weight `name` (in, out), and through its adapter where there is one."""
    y = x @ layer[name]
    if f"{name}.a" in layer:
        y = y + adapted(x, layer[f"{name}.a"], layer[f"{name}.b"])
    return y  # (N, out)


def adapted(x: Array, a: Array, b: list[Array]) -> Array:
    """What low-rank adapters add: `x` (N, in) through A (parts·R, in), then each part through its own B (R, out)."""
    z = x @ a.T  # (N, parts·R): A lies as (R, in) so that its gradient, too, is a fast product
    parts = jnp.split(z, len(b), axis=-1)
    return jnp.concatenate([part @ one for part, one in zip(parts, b, strict=True)], axis=-1)  # (N, out)


def attend(q: Array, k: Array, v: Array, mask: Array) -> Array:
    """Grouped-query attention: q (B, T, H, D) over k, v (B, S, K, D) where `mask` (B, T, S) allows."""
    B, T, H, D = q.shape
    K = k.shape[2]
    q = q.reshape(B, T, K, H // K, D) * (1.0 / math.sqrt(D))
    scores = jnp.einsum("btkgd,bskd->bkgts", q, k)
    scores = jnp.where(mask[:, None, None], scores, -1e30)
    return jnp.einsum("bkgts,bskd->btkgd", jax.nn.softmax(scores, axis=-1), v).reshape(B * T, H * D)


def split_heads(qkv: Array, B: int, config: Config) -> tuple[Array, Array, Array]:
    """Queries (B, T, H, D), keys and values (B, T, K, D) out of one product (N, (H+2K)·D)."""
    heads = qkv.reshape(B, -1, config.heads + 2 * config.kv_heads, config.head_width)
    q, k, v = jnp.split(heads, [config.heads, config.heads + config.kv_heads], axis=2)
    return q, k, v


def mlp(x: Array, layer: Layer) -> Array:
    """The gated MLP, `x` (N, C)."""
    gate, up = jnp.split(linear(x, layer, "gate_up"), 2, axis=-1)  # (N, M) each
    return linear(jax.nn.silu(gate) * up, layer, "down")  # (N, C)


def block(x: Array, layer: Layer, turn: Rotation, mask: Array, config: Config) -> Array:
    """One layer over whole rows: `x` (N, C) → (N, C); `mask` (B, T, T)."""
    q, k, v = split_heads(linear(normalize(x, layer["attention_norm"], config), layer, "qkv"), mask.shape[0], config)
    x = x + linear(attend(rotate(q, turn), rotate(k, turn), v, mask), layer, "out")
    return x + mlp(normalize(x, layer["mlp_norm"], config), layer)


def hidden(weights: dict[str, Any], adapter: dict[str, Any], ids: Array, lengths: Array, config: Config) -> Array:
    """What the last layer says at every token: `ids` (B, T), of which the first `lengths` (B) count → (N, C)."""
    B, T = ids.shape
    place = jnp.arange(T)
    turn = rotation(jnp.broadcast_to(place, (B, T)), config)
    mask = (place[None, :, None] >= place[None, None, :]) & (place[None, None, :] < lengths[:, None, None])  # (B, T, T)
    x = weights["embedding"][ids].reshape(B * T, config.width)  # (N, C)

    def step(x: Array, layer: Layer) -> tuple[Array, None]:
        return block(x, layer, turn, mask, config), None

    x, _ = jax.lax.scan(step, x, weights["layers"] | adapter)
    return normalize(x, weights["norm"], config)


def logits(weights: dict[str, Any], x: Array) -> Array:
    """The scores of all tokens of the vocabulary: `x` (N, C) → (N, V)."""
    return x @ weights["head"].T
