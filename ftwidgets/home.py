"""The home folder: where everything that outlives a process is kept, a subfolder for each owner."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from ftwidgets.errors import InputError


def home(folder: str | os.PathLike[str] | None = None) -> Path:
    """The home folder: `folder`, else `$FTWIDGETS_HOME`, else the platform's data folder for this user.

    It is made if it is not there, readable by its owner alone.

    Raises:
        InputError: the folder cannot be made, or is a file.
    """
    chosen = folder or os.environ.get("FTWIDGETS_HOME") or platformdirs.user_data_path("ftwidgets")
    try:
        path = Path(chosen).expanduser().resolve()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise InputError(
            f"The home folder {chosen} cannot be made: {reason}. Name another one in FTWIDGETS_HOME."
        ) from error
    return path


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in a sentence where something below `folder` cannot be written.

    Raises:
        InputError: it cannot, since the disk is full or this user may not.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"The folder {folder} cannot be written to: {reason}. "
            "Make room there or let this user write there, or name another home in FTWIDGETS_HOME."
        ) from error


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a temporary file beside `path`, flush it to the disk, and only then give it its name.

    A reader, and a process that is killed at any moment, meets the whole file or none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(temporary)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
