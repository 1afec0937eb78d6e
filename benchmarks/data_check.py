"""Check large files, ours beside the peers: seconds, peak memory, and which of the planted faults are found.

    python benchmarks/data_check.py [--peer-python PYTHON_WITH_OPENAI_0.28.1] [--large]

Each run is a process of its own. On one clean chat file of 100 MB: ours, the core (format, tokens, exact duplicates,
contradictions); ours, everything; the cookbook's steps. On one file of pairs of 100 MB: ours, everything; the old
prepare_data. All take turns, several times; with --large once more on 1 GB. CPU seconds are those of a process and of
all that it started, the start and the imports included; memory is the most that they held together. The ratios are
medians of those of single turns. Then ours checks a file with planted faults, and the truth about it is held against
what was found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import orjson
import peer_prepare_data
from measured import Measured, measure

if TYPE_CHECKING:
    from planted import Plant

HERE = Path(__file__).parent

Found = tuple[str, str, int | None, int | None]
"""Of a finding: rule, level, line, message."""


def ours(path: Path, extent: str) -> Iterable[Any]:
    """What our check finds in a file: "core" or "everything". The one place that knows how it is asked."""
    import ftwidgets as ft

    if extent == "imports":
        import pandas  # noqa: F401 - what a data person's interpreter holds before any work

        return []
    return ft.check(path, model="gpt-3.5-turbo", texts=extent == "everything")  # the tokens that the peer counts


def main() -> None:
    """Measure and print, or, as the process that is measured, check."""
    args = _arguments()
    if args.ours:
        found = [[one.rule, one.level, one.line, one.message_index] for one in ours(args.path, args.ours)]
        sys.stdout.buffer.write(orjson.dumps(found) if args.findings else f"{len(found)} findings\n".encode())
        return
    print(
        subprocess.run(
            [sys.executable, "-c", "import machine; print(machine.describe())"],
            cwd=HERE,
            capture_output=True,
            text=True,
            check=True,
        ).stdout,
        end="",
    )
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        if args.ranks is None:
            args.ranks = write_ranks(Path(folder) / "cl100k_base.tiktoken")
        if args.peer_python is None:
            args.peer_python = peer_prepare_data.environment(Path(folder) / "peer")
        small(args, Path(folder))
        if args.large:
            large(args, Path(folder))
        for megabytes in (100, 1_000) if args.large else (100,):
            faults(args, Path(folder), megabytes)


def absolute(path: str) -> Path:
    """The path from anywhere; links are kept, for an environment's Python is one."""
    return Path(path).absolute()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--ranks", type=absolute, help="of cl100k_base, for the cookbook's steps; else those in ftwidgets"
    )
    parser.add_argument("--peer-python", type=absolute, help="of an environment with openai[datalib]==0.28.1")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="1 GB too")
    parser.add_argument("--folder", type=absolute, help="where the files are written, and deleted after")
    parser.add_argument("--ours", choices=("imports", "core", "everything"), help=argparse.SUPPRESS)
    parser.add_argument("--findings", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("path", type=Path, nargs="?", help=argparse.SUPPRESS)
    return parser.parse_args()


def own(extent: str, path: Path, *more: str) -> list[str]:
    """The command of a process of ours."""
    return [sys.executable, str(HERE / "data_check.py"), "--ours", extent, str(path), *more]


def cookbook(args: argparse.Namespace, path: Path) -> list[str]:
    """The command of the cookbook's steps."""
    return [sys.executable, str(HERE / "peer_cookbook.py"), str(path), "--ranks", str(args.ranks)]


def write_ranks(path: Path) -> Path:
    """Write the ranks that ftwidgets has as OpenAI publishes them, so that the peer need not unpack ours."""
    code = "import pathlib, sys, peer_cookbook; pathlib.Path(sys.argv[1]).write_bytes(peer_cookbook.rank_file(None))"
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=HERE, check=True)
    return path


def generate(path: Path, megabytes: int, *more: str) -> None:
    """Write a file, in a process of its own."""
    subprocess.run([sys.executable, str(HERE / "planted.py"), str(megabytes), str(path), *more], check=True)


def small(args: argparse.Namespace, folder: Path) -> None:
    """100 MB of chat and 100 MB of pairs, in turns."""
    chat, pairs = folder / "clean.jsonl", folder / "pairs.jsonl"
    generate(chat, 100, "--clean")
    generate(pairs, 100, "--pairs")
    commands = {
        "ours, imports alone": own("imports", chat),
        "ours, core": own("core", chat),
        "ours, everything": own("everything", chat),
        "the cookbook's steps": cookbook(args, chat),
        "ours, everything, pairs": own("everything", pairs),
        "prepare_data, pairs": peer_prepare_data.command(args.peer_python, pairs),
    }
    turns: dict[str, list[Measured]] = defaultdict(list)
    for _ in range(args.turns):
        for name, command in commands.items():
            turns[name].append(measure(command, folder))
            for written in folder.glob("pairs_prepared*"):
                written.unlink()
    _print_measured(f"{_megabytes(chat)} of chat, {_megabytes(pairs)} of pairs, {args.turns} turns", turns)
    _print_ratios(turns)
    chat.unlink()
    pairs.unlink()


