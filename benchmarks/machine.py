"""Describe in one line the machine that a benchmark ran on, and how fast it multiplies."""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import jax
import jax.numpy as jnp

FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16")
"""The processor's abilities that decide how fast it multiplies, where they can be read."""


def describe() -> str:
    """The processor, its cores, and the versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("jax", "jaxlib", "numpy"))
    devices = "" if jax.default_backend() == "cpu" else f"; runs on {jax.devices()[0].device_kind}"
    return (
        f"{_processor()}; {cores} cores; {platform.system()}; Python {platform.python_version()}; {libraries}{devices}"
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    found = (facts.get("flags") or facts.get("Features") or "").split()
    flags = ", ".join(flag for flag in FLAGS if flag in found)
    name = facts.get("model name") or platform.processor() or platform.machine()
    return f"{name} ({flags})" if flags else name


def peak_memory() -> float:
    """The most memory that this process has held, in GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


class Products:
    """The machine's rate of plain float32 matrix products, measured a little at a time between other things."""

    def __init__(self, rows: int, width: int, columns: int) -> None:
        """Products (rows, width) by (width, columns)."""
        self._operations = 2 * rows * width * columns
        self._product = jax.jit(lambda a, b: a @ b)
        self._factors = jnp.ones((rows, width)), jnp.ones((width, columns))
        self._rates: list[float] = []
        self._product(*self._factors).block_until_ready()

    def measure(self, times: int = 10) -> None:
        """Multiply some times and keep the rate."""
        start = time.perf_counter()
        for _ in range(times):
            self._product(*self._factors).block_until_ready()
        self._rates.append(times * self._operations / (time.perf_counter() - start))

    @property
    def rate(self) -> float:
        """The best of the measured rates, in operations a second: what the machine can do when it does nothing else."""
        return max(self._rates)
