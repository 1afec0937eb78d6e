"""Personal data and secrets among many texts: ours, the same with Python's own `re`, and one pattern after the other.

    python benchmarks/privacy.py [--megabytes 20]

Chat texts whose words follow Zipf's law, with dates, prices, order numbers, times, addresses of pages and code in one
of three; in one of a hundred stands something personal. All three ways must give the same numbers.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable
from itertools import accumulate

from sizes import peak_memory

from ftwidgets.data.privacy import flagged, search, spans

PERSONAL = (
    "anna.{word}@{word}.de",
    "+49 30 {number}",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "34.120.{byte}.77",
    "password: {word}{byte}",
    "sk-proj-aB3dE5fG7hI9jK1lM{number}",
)
HARMLESS = (
    "order {number}",
    "on 2024-05-{day} at 12:30",
    "{byte}.99 EUR",
    "https://shop.example.com/{word}/{byte}",
    "version 1.{byte}.3",
    "`{word}({byte})`",
    "{byte} pieces",
)


def texts(megabytes: int) -> list[str]:
    """The texts, some hundred words each."""
    rng = random.Random(5)
    words = ["".join(rng.choices("etaoinshrdlucmwfgypbvk", k=rng.randint(2, 11))) for _ in range(20_000)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(words))))

    def filled(form: str) -> str:
        number, byte, day = rng.randrange(10**5, 10**7), rng.randrange(100), rng.randrange(10, 29)
        return form.format(word=rng.choice(words), number=number, byte=byte, day=day)

    made: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        text = rng.choices(words, cum_weights=weights, k=rng.randint(20, 300))
        if rng.random() < 1 / 3:
            text.insert(rng.randrange(len(text)), filled(rng.choice(HARMLESS)))
        if rng.random() < 1 / 100:
            text.insert(rng.randrange(len(text)), filled(rng.choice(PERSONAL)))
        made.append(" ".join(text))
        size += len(made[-1])
    return made


def with_re(among: list[str]) -> list[int]:
    """The same pass with Python's `re`, as without google-re2."""
    union = re.compile(search.union_of_triggers())
    return [number for number in search._suspects(among, union) if spans(among[number])]


def one_by_one(among: list[str]) -> list[int]:
    """Every pattern over every text."""
    return [number for number, text in enumerate(among) if any(list(search._of_kind(k, text)) for k in search.KINDS)]


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=20)
    among = texts(parser.parse_args().megabytes)
    size = sum(map(len, among)) / 1e6
    before = peak_memory()
    ways: dict[str, Callable[[list[str]], list[int]]] = {
        "google-re2, ours": flagged,
        "Python's re, ours": with_re,
        "each pattern with re": one_by_one,
    }
    told = []
    print(f"{len(among):,} texts, {size:.0f} MB\n\n| | MB/s of CPU | found | peak MB |\n|---|---|---|---|")
    for name, way in ways.items():
        start = time.process_time()
        told.append(way(among))
        rate = size / (time.process_time() - start)
        print(f"| {name} | {rate:,.0f} | {len(told[-1])} | {1000 * (peak_memory() - before):,.0f} |", flush=True)
    assert all(numbers == told[0] for numbers in told)


if __name__ == "__main__":
    main()
