"""How fast the rules about texts are on a chat file of yours, and how many rows are looked at for nothing.

    python benchmarks/text_rules.py chat.jsonl --megabytes 100

Prints, in CPU seconds of one process: the sieve alone in MB/s, the rows that it caught, those of them in which no rule
found anything, and what looking at one caught row took; then the same of each rule's hint alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from ftwidgets.data import load
from ftwidgets.data.examination import rules_of, text_findings
from ftwidgets.data.sieve import Sieve, joined_for_sieve
from ftwidgets.data.texts import texts_of


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The CPU seconds that something took, and what it gave."""
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--megabytes", type=float, default=100)
    chosen = parser.parse_args()

    examples, texts, size = [], [], 0.0
    for example in load(chosen.file):
        examples.append(example)
        texts.append(joined_for_sieve([(speaker, text) for _, speaker, text in texts_of(example)]))
        size += len(texts[-1].encode()) / 1e6
        if size > chosen.megabytes:
            break
    rules = rules_of("text")
    sieve = Sieve([rule.hint or "" for rule in rules])
    seconds, caught = timed(lambda: sieve.caught(texts))
    print(f"{len(texts):,} rows, {size:.0f} MB of text")
    print(f"sieve: {size / seconds:.0f} MB/s, caught {len(caught):,} rows ({100 * len(caught) / len(texts):.2f} %)")
    seconds, found = timed(lambda: [list(text_findings(examples[n])) for n in caught])
    nothing = found.count([])
    print(f"for nothing: {nothing:,} rows ({100 * nothing / len(texts):.2f} %); ", end="")
    print(f"{1000 * seconds / max(1, len(caught)):.2f} ms a caught row")
    for rule in rules:
        alone = Sieve([rule.hint or ""])
        seconds, caught = timed(lambda alone=alone: alone.caught(texts))
        print(f"  {rule.id:24}{size / seconds:7.0f} MB/s {100 * len(caught) / len(texts):8.3f} %")


if __name__ == "__main__":
    main()
