"""Formats other than JSONL, read as lines of JSON: MB per second of processor time, and the memory that it takes.

    python benchmarks/reading.py

Each beside what one would write without us, on the same bytes in the same run. Our memory is that of a process which
reads the same bytes from a file, above what it held with its imports.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
from machine import describe

from ftwidgets.data.reading import Format, frame_records, records

ROWS = 60_000

CHILD = """
import re, sys
from pathlib import Path
import openpyxl, pyarrow.parquet
from ftwidgets.data.reading import records
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000
held = peak()
with open(sys.argv[1], "rb") as file:
    for _ in records(file, sys.argv[2], []):
        pass
print(peak() - held)
"""


def conversation(n: int) -> dict[str, Any]:
    """Five messages with line ends and quotation marks in them, no two conversations the same."""
    texts = ["You are a help desk.", f'hello "{n}" ' * 20, "answer\n" * 60, "hello " * 100, f"answer {n}" * 60]
    roles = ["system", "user", "assistant", "user", "assistant"]
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]}


def table(rows: Iterable[dict[str, Any]]) -> bytes:
    """The rows as CSV."""
    return pd.DataFrame(rows).to_csv(index=False).encode()


def workbook(frame: pd.DataFrame) -> bytes:
    """The frame as a workbook."""
    file = io.BytesIO()
    frame.to_excel(file, index=False)
    return file.getvalue()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """The rows as Parquet."""
    file = io.BytesIO()
    pd.DataFrame(rows).to_parquet(file)
    return file.getvalue()


def timed(read: Callable[[], Iterable[Any]]) -> tuple[float, int]:
    """Seconds of processor time, and how many records came."""
    before = time.process_time()
    count = sum(1 for _ in read())
    return time.process_time() - before, count


def memory(content: bytes, format_: Format) -> float:
    """The MB that another process needs to read `content`, told by Linux: a child's `getrusage` is the parent's."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        done = subprocess.run([sys.executable, "-c", CHILD, file.name, format_], capture_output=True, check=True)
    return float(done.stdout)


def compare(name: str, format_: Format, content: bytes, peer_name: str, peer: Callable[[bytes], Iterable[Any]]) -> None:
    """Print a line: ours, and the peer."""
    ours, count = timed(lambda: records(io.BytesIO(content), format_, []))
    grown = memory(content, format_)
    theirs, same = timed(lambda: peer(content))
    assert count == same, (count, same)
    size = len(content) / 1e6
    print(
        f"{name}: {count:,} records, {size:.0f} MB: {size / ours:.0f} MB/s, {count / ours:,.0f} records/s, "
        f"{grown:.0f} MB of memory; {peer_name} {size / theirs:.0f} MB/s"
    )


def main() -> None:
    """Print a line a format."""
    print(describe())
    chats = [conversation(n) for n in range(ROWS)]
    pairs = [{"prompt": f"noun {n}", "completion": " animal", "source": "a list"} for n in range(8 * ROWS)]
    texts = [{"n": n, "text": chat["messages"][3]["content"], "label": "a"} for n, chat in enumerate(chats)]
    compare("JSON list, one line", "json", json.dumps(chats).encode(), "json.loads", json.loads)
    compare("JSON list, indented", "json", json.dumps(chats, indent=2).encode(), "json.loads", json.loads)
    compare("JSON list, short", "json", json.dumps(pairs).encode(), "json.loads", json.loads)
    compare("CSV, long texts", "csv", table(texts), "csv.DictReader and json.dumps", _dict_reader)
    compare("CSV, short", "csv", table(pairs), "csv.DictReader and json.dumps", _dict_reader)
    compare("Parquet, conversations", "parquet", parquet(chats), "pandas and to_dict", _parquet)
    compare("XLSX, short", "xlsx", workbook(pd.DataFrame(pairs[:ROWS])), "pandas and to_dict", _workbook)
    frame = pd.DataFrame(pairs)
    seconds, count = timed(lambda: frame_records(frame))
    print(f"DataFrame: {count:,} records, {count / seconds:,.0f} records/s")


def _dict_reader(content: bytes) -> Iterable[str]:
    return map(json.dumps, csv.DictReader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")))


def _parquet(content: bytes) -> Iterable[Any]:
    return pd.read_parquet(io.BytesIO(content)).to_dict("records")


def _workbook(content: bytes) -> Iterable[Any]:
    return pd.read_excel(io.BytesIO(content), engine="openpyxl").to_dict("records")


if __name__ == "__main__":
    main()
