"""What a process has held of memory; apart from `machine`, which brings JAX along."""

from __future__ import annotations

import resource
import sys


def peak_memory() -> float:
    """The most memory that this process has held, in GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
