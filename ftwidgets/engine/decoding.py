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
    Adapter,
    Array,
    Ids,
    Layer,
    Rotation,
    Sight,
    attend,
    begin,
    block,
    heads,
    logits,
    merge,
    narrow,
    normalize,
    of_layer,
    rotation,
    turned_heads,
    widen,
)


class Heard(NamedTuple):
    """Keys (already turned) and values of one layer, each (B, K, S, D)."""

    keys: Array
    values: Array


Cache = list[Heard]


def prefill(
    weights: dict[str, Any], adapter: Adapter, ids: Ids, lengths: Ids, *, config: Config, slots: int
) -> tuple[Array, Cache]:
    """Read the prompts: `ids` (B, T), of which the first `lengths` (B) count.

    Returns the scores (B, V) after each prompt's last token, and the cache, with room for `slots` tokens a row.
    """
    x, sight = begin(weights["embedding"], ids, lengths, config)
    cache = []
    for index, layer in enumerate(weights["layers"]):
        x, kept = block(x, adapter, layer, sight, index=index, config=config)
        cache.append(_remember(kept.qkv, sight.turn, config, slots))
    return _last_scores(x, weights["norm"], weights["head"], lengths, config), cache


@partial(jax.jit, static_argnames=("config", "slots"))
def _remember(qkv: list[Array], turn: Rotation, config: Config, slots: int) -> Heard:
    _, k, v = turned_heads(qkv, turn, config)
    return _widened(Heard(k, v), slots)


@partial(jax.jit, static_argnames="config")
def _last_scores(x: Array, norm: Array, head: Array, lengths: Ids, config: Config) -> Array:
    B = lengths.shape[0]
    last = x.reshape(B, -1, config.width)[jnp.arange(B), lengths - 1]  # (B, C)
    return logits({"head": head}, normalize(last, norm, config))


def advance(
    weights: dict[str, Any], adapters: list[Adapter], ids: Array, positions: Array, cache: Cache, *, config: Config
) -> tuple[Array, Cache]:
    """Read one more token a row: `ids` (B) at `positions` (B), with the adapter cut by layers.

    Returns the scores (B, V) after it, and the cache, in which it writes.
    """
    x, sight = _look_back(weights["embedding"], ids, positions, config, cache[0].keys.shape[2])
    heard = []
    for layer, adapter, before in zip(weights["layers"], adapters, cache, strict=True):
        x, after = _advance_layer(x, adapter, layer, before, positions=positions, sight=sight, config=config)
        heard.append(after)
    return _scores(x, weights["norm"], weights["head"], config), heard


@partial(jax.jit, static_argnames=("config", "slots"))
def _look_back(embedding: Array, ids: Array, positions: Array, config: Config, slots: int) -> tuple[Array, Sight]:
    mask = jnp.arange(slots)[None, None, :] <= positions[:, None, None]  # (B, 1, S)
    return embedding[ids].astype(jnp.float32), Sight(rotation(positions[:, None], config), mask)


@partial(jax.jit, static_argnames="config", donate_argnames="before")
def _advance_layer(
    x: Array, adapter: Adapter, layer: Layer, before: Heard, *, positions: Array, sight: Sight, config: Config
) -> tuple[Array, Heard]:
    q, k, v = turned_heads(heads(x, adapter, layer, config), sight.turn, config)
    at = (jnp.arange(x.shape[0]), slice(None), positions)
    after = Heard(before.keys.at[at].set(k[:, :, 0]), before.values.at[at].set(v[:, :, 0]))
    x = x + merge(attend(q, *after, sight.mask), adapter, layer)
    return x + narrow(widen(x, adapter, layer, config), adapter, layer), after


@partial(jax.jit, static_argnames="config")
def _scores(x: Array, norm: Array, head: Array, config: Config) -> Array:
    return logits({"head": head}, normalize(x, norm, config))


def by_layers(adapter: Adapter, count: int) -> list[Adapter]:
    """The adapter cut into those of its `count` layers, once for an answer, not for every token of it."""
    return [_of_layer(adapter, index) for index in range(count)]


_of_layer = jax.jit(of_layer)


def widened(cache: Cache, slots: int) -> Cache:
    """The same cache with room for `slots` tokens a row."""
    return [_widened(heard, slots) for heard in cache]


def _widened(heard: Heard, slots: int) -> Heard:
    more = ((0, 0), (0, 0), (0, slots - heard.keys.shape[2]), (0, 0))
    return Heard(jnp.pad(heard.keys, more), jnp.pad(heard.values, more))
