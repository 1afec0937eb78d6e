"""Counting tokens: ours beside tiktoken, gigatoken alone and bpe-openai, on the same texts in one run.

    python benchmarks/token_counting.py [--megabytes 50] [--encoding o200k_base]

In MB of text a second of processor time, texts of 500 characters in lists of 20,000, each list as the peer takes it
fastest with a count a text. ASCII: the standard library's sources. Foreign: names from the CLDR in French, German and
Chinese, strung together. Every peer is ready before it is measured; ours starts cold once and then goes over the same
texts again. The counts that differ from tiktoken's are told.
"""

from __future__ import annotations

import argparse
import random
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import babel
import numpy as np
import tiktoken
from machine import describe, peak_memory

from ftwidgets.data.tokens.encoding import Encoding
from ftwidgets.data.tokens.quick import Quick
from ftwidgets.data.tokens.ranks import SHA256, tokens
from ftwidgets.data.tokens.reference import PATTERNS

LETTERS, LIST = 500, 20_000

Counter = Callable[[list[str]], Sequence[int]]


def ascii_texts() -> Iterator[str]:
    """Pieces of the standard library's and the site's sources that are ASCII."""
    paths = [Path(sysconfig.get_path(folder)) for folder in ("stdlib", "purelib")]
    for path in sorted(file for folder in paths for file in folder.rglob("*.py")):
        content = path.read_bytes()
        if content.isascii():
            text = content.decode()
            yield from (text[start : start + LETTERS] for start in range(0, len(text) - LETTERS, LETTERS))


def foreign_texts() -> Iterator[str]:
    """Names of languages, countries and currencies in three languages, in a seeded order."""
    dice = random.Random(7)
    tongues = []
    for name in ("fr", "de", "zh"):
        locale = babel.Locale(name)
        tables = (locale.languages, locale.territories, locale.currencies)
        tongues.append([str(word) for table in tables for word in table.values()])
    while True:
        tongue = dice.choice(tongues)
        yield dice.choice((" ", ", ", ". ", "，")).join(dice.choices(tongue, k=80))[:LETTERS]


def lists(texts: Iterator[str], megabytes: float) -> list[list[str]]:
    """So much text, in lists."""
    chosen: list[str] = []
    left = megabytes * 1e6
    for text in texts:
        chosen.append(text)
        left -= len(text.encode())
        if left <= 0:
            break
    return [chosen[start : start + LIST] for start in range(0, len(chosen), LIST)]


def ours(name: str) -> Counter:
    """Ours, cold, as a data set meets it."""
    made = Encoding(name)
    return lambda texts: made.counts(texts).tolist()


def with_tiktoken(name: str) -> Counter:
    """tiktoken, on one core."""
    ranks = {token: rank for rank, token in enumerate(tokens(name))}
    encode = tiktoken.Encoding(name, pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens={}).encode_ordinary
    return lambda texts: [len(encode(text)) for text in texts]


def with_gigatoken(name: str) -> Counter:
    """gigatoken alone, whatever the texts hold."""
    encode = Quick(name).encode
    return lambda texts: [len(encode(text)) for text in texts]


def with_bpe_openai(name: str) -> Counter:
    """bpe-openai, on one core."""
    import bpe_openai

    encode = bpe_openai.get_encoding(name).encode_ordinary
    return lambda texts: [len(encode(text)) for text in texts]


def main() -> None:
    """Print a line a peer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--encoding", choices=list(SHA256), default="o200k_base")
    asked = parser.parse_args()
    print(describe())
    for kind, texts in (("ASCII", ascii_texts()), ("foreign", foreign_texts())):
        batches = lists(texts, asked.megabytes)
        size = sum(len(text.encode()) for batch in batches for text in batch) / 1e6
        true: np.ndarray | None = None
        for title, make in (
            *(("tiktoken", with_tiktoken), ("bpe-openai", with_bpe_openai)),
            *(("gigatoken alone", with_gigatoken), ("ours", ours)),
        ):
            try:
                count = make(asked.encoding)
            except ImportError:
                print(f"{kind:8} {title:16} is not installed")
                continue
            for again in ("", ", again") if title in ("ours", "gigatoken alone") else ("",):
                start = time.process_time()
                counts = np.concatenate([count(batch) for batch in batches])
                took = time.process_time() - start
                true = counts if true is None else true
                print(
                    f"{kind:8} {title + again:22} {size / took:6.0f} MB/s of processor time, {took:5.2f} s for "
                    f"{size:.0f} MB, {(counts != true).sum()} of {len(counts):,} counts differ"
                )
    print(f"peak memory {peak_memory():.2f} GB")


if __name__ == "__main__":
    main()
