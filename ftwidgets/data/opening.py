"""A path as a source of bytes, or a sentence on why it is none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ftwidgets.data.source import Memory, Source, Stored
from ftwidgets.errors import InputError

SMALL = 32 * 2**20
"""Bytes up to which a file is kept in memory, so that it may change while its rows are looked at."""


def opened(source: str | os.PathLike[str]) -> Source:
    """A file, in memory where it is small."""
    try:
        path = Path(source).expanduser()
        if path.is_dir():
            raise InputError(f"{path} cannot be read: it is a folder; name a file in it.")
        if not path.exists():
            raise InputError(f"{path} cannot be read: there is no such file.{_near(path)}")
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path} cannot be read: it is not a file but a socket, a pipe or a device.")
        stored = Stored(open(path, "rb", buffering=0), path.name, path.resolve())  # noqa: SIM115 closed when nothing reads it any more
        return Memory(stored.read(0, stored.size)) if stored.size <= SMALL else stored
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}.") from error
    except (RuntimeError, ValueError) as error:  # no such user, or a NUL in the name
        raise InputError(f"{source} cannot be read: {str(error).rstrip('.')}.") from error


def _near(path: Path) -> str:
    if not path.stem or not path.parent.is_dir():
        return ""
    names = sorted(other.name for other in path.parent.iterdir() if other.name.startswith(path.stem[:4]))
    return f" Near it: {', '.join(names[:3])}." if names else ""
