"""A new file: it is written whole or not at all, and never over another."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ftwidgets.errors import InputError


def write_new(path: str | os.PathLike[str], parts: Iterable[bytes]) -> Path:
    """Write the parts one after another to a new file; half a file, which would look like a whole one, is removed.

    Raises:
        InputError: the file is there already, or cannot be written.
    """
    begun = False
    try:
        place = Path(path).expanduser()
        with open(place, "xb") as file:
            begun = True
            file.writelines(parts)
    except BaseException as error:
        if begun:
            place.unlink()
        elif isinstance(error, ValueError | RuntimeError):  # a NUL, or no such user
            raise _refusal(path, str(error).rstrip(".")) from error
        if isinstance(error, OSError):
            raise _refusal(path, error.strerror or str(error)) from error
        raise
    return place


def _refusal(path: object, why: str) -> InputError:
    return InputError(f"{path} cannot be written: {why}. Name a new file in a folder that is there.")
