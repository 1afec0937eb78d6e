"""What this machine has, and what it lacks."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from ftwidgets import connection
from ftwidgets.bases.catalogue import DEFAULT, is_fetched

MEMORY_NEEDED = 3_000_000_000
"""Bytes: training takes up to 2 GB and answering 1 GB."""

DISK_NEEDED = 1_500_000_000
"""Bytes: the model takes 270 MB, and each job about 100 MB for its checkpoints."""


@dataclass(frozen=True)
class Row:
    """One thing that was looked at."""

    what: str
    found: str
    sound: bool
    remedy: str


def diagnose(home: Path) -> list[Row]:
    """Everything that a job needs, in the order in which it is needed."""
    return [_python(), _platform(), _engine(), _cores(), _memory(), _disk(home), _model(home), _service(home)]


def _python() -> Row:
    return Row("Python", platform.python_version(), sys.version_info >= (3, 11), "Use Python 3.11 or newer.")


def _platform() -> Row:
    name = f"{platform.system()} {platform.machine()}"
    intel_mac = (platform.system(), platform.machine()) == ("Darwin", "x86_64")
    return Row(
        "platform", name, not intel_mac, "JAX has no current build for Intel Macs: use another machine for the engine."
    )


def _engine() -> Row:
    lacking = [name for name in connection.ENGINE if importlib.util.find_spec(name) is None]
    found = f"without {', '.join(lacking)}" if lacking else "complete"
    return Row("engine", found, not lacking, "python -m pip install 'ftwidgets[local]'")


def _cores() -> Row:
    cores = os.cpu_count() or 1
    return Row("cores", str(cores), cores >= 2, "Training works on one core, but slowly.")


def _memory() -> Row:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return Row("memory", "cannot be told on this system", True, "")
    return Row(
        "memory", f"{size / 1e9:.1f} GB", size >= MEMORY_NEEDED, "Training takes up to 2 GB: close other programs."
    )


def _disk(home: Path) -> Row:
    free = shutil.disk_usage(home).free
    remedy = "Free some, or set FTWIDGETS_HOME to a folder on another disk."
    return Row("disk", f"{free / 1e9:.1f} GB free in {home}", free >= DISK_NEEDED, remedy)


def _model(home: Path) -> Row:
    here = is_fetched(DEFAULT, home / "bases")
    return Row("model", f"{DEFAULT} {'is here' if here else 'is not here yet'}", here, f"ftwidgets fetch {DEFAULT}")


def _service(home: Path) -> Row:
    address = connection.find(home)
    return Row(
        "service", f"answers at {address.base_url}" if address else "does not run; it is started when needed", True, ""
    )
