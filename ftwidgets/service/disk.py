"""What a disk does to a service: it is full, or may not be written to. Nothing that stood before is harmed by it."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

from ftwidgets.service.wire import WireError

RESERVE = 100 * 10**6
"""Bytes that uploads leave free on the disk: so that the records can still be written, and a training saved."""

FULL = "The disk is full: nothing was kept of this request, and all else is as it was. Make room and repeat it."
READ_ONLY = (
    "The home folder cannot be written to any more: nothing was kept of this request. Give this user the right to."
)
TOO_LARGE = "The disk takes no file as large as this: nothing was kept of this request, and all else is as it was."

_ERRORS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: TOO_LARGE,  # a FAT file system's 4 GB, or a limit that the system was given
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
}
_CODES = {sqlite3.SQLITE_FULL: FULL, sqlite3.SQLITE_READONLY: READ_ONLY, sqlite3.SQLITE_CANTOPEN: READ_ONLY}


def is_passing(error: BaseException) -> bool:
    """Whether it is the disk or another program that keeps the records from being written: it may be over soon."""
    return isinstance(error, sqlite3.OperationalError) or disk_fault(error) is not None


def disk_fault(error: BaseException) -> str | None:
    """What the disk did, where `error` or what led to it is the disk's doing."""
    if isinstance(error, sqlite3.Error):
        return _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OSError):
        return _ERRORS.get(error.errno or 0)
    before = error.__cause__ or error.__context__
    return disk_fault(before) if before else None


def require_room(folder: Path, size: int) -> None:
    """Refuse to take in `size` bytes more where they do not fit beside the reserve.

    Raises:
        WireError: they do not.
    """
    free = shutil.disk_usage(folder).free
    if free - size < RESERVE:
        message = (
            f"The disk has {free / 10**6:,.0f} MB left, and {RESERVE // 10**6} MB of them stay free for the service's "
            f"own records: {size / 10**6:,.1f} MB more do not fit. Make room (client.files.delete) and repeat it."
        )
        raise WireError(507, message, kind="server_error", again=False)
