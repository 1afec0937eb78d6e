"""The network: a Llama-architecture transformer in plain functions on a dictionary of weights.

Letters of shapes: B rows of a batch, T tokens of a row, N = B·T, C width, H query heads, K key/value heads,
G = H/K queries a key, D head width, M MLP width, R adapter rank, L layers, V vocabulary, S slots of a cache.
Activations stay flat, (N, C), around every product: that is what a processor multiplies fast.

A layer is five pieces, and one compiled program serves all layers: in one program for the whole network, XLA would
copy every layer's weights out of their stack (measured: 1.6 times slower).
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ftwidgets.bases.config import Config

Array = jax.Array
Ids = jax.Array | NDArray[np.int32]
Layer = dict[str, Any]
Adapter = dict[str, Any]


FEW = 16
SLICE = (192, 96)
"""Up to so many rows, weights are read in slices of so many of their rows (the second for a single row)."""


class Rotation(NamedTuple):
    """The cosines and sines that turn queries and keys by their positions, each (B, T, 1, D/2)."""

    cos: Array
    sin: Array


class Sight(NamedTuple):
    """Where each token stands, and which tokens it may look at: `mask` (B, T, S)."""

    turn: Rotation
    mask: Array


class Kept(NamedTuple):
    """What the way back needs of a layer: each piece's input, here for a whole row, (N, width) each."""

    x: Array
    qkv: list[Array]
    heard: Array
    middle: Array
    gate_up: list[Array]


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


def linear(x: Array, layer: Layer, adapter: Adapter, name: str) -> list[Array]:
    """`x` (N, in) through each of the weights `name`, (out, in) each, and through their adapter where there is one."""
    parts = [product(x, weight) for weight in layer[name]]  # (N, out) each
    if f"{name}.a" not in adapter:
        return parts
    added = adapted(x, adapter[f"{name}.a"], adapter[f"{name}.b"])
    return [part + more for part, more in zip(parts, added, strict=True)]


def product(x: Array, weight: Array) -> Array:
    """`x` (N, in) by a `weight` (out, in) of any number type → (N, out).

    For few rows, all time goes into reading the weight. A processor then turns it into float32 slice by slice, so that
    the slices stay in its cache. The linear layers alone, tokens/s: 16 rows 490 instead of 360 (with jaxlib 0.12, 640
    instead of 100), one row 120 as before (150 instead of 8); the head 5 ms instead of 38, without a copy of 113 MB.
    """
    N, rows = x.shape[0], weight.shape[0]
    if N > FEW or jax.default_backend() != "cpu":
        return x @ weight.T.astype(x.dtype)
    size = next(size for size in range(min(SLICE[N == 1], rows), 0, -1) if rows % size == 0)
    slices = weight.reshape(-1, size, weight.shape[1])
    if N == 1:
        y: Array = jax.lax.map(lambda part: x[0] @ part.T.astype(x.dtype), slices)
        return y.reshape(1, rows)
    y = jax.lax.map(lambda part: part.astype(x.dtype) @ x.T, slices)
    return y.reshape(rows, N).T


def adapted(x: Array, a: Array, b: list[Array]) -> list[Array]:
    """What low-rank adapters add: `x` (N, in) through A (parts·R, in), then each part through its own B (R, out)."""
    z = x @ a.T  # (N, parts·R): A lies as (R, in) so that its gradient, too, is a fast product
    return [part @ one for part, one in zip(jnp.split(z, len(b), axis=-1), b, strict=True)]  # (N, out) each


