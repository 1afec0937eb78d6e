"""What a disk does to a service: it is full, or may not be written to. Nothing that stood before is harmed by it."""

from __future__ import annotations

import errno
import sqlite3

FULL = "The disk is full: nothing was kept of this request, and all else is as it was. Make room and repeat it."
READ_ONLY = (
    "The home folder cannot be written to any more: nothing was kept of this request. Give this user the right to."
)

_ERRORS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
}
_CODES = {sqlite3.SQLITE_FULL: FULL, sqlite3.SQLITE_READONLY: READ_ONLY, sqlite3.SQLITE_CANTOPEN: READ_ONLY}


def disk_fault(error: BaseException) -> str | None:
    """What the disk did, where `error` or what led to it is the disk's doing."""
    if isinstance(error, sqlite3.Error):
        return _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OSError):
        return _ERRORS.get(error.errno or 0)
    before = error.__cause__ or error.__context__
    return disk_fault(before) if before else None
