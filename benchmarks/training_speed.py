"""Tokens a second of LoRA training steps, ours and, with --peer, those of torch and peft on the same batches.

All run at once, each waiting for its turn: a step of ours, some matrix products, a step of the peer's in float32, one
in bfloat16, and again. Other work on the machine so slows all of them alike; compare the ratios.
    python benchmarks/training_speed.py BASE_FOLDER --peer PYTHON_WITH_TORCH
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jax
import numpy as np
from machine import Products, describe, peak_memory

from ftwidgets.bases.chat import Rendered
from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters, training, weights
from ftwidgets.engine.batches import Batch, Batches
from ftwidgets.engine.loss import loss_and_gradient

WARM_UP = 2

PAUSE = 0.1
"""Seconds before each turn: the threads of the one before spin for a while before they sleep."""


def main() -> None:
    """Measure and print."""
    args = _arguments()
    config = Config.read(args.base)
    examples = _examples(args.rows * args.batches, args.tokens, config.vocabulary)
    batches = list(Batches(examples, args.rows).all())
    print(describe())
    start = time.perf_counter()
    ours = our_steps(args.base, config, batches)
    next(ours)
    first = time.perf_counter() - start
    products = Products(args.rows * args.tokens, config.width, 2 * config.mlp_width)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        peers = {
            kind: stack.enter_context(Peer(args, kind, _written(examples, args.rows, folder))) for kind in _kinds(args)
        }
        seconds = _taken_in_turns({"ours": ours} | peers, products, args.steps)
        memory = {name: peer.memory for name, peer in peers.items()}
    tokens = args.rows * args.tokens
    for name, taken in seconds.items():
        ratio = statistics.median(theirs / own for theirs, own in zip(taken, seconds["ours"], strict=True))
        rate, best = tokens / statistics.median(taken), tokens / min(taken)
        peak = peak_memory() if name == "ours" else memory[name]
        print(f"{name:5} {rate:5.0f} tokens/s (best {best:.0f}), peak {peak:.2f} GB; ours is {ratio:.2f} times as fast")
    needed = operations(config, args.rows, args.tokens, statistics.mean(batch.counts.sum() for batch in batches))
    limit, gigas = products.rate, needed / 1e9
    share = needed / min(seconds["ours"]) / limit
    print(
        f"matrix products {limit / 1e9:.0f} GFLOP/s at best; a step needs {gigas:.0f} GFLOP: best {share:.0%} of that"
    )
    print(f"load, compile and first step {first:.1f} s")


def our_steps(base: Path, config: Config, batches: list[Batch]) -> Iterator[float]:
    """Endless optimiser steps of ours through the batches; yields the seconds of each."""
    base_weights = weights.load(base, config)
    weights.widen_to_float32(base_weights)
    adapter = adapters.start(config, seed=0)
    optimizer = training.optimizer(training.Recipe(1, batches[0].ids.shape[0], 1.0, 0), total=1000)
    moments, update = optimizer.init(adapter), training.compiled_update(optimizer)
    while True:
        for batch in batches:
            start = time.perf_counter()
            _, gradient = loss_and_gradient(adapter, base_weights, batch, config)
            adapter, moments = jax.block_until_ready(update(adapter, moments, gradient))
            yield time.perf_counter() - start


class Peer:
    """The peer's process: `next` lets it take one step and gives the seconds."""

    def __init__(self, args: argparse.Namespace, kind: str, batches: Path) -> None:
        """Start it; `kind` is its number type, f32 or bf16."""
        script = Path(__file__).parent / "peer_peft.py"
        choices = [
            "--model",
            args.base,
            "--batches",
            batches,
            "--dtype",
            kind,
            "--rank",
            str(adapters.RANK),
            "--interleave",
        ]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([args.peer, script, *choices], text=True, **pipes)
        self.memory = 0.0

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def __iter__(self) -> Iterator[float]:
        return self

    def __next__(self) -> float:
        assert self._process.stdin
        assert self._process.stdout
        print("go", file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            sys.exit("The peer has ended; run benchmarks/peer_peft.py by itself to see why.")
        self.memory = max(self.memory, _peak_of(self._process.pid))
        return float(json.loads(line)["seconds"])


def operations(config: Config, rows: int, tokens: int, trained: float) -> float:
    """The operations that a step's mathematics needs: no recomputation, no masked half, no padding.

    Frozen weights take part twice (forward, and back to their input; the first layer's q, k and v only once), adapters
    three times. Attention multiplies twice forward and four times back. The head sees only the `trained` places.
    """
    inputs, parts = adapters.inputs(config), adapters.parts(config)
    frozen = sum(inputs[name] * sum(widths) for name, widths in parts.items())
    low_rank = sum(adapters.RANK * (len(widths) * inputs[name] + sum(widths)) for name, widths in parts.items())
    first = inputs["qkv"] * sum(parts["qkv"])
    attention = 6 * config.heads * config.head_width * (tokens + 1) / 2
    each_token = config.layers * (2 * frozen + 3 * low_rank + attention) - first
    return 2 * (rows * tokens * each_token + trained * 2 * config.width * config.vocabulary)


def _taken_in_turns(takers: dict[str, Iterator[float]], products: Products, steps: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in takers}
    for step in range(WARM_UP + steps):
        for name, taker in takers.items():
            time.sleep(PAUSE)
            seconds = next(taker)
            taken[name] += [seconds] if step >= WARM_UP else []
            if name == "ours":
                products.measure()
    return taken


def _examples(count: int, tokens: int, vocabulary: int) -> list[Rendered]:
    """Random tokens, the last quarter of each row trained."""
    random = np.random.default_rng(0)
    mask = tuple(int(place >= tokens - tokens // 4) for place in range(tokens))
    return [Rendered(tuple(random.integers(3, vocabulary, tokens).tolist()), mask) for _ in range(count)]


def _written(examples: list[Rendered], rows: int, folder: str) -> Path:
    groups = [examples[n : n + rows] for n in range(0, len(examples), rows)]
    batches = [{"ids": [row.ids for row in group], "mask": [row.mask for row in group]} for group in groups]
    path = Path(folder) / "batches.json"
    path.write_text(json.dumps({"batches": batches}), "utf-8")
    return path


def _kinds(args: argparse.Namespace) -> list[str]:
    return ["f32", "bf16"] if args.peer else []


def _peak_of(process: int) -> float:
    """The most memory that another process has held, in GB; 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 / 1e9 for line in lines if line.startswith("VmHWM")), 0.0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="folder of a base model in the Hugging Face layout")
    parser.add_argument("--peer", type=Path, help="interpreter of an environment with torch, transformers and peft")
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--batches", type=int, default=4)
    parser.add_argument("--steps", type=int, default=12)
    return parser.parse_args()


if __name__ == "__main__":
    main()