def attend(q: Array, k: Array, v: Array, mask: Array) -> Array:
    """Grouped-query attention: q (B, T, H, D) over k, v (B, K, S, D) where `mask` (B, T, S) allows → (B·T, H·D).

    The queries of one key lie side by side, so that each key's product is one matrix (G·T, D) by (D, S).
    """
    B, T, H, D = q.shape
    K, S = k.shape[1:3]
    q = (q * (1.0 / math.sqrt(D))).reshape(B, T, K, H // K, D).transpose(0, 2, 3, 1, 4).reshape(B, K, -1, D)
    scores = jnp.einsum("bkqd,bksd->bkqs", q, k).reshape(B, K, H // K, T, S)
    weights = jax.nn.softmax(jnp.where(mask[:, None, None], scores, -1e30), axis=-1).reshape(B, K, -1, S)
    heard = jnp.einsum("bkqs,bksd->bkqd", weights, v).reshape(B, K, H // K, T, D)
    return heard.transpose(0, 3, 1, 2, 4).reshape(B * T, H * D)


def heads(x: Array, adapter: Adapter, layer: Layer, config: Config) -> list[Array]:
    """First piece: queries (N, H·D), keys and values (N, K·D) out of `x` (N, C)."""
    return linear(normalize(x, layer["attention_norm"], config), layer, adapter, "qkv")


def turned_heads(qkv: list[Array], turn: Rotation, config: Config) -> tuple[Array, Array, Array]:
    """Queries (B, T, H, D), keys and values (B, K, T, D); queries and keys are turned by their positions."""
    B, T = turn.cos.shape[:2]
    q, k, v = (part.reshape(B, T, -1, config.head_width) for part in qkv)
    return rotate(q, turn), rotate(k, turn).swapaxes(1, 2), v.swapaxes(1, 2)


def listen(qkv: list[Array], sight: Sight, config: Config) -> Array:
    """Second piece: attention over whole rows → (N, H·D)."""
    return attend(*turned_heads(qkv, sight.turn, config), sight.mask)


def merge(heard: Array, adapter: Adapter, layer: Layer) -> Array:
    """Third piece: what was heard, (N, H·D), back into the width (N, C)."""
    return linear(heard, layer, adapter, "out")[0]


def widen(x: Array, adapter: Adapter, layer: Layer, config: Config) -> list[Array]:
    """Fourth piece: the gated MLP's gate and up, (N, M) each."""
    return linear(normalize(x, layer["mlp_norm"], config), layer, adapter, "gate_up")


def narrow(gate_up: list[Array], adapter: Adapter, layer: Layer) -> Array:
    """Fifth piece: the gate opens, and the width is (N, C) again."""
    gate, up = gate_up
    return linear(jax.nn.silu(gate) * up, layer, adapter, "down")[0]


def of_layer(adapter: Adapter, index: Any) -> Adapter:
    """One layer's part of a whole adapter."""
    return {name: jax.tree.map(lambda whole: whole[index], value) for name, value in adapter.items()}


@partial(jax.jit, static_argnames="config")
def block(x: Array, adapter: Adapter, layer: Layer, sight: Sight, *, index: Any, config: Config) -> tuple[Array, Kept]:
    """One layer over whole rows, `x` (N, C) → (N, C), and what to keep of it. `adapter` is that of all layers."""
    own = of_layer(adapter, index)
    qkv = heads(x, own, layer, config)
    heard = listen(qkv, sight, config)
    middle = x + merge(heard, own, layer)
    gate_up = widen(middle, own, layer, config)
    return middle + narrow(gate_up, own, layer), Kept(x, qkv, heard, middle, gate_up)


def hidden(weights: dict[str, Any], adapter: Adapter, ids: Ids, lengths: Ids, config: Config) -> Array:
    """What the last layer says at every token: `ids` (B, T), of which the first `lengths` (B) count → (N, C)."""
    x, sight = begin(weights["embedding"], ids, lengths, config)
    for index, layer in enumerate(weights["layers"]):
        x, _ = block(x, adapter, layer, sight, index=index, config=config)
    last: Array = end(x, weights["norm"], config)
    return last


@partial(jax.jit, static_argnames="config")
def begin(embedding: Array, ids: Ids, lengths: Ids, config: Config) -> tuple[Array, Sight]:
    """The tokens as rows (N, C), in float32, and what each may look at: itself and what was said before it."""
    B, T = ids.shape
    place = jnp.arange(T)
    before = place[None, :, None] >= place[None, None, :]
    mask = before & (place[None, None, :] < lengths[:, None, None])  # (B, T, T)
    turn = rotation(jnp.broadcast_to(place, (B, T)), config)
    return embedding[ids].reshape(B * T, -1).astype(jnp.float32), Sight(turn, mask)


@partial(jax.jit, static_argnames="config")
def end(x: Array, norm: Array, config: Config) -> Array:
    """The last norm, `x` (N, C)."""
    return normalize(x, norm, config)


def logits(weights: dict[str, Any], x: Array) -> Array:
    """The scores of all tokens of the vocabulary: `x` (N, C) → (N, V)."""
    return product(x, weights["head"])
