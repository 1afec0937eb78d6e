"""The network one token at a time: what was read before lies in a cache of keys and values.

Letters as in `network`; S is the number of slots a row has in the cache.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ftwidgets.bases.config import Config
from ftwidgets.engine.network import (
    Array,
    Layer,
    attend,
    linear,
    logits,
    mlp,
    normalize,
    rotate,
    rotation,
    split_heads,
)


class Cache(NamedTuple):
    """Keys (already turned) and values of every layer, each (L, B, S, K, D)."""

    keys: Array
    values: Array


@partial(jax.jit, static_argnames=("config", "slots"))
def prefill(
    weights: dict[str, Any], adapter: dict[str, Any], ids: Array, lengths: Array, *, config: Config, slots: int
) -> tuple[Array, Cache]:
    """Read the prompts: `ids` (B, T), of which the first `lengths` (B) count.

    Returns the scores (B, V) after each prompt's last token, and the cache, with room for `slots` tokens a row.
    """
    B, T = ids.shape
    place = jnp.arange(T)
    turn = rotation(jnp.broadcast_to(place, (B, T)), config)
    mask = (place[None, :, None] >= place[None, None, :]) & (place[None, None, :] < lengths[:, None, None])  # (B, T, T)
    room = ((0, 0), (0, slots - T), (0, 0), (0, 0))

    def step(x: Array, layer: Layer) -> tuple[Array, Cache]:
        q, k, v = split_heads(linear(normalize(x, layer["attention_norm"], config), layer, "qkv"), B, config)
        k = rotate(k, turn)
        x = x + linear(attend(rotate(q, turn), k, v, mask), layer, "out")
        x = x + mlp(normalize(x, layer["mlp_norm"], config), layer)
        return x, Cache(jnp.pad(k, room), jnp.pad(v, room))

    x, cache = jax.lax.scan(step, weights["embedding"][ids].reshape(B * T, -1), weights["layers"] | adapter)
    last = x.reshape(B, T, -1)[jnp.arange(B), lengths - 1]  # (B, C)
    return logits(weights, normalize(last, weights["norm"], config)), cache


@partial(jax.jit, static_argnames="config", donate_argnames="cache")
def advance(
    weights: dict[str, Any], adapter: dict[str, Any], ids: Array, positions: Array, cache: Cache, *, config: Config
) -> tuple[Array, Cache]:
    """Read one more token a row: `ids` (B) at `positions` (B). Returns the scores (B, V) after it, and the cache."""
    B, rows = ids.shape[0], jnp.arange(ids.shape[0])
    turn = rotation(positions[:, None], config)
    mask = jnp.arange(cache.keys.shape[2])[None, None, :] <= positions[:, None, None]  # (B, 1, S)

    def step(carry: tuple[Array, Cache], layer: Layer) -> tuple[tuple[Array, Cache], None]:
        x, cache = carry
        q, k, v = split_heads(linear(normalize(x, layer["attention_norm"], config), layer, "qkv"), B, config)
        at = (layer["index"], rows, positions)  # written in place: the cache is carried, never copied
        cache = Cache(cache.keys.at[at].set(rotate(k, turn)[:, 0]), cache.values.at[at].set(v[:, 0]))
        heard = attend(rotate(q, turn), cache.keys[layer["index"]], cache.values[layer["index"]], mask)
        x = x + linear(heard, layer, "out")
        return (x + mlp(normalize(x, layer["mlp_norm"], config), layer), cache), None

    layers = weights["layers"] | adapter | {"index": jnp.arange(config.layers)}
    (x, cache), _ = jax.lax.scan(step, (weights["embedding"][ids], cache), layers)
    return logits(weights, normalize(x, weights["norm"], config)), cache


def widened(cache: Cache, slots: int) -> Cache:
    """The same cache with room for `slots` tokens a row."""
    more = ((0, 0), (0, 0), (0, slots - cache.keys.shape[2]), (0, 0), (0, 0))
    return Cache(jnp.pad(cache.keys, more), jnp.pad(cache.values, more))