def large(args: argparse.Namespace, folder: Path) -> None:
    """1 GB of chat, once."""
    chat = folder / "clean.jsonl"
    generate(chat, 1_000, "--clean")
    commands = {
        "ours, core": own("core", chat),
        "ours, everything": own("everything", chat),
        "the cookbook's steps": cookbook(args, chat),
    }
    turns = {name: [measure(command, folder)] for name, command in commands.items()}
    _print_measured(f"{_megabytes(chat)} of chat, once", turns)
    _print_ratios(turns)
    chat.unlink()


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:,.0f} MB"


def _print_measured(title: str, turns: dict[str, list[Measured]]) -> None:
    print(f"\n{title}\n{'':26}{'CPU s':>8}{'least':>8}{'wall s':>8}{'peak MB':>9}")
    for name, runs in turns.items():
        cpu, wall = [run.cpu for run in runs], median(run.wall for run in runs)
        print(f"{name:26}{median(cpu):8.2f}{min(cpu):8.2f}{wall:8.2f}{max(run.peak for run in runs) / 1e6:9,.0f}")


def _print_ratios(turns: dict[str, list[Measured]]) -> None:
    for one, peer in (
        ("ours, core", "the cookbook's steps"),
        ("ours, everything", "the cookbook's steps"),
        ("ours, everything, pairs", "prepare_data, pairs"),
    ):
        if one in turns and peer in turns:
            ratio = median(theirs.cpu / own.cpu for own, theirs in zip(turns[one], turns[peer], strict=True))
            print(f"{peer}: {ratio:.1f} times the CPU seconds of {one}")


def faults(args: argparse.Namespace, folder: Path, megabytes: int) -> None:
    """What ours finds of what is planted in a file, and where the cookbook's steps die in it."""
    import planted  # not before all is measured: what this process holds would count as the memory of those it starts

    path = folder / "planted.jsonl"
    generate(path, megabytes)
    died = subprocess.run(cookbook(args, path), capture_output=True, text=True, check=False)
    end = (died.stderr or died.stdout).splitlines()[-1]
    print(f"\n{_megabytes(path)} with planted faults. The cookbook's steps: {end}")
    told = subprocess.run(own("everything", path, "--findings"), capture_output=True, check=True).stdout
    _print_found(list(planted.read_truth(path)), orjson.loads(told))
    path.unlink()
    planted.truth_of(path).unlink()


def _print_found(truth: list[Plant], found: list[Found]) -> None:
    """Hold findings against the truth, by exact line; a pair's fault counts at either of its lines."""
    at: dict[int | None, list[Found]] = defaultdict(list)
    for one in found:
        at[one[2]].append(one)
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    others, where = Counter[str](), dict[str, int]()
    for plant in truth:
        here = [one for line in (plant.line, plant.other_line) if line for one in at[line]]
        verdict = _verdict(plant, here)
        tally[plant.level][verdict] += 1
        if verdict != "found":
            names = ", ".join(sorted({one[0] for one in here}))
            others[f"{plant.kind} ({plant.rule}): {verdict}" + (f" ({names})" if names else "")] += 1
            where.setdefault(plant.kind, plant.line)
    for level, counts in tally.items():
        print(f"{counts.total()} planted {level}s: {', '.join(f'{count} {what}' for what, count in counts.items())}")
    for what, count in others.most_common():
        print(f"  {count} × {what}, first at line {where[what.split(' (')[0]]}")
    _print_false(truth, found)


def _verdict(plant: Plant, here: list[Found]) -> str:
    """How a planted fault fared among the findings at its lines."""
    named = [one for one in here if one[0] == plant.rule]
    if named:
        right = plant.message_index is None or any(one[3] == plant.message_index for one in named)
        return "found" if right else "found at another message"
    return "found under another name" if {one[0] for one in here} - {*plant.also} else "missed"


def _print_false(truth: list[Plant], found: list[Found]) -> None:
    """Count what is reported where nothing, or nothing of the kind, was planted."""
    errors = {plant.line for plant in truth if plant.level == "error"}
    lines = {line for plant in truth for line in (plant.line, plant.other_line)}
    false = [line for _, level, line, _ in found if level == "error" and line is not None and line not in errors]
    print(f"errors at lines without a planted error: {len(false)} {false[:5] or ''}")
    elsewhere = Counter(rule for rule, level, line, _ in found if level != "error" and line and line not in lines)
    print(f"warnings and notes at lines where nothing is planted: {elsewhere.total()} {dict(elsewhere.most_common(8))}")


if __name__ == "__main__":
    main()
