"""The peer: the data-preparation steps that OpenAI's cookbook documents for chat files, written from their description.

    python benchmarks/peer_cookbook.py train.jsonl

All lines with json into a list of dicts; counts of format errors; examples without system or user message; tokens of
conversations and of assistants with cl100k_base and their distributions; how many are over the limit; the epochs that
a job would choose and the tokens it would bill. As its original does, it ends at the first line that is not JSON.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import tiktoken

Example = dict[str, Any]

LIMIT = 16_385
TARGET_EPOCHS = 3
EPOCHS = 1, 25
EXAMPLES = 100, 25_000
"""Fewest and most examples that a job should see over all its epochs."""

KEYS = ("role", "content", "name", "function_call", "weight")
ROLES = ("system", "user", "assistant", "function")
RANKS_NAME = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""The name under which tiktoken keeps the ranks of cl100k_base in its cache."""


def cl100k(ranks: Path | None) -> tiktoken.Encoding:
    """tiktoken's own cl100k_base, without a network: the rank file is put where tiktoken would keep it.

    `ranks` is the rank file, plain or gzipped, or a wheel that holds cl100k_base.tiktoken.gz; without it, the ranks
    in ftwidgets are written as such a file.
    """
    with tempfile.TemporaryDirectory() as cache:
        (Path(cache) / RANKS_NAME).write_bytes(rank_file(ranks))
        os.environ["TIKTOKEN_CACHE_DIR"] = cache
        return tiktoken.get_encoding("cl100k_base")


def rank_file(path: Path | None) -> bytes:
    """The ranks of cl100k_base as OpenAI publishes them."""
    if path is None:
        from ftwidgets.data.tokens import ranks

        return ranks.rank_file(ranks.tokens("cl100k_base"))
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as wheel:
            content = wheel.read(next(name for name in wheel.namelist() if name.endswith("cl100k_base.tiktoken.gz")))
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def read(path: Path) -> list[Example]:
    """All examples at once."""
    number = 0
    try:
        with open(path, encoding="utf-8") as file:
            dataset = []
            for line in file:
                number += 1
                dataset.append(json.loads(line))
            return dataset
    except ValueError as error:  # of UTF-8 or of JSON; where UTF-8 fails, the block that was being read
        sys.exit(f"died at line {number}: {type(error).__name__}: {error}")


def format_errors(dataset: list[Example]) -> Counter[str]:
    """How often each kind of format error is met."""
    errors: Counter[str] = Counter()
    for example in dataset:
        if not isinstance(example, dict):
            errors["data_type"] += 1
            continue
        messages = example.get("messages", None)
        if not messages:
            errors["missing_messages_list"] += 1
            continue
        for message in messages:
            if "role" not in message or "content" not in message:
                errors["message_missing_key"] += 1
            if any(key not in KEYS for key in message):
                errors["message_unrecognized_key"] += 1
            if message.get("role", None) not in ROLES:
                errors["unrecognized_role"] += 1
            content = message.get("content", None)
            call = message.get("function_call", None)
            if (not content and not call) or not isinstance(content, str):
                errors["missing_content"] += 1
        if not any(message.get("role", None) == "assistant" for message in messages):
            errors["example_missing_assistant_message"] += 1
    return errors


def conversation_tokens(encoding: tiktoken.Encoding, messages: list[dict[str, Any]]) -> int:
    """Three tokens a message, one a name, three for the reply, and every value's own."""
    tokens = 0
    for message in messages:
        tokens += 3
        for key, value in message.items():
            tokens += len(encoding.encode(value))
            if key == "name":
                tokens += 1
    return tokens + 3


def assistant_tokens(encoding: tiktoken.Encoding, messages: list[dict[str, Any]]) -> int:
    """The tokens of what the assistant says."""
    return sum(len(encoding.encode(message["content"])) for message in messages if message["role"] == "assistant")


def print_distribution(values: list[int], name: str) -> None:
    """Least and most, mean and median, and the outer tenths."""
    print(f"\n#### Distribution of {name}:")
    print(f"min / max: {min(values)}, {max(values)}")
    print(f"mean / median: {np.mean(values)}, {np.median(values)}")
    print(f"p5 / p95: {np.quantile(values, 0.1)}, {np.quantile(values, 0.9)}")


def epochs(examples: int) -> int:
    """The epochs that a job would choose for so many examples."""
    fewest, most = EXAMPLES
    if examples * TARGET_EPOCHS < fewest:
        return min(EPOCHS[1], fewest // examples)
    if examples * TARGET_EPOCHS > most:
        return max(EPOCHS[0], most // examples)
    return TARGET_EPOCHS


def main() -> None:
    """All steps, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--ranks", type=Path, help="where the ranks of cl100k_base are; else those in ftwidgets")
    args = parser.parse_args()
    dataset = read(args.path)
    print("Num examples:", len(dataset))
    print("First example:", *dataset[0]["messages"], sep="\n")
    print(dict(format_errors(dataset)) or "No errors found")

    encoding = cl100k(args.ranks)
    missing: Counter[str] = Counter()
    message_counts, conversation_lengths, assistant_lengths = [], [], []
    for example in dataset:
        messages = example["messages"]
        missing.update(role for role in ("system", "user") if not any(one["role"] == role for one in messages))
        message_counts.append(len(messages))
        conversation_lengths.append(conversation_tokens(encoding, messages))
        assistant_lengths.append(assistant_tokens(encoding, messages))
    for role in ("system", "user"):
        print(f"Num examples missing {role} message: {missing[role]}")
    print_distribution(message_counts, "num_messages_per_example")
    print_distribution(conversation_lengths, "num_total_tokens_per_example")
    print_distribution(assistant_lengths, "num_assistant_tokens_per_example")
    print(f"\n{sum(n > LIMIT for n in conversation_lengths)} examples may be over the {LIMIT} token limit")
    billed, chosen = sum(min(LIMIT, length) for length in conversation_lengths), epochs(len(dataset))
    print(f"Dataset has ~{billed} tokens that will be charged for during training")
    print(f"By default, you'll train for {chosen} epochs, and be charged for ~{chosen * billed} tokens")


if __name__ == "__main__":
    main()
