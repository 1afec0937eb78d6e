"""Tokens a second of generation, for one row and for many, greedy and sampled, and the memory that it takes.

python benchmarks/generation_speed.py BASE_FOLDER
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import describe, peak_memory

from ftwidgets.bases.config import Config
from ftwidgets.engine import adapters, weights
from ftwidgets.engine.generation import Prompt, generate
from ftwidgets.engine.sampling import Sampler

SAMPLERS: dict[str, dict[str, Any]] = {
    "greedy": {"temperature": 0.0},
    "sampled": {"temperature": 1.0, "top_p": 0.9, "seed": 0},
}


def main() -> None:
    """Measure and print."""
    args = _arguments()
    config = Config.read(args.base)
    start = time.perf_counter()
    base_weights = weights.load(args.base, config)
    adapter = adapters.start(config, seed=0) if args.adapter else None
    print(describe())
    print(f"load {time.perf_counter() - start:.2f} s")
    for rows in args.rows:
        for name, choice in SAMPLERS.items():
            runs = [
                timed(base_weights, config, _prompts(rows, args, config.vocabulary, choice), adapter)
                for _ in range(1 + args.runs)
            ]
            first, rate = (statistics.median(values) for values in zip(*runs[1:], strict=True))  # the first compiles
            print(f"{rows:3} rows, {name:8} {rate:5.0f} tokens/s, {first:.2f} s to the first token")
    print(f"peak memory {peak_memory():.2f} GB")


def timed(
    base_weights: weights.Weights, config: Config, prompts: list[Prompt], adapter: adapters.Adapter | None
) -> tuple[float, float]:
    """The seconds to the first token, and the tokens a second from there on."""
    start = time.perf_counter()
    spoken = generate(base_weights, config, prompts, adapter)
    for _ in prompts:
        next(spoken)
    first = time.perf_counter()
    said = sum(1 for _ in spoken)
    return first - start, said / (time.perf_counter() - first)


def _prompts(rows: int, args: argparse.Namespace, vocabulary: int, choice: dict[str, Any]) -> list[Prompt]:
    random = np.random.default_rng(0)
    ids = random.integers(3, vocabulary, (rows, args.prompt)).tolist()
    return [Prompt(row, Sampler(**choice), args.tokens) for row in ids]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="folder of a base model in the Hugging Face layout")
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--prompt", type=int, default=40, help="tokens of a prompt")
    parser.add_argument("--tokens", type=int, default=40, help="tokens of an answer")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--adapter", action="store_true", help="with an adapter, as a fine-tuned model has")
    return parser.parse_args()


if __name__ == "__main__":
    main()
