"""Near-duplicates among many texts: found, missed, falsely reported; processor time and peak memory; beside datasketch.

    python benchmarks/near_duplicates.py [--rows 100000 1000000] [--words 55] [--datasketch python-with-datasketch]

Three kinds of text, drawn from words by Zipf's law: `plain` (no two alike but for those planted), `templates` (support
answers from forty templates in which a name, a product, a number and a sentence differ) and `mixed` (half of each).
Every twentieth text is an earlier one with one to three words inserted, deleted or changed, or a part of it moved; of
these, those that share at least 0.8 of their runs of three words count, counted here with Python's own sets.
"Found" is the share of them that ends up in one group. "Right" is the share of the reported pairs that are alike, of
which 20,000 are counted again. datasketch is asked for candidates only, with its own choice of bands for 0.8.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

from sizes import peak_memory

KINDS = ("plain", "templates", "mixed")
VOCABULARY, CHANGED = 50_000, 20


def main() -> None:
    """Write the texts, measure each kind in a process of its own, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--words", type=int, default=55, help="words of a text")
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--datasketch", help="a Python that has datasketch, for the smallest number of rows")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        {"ours": measure, "datasketch": measure_datasketch}[given.measure[0]](Path(given.measure[1]))
        return
    print("| texts | MB | | CPU s | wall s | peak MB | planted | found | pairs | right |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for rows in given.rows:
            for kind in given.kinds:
                path = Path(folder) / f"{kind}-{rows}.txt"
                write(path, rows, kind, given.words)
                size = f"| {rows:,} {kind} | {path.stat().st_size / 1e6:,.0f} "
                print(f"{size}| ours {_told(sys.executable, 'ours', path)}", flush=True)
                if given.datasketch and rows == min(given.rows):
                    print(f"{size}| datasketch {_told(given.datasketch, 'datasketch', path)}", flush=True)
                path.unlink()


def _told(python: str, what: str, path: Path) -> str:
    done = subprocess.run(
        [python, __file__, "--measure", what, str(path)], stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


def write(path: Path, rows: int, kind: str, words: int) -> None:
    """One text a line; beside it, which texts are planted, and after which."""
    rng = random.Random(rows)
    vocabulary = ["".join(rng.choices("etaoinshrdlucmwfgypbvk", k=rng.randint(2, 11))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))

    def drawn(count: int) -> list[str]:
        return rng.choices(vocabulary, cum_weights=weights, k=count)

    templates = [[drawn(rng.randint(6, 12)) for _ in range(4)] for _ in range(40)]
    recent: list[tuple[int, list[str]]] = []
    planted = []
    with path.open("w") as file:
        for row in range(rows):
            if recent and row % CHANGED == 0:
                place = rng.randrange(len(recent))
                planted.append((recent[place][0], row))
                text = changed(recent[place][1], rng, vocabulary)
            elif kind == "templates" or (kind == "mixed" and row % 2):
                a, b, c, d = rng.choice(templates)
                text = [*a, *drawn(1), *b, vocabulary[rng.randrange(300)], *c, str(rng.randrange(10**7)), *d, *drawn(4)]
            else:
                text = drawn(rng.randint(words // 2, words * 3 // 2))
            recent.append((row, text))
            if len(recent) > 5000:
                recent[rng.randrange(5000)] = recent.pop()
            file.write(" ".join(text) + "\n")
    path.with_suffix(".json").write_text(json.dumps(planted))


def changed(text: list[str], rng: random.Random, vocabulary: list[str]) -> list[str]:
    """The text with one to three words inserted, deleted or changed, or its parts exchanged."""
    text = list(text)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(text))
        match rng.choice(["inserted", "deleted", "changed", "exchanged"]):
            case "inserted":
                text.insert(place, rng.choice(vocabulary))
            case "deleted":
                del text[place]
            case "changed":
                text[place] = rng.choice(vocabulary)
            case _:
                text = text[place:] + text[:place]
    return text


def _reading(path: Path) -> tuple[Iterator[str], Callable[[int], str]]:
    """The texts of the file in order, and one by its number."""
    import numpy as np

    file = path.open("rb")
    lengths = np.fromiter(map(len, file), np.int64)
    places = np.cumsum(lengths) - lengths

    def text_at(number: int) -> str:
        return os.pread(file.fileno(), int(lengths[number]) - 1, int(places[number])).decode()

    return (line[:-1] for line in path.open()), text_at


def measure(path: Path) -> None:
    """Ours: the cells of the table's line."""
    from ftwidgets.data.near import groups, near_pairs

    texts, text_at = _reading(path)
    base = peak_memory()
    start, wall = time.process_time(), time.perf_counter()
    pairs = near_pairs(texts, text_at)
    used, passed, peak = time.process_time() - start, time.perf_counter() - wall, peak_memory() - base
    rows = path.read_bytes().count(b"\n")
    group = groups(pairs, rows)
    planted = alike(path, text_at)
    found = sum(group[i] == group[j] for i, j in planted)
    some = random.Random(1).sample(list(pairs), min(20_000, len(pairs)))
    right = sum(_jaccard(text_at(i), text_at(j)) >= 0.8 for i, j, _ in some)
    print(
        f"| {used:.1f} | {passed:.1f} | {1000 * peak:,.0f} | {len(planted):,} | {found / len(planted):.5f} "
        f"| {len(pairs):,} | {right / len(some):.4f} |"
    )


def measure_datasketch(path: Path) -> None:
    """The peer: the same cells; all its candidates count as reported."""
    from datasketch import MinHash, MinHashLSH

    texts, text_at = _reading(path)
    base = peak_memory()
    start, wall = time.process_time(), time.perf_counter()
    index = MinHashLSH(threshold=0.8, num_perm=128)
    reported: set[tuple[int, int]] = set()
    for number, text in enumerate(texts):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([" ".join(run).encode() for run in _runs(text)])
        reported.update((other, number) for other in index.query(sketch))
        index.insert(number, sketch, check_duplication=False)
    used, passed, peak = time.process_time() - start, time.perf_counter() - wall, peak_memory() - base
    planted = alike(path, text_at)
    found = sum(pair in reported for pair in planted)
    some = random.Random(1).sample(sorted(reported), min(20_000, len(reported)))
    right = sum(_jaccard(text_at(i), text_at(j)) >= 0.8 for i, j in some)
    print(
        f"| {used:.1f} | {passed:.1f} | {1000 * peak:,.0f} | {len(planted):,} | {found / len(planted):.5f} "
        f"| {len(reported):,} | {right / len(some):.4f} |"
    )


def alike(path: Path, text_at: Callable[[int], str]) -> list[tuple[int, int]]:
    """The planted pairs that are alike."""
    planted = [tuple(pair) for pair in json.loads(path.with_suffix(".json").read_text())]
    return [(i, j) for i, j in planted if _jaccard(text_at(i), text_at(j)) >= 0.8]


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return set(zip(words, words[1:], words[2:], strict=False))


def _jaccard(one: str, other: str) -> float:
    first, second = _runs(one), _runs(other)
    return len(first & second) / len(first | second)


if __name__ == "__main__":
    main()
