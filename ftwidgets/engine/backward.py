"""The way back through the network: from the gradient at what it said to that of the adapter.

What goes from one piece of a layer to the next was kept on the way forward, so that the pieces can be taken one by one
in reverse: JAX differentiates each piece, and the rest is a loop. Letters of shapes as in `network`.
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
    Kept,
    Layer,
    Sight,
    begin,
    block,
    end,
    heads,
    listen,
    merge,
    narrow,
    normalize,
    of_layer,
    widen,
)


class Tape(NamedTuple):
    """What the way back needs of the whole network."""

    sight: Sight
    kept: list[Kept]
    last: Array


def forward(weights: dict[str, Any], adapter: Adapter, ids: Ids, lengths: Ids, config: Config) -> tuple[Array, Tape]:
    """As `hidden`, with the tape for `backward`: 12 MB a layer at 8 rows of 64 tokens in the default base."""
    x, sight = begin(weights["embedding"], ids, lengths, config)
    kept = []
    for index, layer in enumerate(weights["layers"]):
        x, one = block(x, adapter, layer, sight, index=index, config=config)
        kept.append(one)
    return end(x, weights["norm"], config), Tape(sight, kept, x)


def backward(weights: dict[str, Any], adapter: Adapter, tape: Tape, dx: Array, config: Config) -> Adapter:
    """The gradient of the adapter from that of what `forward` returned, `dx` (N, C). Uses the tape up as it goes."""
    dx = end_back(tape.last, weights["norm"], dx, config)
    gradient: Adapter = jax.tree.map(jnp.zeros_like, adapter)
    for index in reversed(range(config.layers)):
        layer, kept = weights["layers"][index], tape.kept.pop()
        dx, gradient = block_back(
            dx, gradient, kept, adapter=adapter, layer=layer, sight=tape.sight, index=index, config=config
        )
    return gradient


@partial(jax.jit, static_argnames="config", donate_argnames="gradient")
def block_back(
    dy: Array,
    gradient: Adapter,
    kept: Kept,
    *,
    adapter: Adapter,
    layer: Layer,
    sight: Sight,
    index: Any,
    config: Config,
) -> tuple[Array, Adapter]:
    """The way back through one layer: from the gradient at its output that at its input, (N, C) both.

    The layer's part of the adapter's gradient is written into `gradient`. XLA leaves out what a piece computed only
    for its own output, so the frozen products run once on each way.
    """

    def own(name: str) -> Adapter:
        return of_layer({key: value for key, value in adapter.items() if key.startswith(f"{name}.")}, index)

    d_gate_up, down = jax.vjp(lambda g, a: narrow(g, a, layer), kept.gate_up, own("down"))[1](dy)
    dx, gate_up = jax.vjp(lambda x, a: widen(x, a, layer, config), kept.middle, own("gate_up"))[1](d_gate_up)
    d_middle = dy + dx
    d_heard, out = jax.vjp(lambda h, a: merge(h, a, layer), kept.heard, own("out"))[1](d_middle)
    (d_qkv,) = jax.vjp(lambda qkv: listen(qkv, sight, config), kept.qkv)[1](d_heard)
    dx, qkv = jax.vjp(lambda x, a: heads(x, a, layer, config), kept.x, own("qkv"))[1](d_qkv)
    found = down | gate_up | out | qkv
    return d_middle + dx, jax.tree.map(lambda whole, part: whole.at[index].set(part), gradient, found)


@partial(jax.jit, static_argnames="config")
def end_back(x: Array, norm: Array, dy: Array, config: Config) -> Array:
    """The way back through the last norm."""
    dx: Array = jax.vjp(lambda x: normalize(x, norm, config), x)[1](dy)[0]
    return dx
