"""Run a command and measure it with all that it starts: CPU seconds, wall seconds, and the most memory held at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Measured:
    """Seconds of the processors, seconds on the wall, and bytes."""

    cpu: float
    wall: float
    peak: int


def measure(command: list[str], folder: Path) -> Measured:
    """Run `command` in `folder` to its end.

    The memory of one process is what the system itself noted as its peak; where it starts others, what all of them
    hold together is looked at again and again (Linux), and the larger of the two is given. The process that measures
    must be a small one: a new process counts what its parent held when it began.

    Raises:
        RuntimeError: it failed; the message has the end of what it said.
    """
    start = time.perf_counter()
    with (folder / "said.txt").open("w+b") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        peak, status, used = 0, None, None
        while status is None:
            ended, code, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                status = code
            else:
                together = _family(process.pid)
                peak = max(peak, sum(map(_held, together))) if len(together) > 1 else peak
                time.sleep(PAUSE)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed: {said.read()[-2000:].decode(errors='replace')}")
    assert used is not None
    unit = 1 if sys.platform == "darwin" else 1024
    return Measured(used.ru_utime + used.ru_stime, wall, max(peak, used.ru_maxrss * unit))


def _family(process: int) -> list[int]:
    """A process and all that descend from it."""
    found = [process]
    for one in found:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _held(process: int) -> int:
    """The bytes that a process holds, what it shares with others counted in part (Linux)."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
