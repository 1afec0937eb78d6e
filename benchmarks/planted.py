"""Write a chat file of any size with faults of every kind at known lines, and a truth file that says where.

    python benchmarks/planted.py 100 out.jsonl            100 MB, and out.truth.jsonl beside it
    python benchmarks/planted.py 100 out.jsonl --clean    the same without faults, oddities and tool calls
    python benchmarks/planted.py 72 out.jsonl --pairs     prompt/completion pairs without faults

The same seed gives the same bytes. Besides the faults, of which each row has at most one, the file is odd where it may
be: a byte-order mark, blank lines, some lines that end in CRLF, and no newline at the end.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import orjson
from planted_faults import ALSO, APART, PAIRS, PLANTS, RULES
from planted_soil import Soil, jaccard
from planted_text import Example, Prose

SHARE = 0.001
"""The share of the rows that get a fault; each kind is planted once at least."""

ROW_BYTES = {False: 2_764, True: 1_013}
"""The bytes of a row on average: a chat's, a pair's."""

BLOCK = 500
"""Rows that are made at once."""

SOUND_START = 100
"""No fault before this row: pairs need earlier ones."""

KEPT = 64
"""Earlier rows that are held for pairs, of each length."""


@dataclass(frozen=True)
class Plant:
    """One planted fault: its line, counted from 1 as an editor does, and the rule that ought to find it.

    `message_index` counts from 1; None where the fault is the whole row's. Faults of a pair stand at the later line,
    and `other_line` is the earlier. `also` are rules that may rightly say something of the same row.
    """

    line: int
    kind: str
    rule: str
    level: str
    message_index: int | None = None
    other_line: int | None = None
    also: tuple[str, ...] = ()


@dataclass
class Earlier:
    """Sound rows with their lines, kept so that a later one can be like them; each is given away once."""

    chance: random.Random
    rows: dict[int, list[tuple[int, bytes]]] = field(default_factory=lambda: {3: [], 5: []})

    def keep(self, line: int, raw: bytes, messages: int) -> None:
        """Remember a row, in the place of another where there are many."""
        rows = self.rows[3 if messages == 3 else 5]
        if len(rows) < KEPT:
            rows.append((line, raw))
        else:
            rows[self.chance.randrange(KEPT)] = line, raw

    def take(self, kind: str) -> tuple[int | None, Example | None]:
        """An earlier row fit for this kind of fault."""
        if kind not in PAIRS:
            return None, None
        rows = self.rows[PAIRS[kind]]
        line, raw = rows.pop(self.chance.randrange(len(rows)))
        return line, orjson.loads(raw)


def write(path: Path, rows: int, *, seed: int = 0, clean: bool = False, share: float = SHARE) -> list[Plant]:
    """Write so many rows of chat to `path`, and say what was planted, in the order of the lines.

    Raises:
        ValueError: there are too few rows for a fault of every kind.
    """
    chance = random.Random(seed)
    prose = _prose(seed)
    plan = {} if clean else _plan(rows, share, chance)
    plants: list[Plant] = []
    earlier, line = Earlier(chance), 0
    with path.open("wb") as file:
        if not clean:
            file.write("\ufeff".encode())
        for row, example in enumerate(_examples(prose, rows, seed, set(plan), tools=not clean)):
            end = b"\n" if clean else _end(chance, last=row == rows - 1)
            line += 1
            if row in plan:
                raw, plant = _planted(plan[row], line, Soil(example, chance, prose), earlier)
                plants.append(plant)
            else:
                raw = orjson.dumps(example)
                if not clean and (row < SOUND_START or row % 17 == 0) and _is_plain(example):
                    earlier.keep(line, raw, len(example["messages"]))
            file.write(raw + end)
            line += end.count(b"\n") - 1 if end else 0
    return plants


@cache
def _prose(seed: int) -> Prose:
    return Prose(seed)


def _plan(rows: int, share: float, chance: random.Random) -> dict[int, str]:
    kinds = list(RULES)
    count = max(len(kinds), round(rows * share))
    if rows < SOUND_START + 5 * len(kinds):
        raise ValueError(f"{rows} rows are too few for a fault of each of {len(kinds)} kinds. Ask for 400 or more.")
    places = sorted(chance.sample(range(SOUND_START, rows), count))
    spread = [kinds[n % len(kinds)] for n in range(count)]
    chance.shuffle(spread)
    return dict(zip(places, spread, strict=True))


def _examples(prose: Prose, rows: int, seed: int, long: set[int], *, tools: bool) -> Iterator[Example]:
    for first in range(0, rows, BLOCK):
        yield from prose.examples(first, min(BLOCK, rows - first), seed, long=long, tools=tools)


def _end(chance: random.Random, *, last: bool) -> bytes:
    """How a line ends: one in a hundred as on Windows, one in five hundred with a blank line behind it."""
    if last:
        return b""
    drawn = chance.random()
    return b"\r\n" if drawn < 0.01 else b"\n\n" if drawn < 0.011 else b"\n  \r\n" if drawn < 0.012 else b"\n"


def _planted(kind: str, line: int, soil: Soil, earlier: Earlier) -> tuple[bytes, Plant]:
    other, example = earlier.take(kind)
    planted = PLANTS[kind](Soil(soil.example, soil.chance, soil.prose, example))
    if kind == "other answer":
        assert example is not None
        assert jaccard(example, orjson.loads(planted.line)) < APART
    return planted.line, Plant(line, kind, *RULES[kind], planted.message, other, ALSO.get(kind, ()))


def _is_plain(example: Example) -> bool:
    return "tools" not in example and all("weight" not in one for one in example["messages"])


def write_pairs(path: Path, rows: int, *, seed: int = 0) -> None:
    """Write so many prompt/completion pairs without faults."""
    prose = _prose(seed)
    with path.open("wb") as file:
        for example in _examples(prose, rows, seed, set(), tools=False):
            said = [one["content"] for one in example["messages"] if one["role"] != "system"][:2]
            file.write(orjson.dumps({"prompt": said[0], "completion": said[1]}) + b"\n")


def truth_of(path: Path) -> Path:
    """Where the truth about a file stands."""
    return path.with_suffix(".truth.jsonl")


def read_truth(path: Path) -> Iterator[Plant]:
    """What was planted in a file, from its truth file."""
    for line in truth_of(path).read_bytes().splitlines():
        told = orjson.loads(line)
        yield Plant(**told | {"also": tuple(told["also"])})


def generate(path: Path, megabytes: float, *, seed: int = 0, clean: bool = False, pairs: bool = False) -> None:
    """Write a file of about this size, and the truth beside it where there is one."""
    rows = round(megabytes * 1e6 / ROW_BYTES[pairs])
    if pairs:
        write_pairs(path, rows, seed=seed)
        return
    plants = write(path, rows, seed=seed, clean=clean)
    if not clean:
        truth_of(path).write_bytes(b"".join(orjson.dumps(asdict(plant)) + b"\n" for plant in plants))


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("megabytes", type=float)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--clean", action="store_true", help="no faults, no oddities, no tool calls")
    kind.add_argument("--pairs", action="store_true", help="prompt/completion pairs, no faults")
    args = parser.parse_args()
    generate(args.path, args.megabytes, seed=args.seed, clean=args.clean, pairs=args.pairs)


if __name__ == "__main__":
    main()
