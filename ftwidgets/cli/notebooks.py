"""The notebooks of the package, put where a learner works; what a learner has there is never overwritten."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import ftwidgets
from ftwidgets.errors import FtwidgetsError, InputError
from ftwidgets.home import write_atomically

FIRST = "00-start.ipynb"

FOLDER = Path("ftwidgets-notebooks")
"""Where they are put when no other folder is named."""


def shipped() -> Path:
    """The folder of the notebooks: within the package where it was installed, else beside it in a checkout.

    Raises:
        FtwidgetsError: they are at neither place.
    """
    package = Path(ftwidgets.__file__).parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / FIRST).is_file():
            return folder
    raise FtwidgetsError(f"The notebooks are missing from {package}. Install ftwidgets anew; its wheel brings them.")


def put_into(folder: Path) -> list[str]:
    """Copy the notebooks, and the data beside them, into `folder`, and return the names of those that differ there.

    A file that is there already is left as it is, whatever it holds.

    Raises:
        InputError: the folder cannot be made or written.
    """
    source = shipped()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # can it be written to?
            pass
        return [str(name) for name in _names(source) if not _put(source / name, folder / name)]
    except OSError as error:
        raise InputError(
            f"The notebooks cannot be put into {folder}: {error.strerror}. Name another folder: ftwidgets lab FOLDER"
        ) from error


def _names(source: Path) -> Iterator[Path]:
    """What is copied: the notebooks, and everything in `data`."""
    paths = [*source.glob("*.ipynb"), *(path for path in source.glob("data/**/*") if path.is_file())]
    yield from sorted(path.relative_to(source) for path in paths)


def _put(source: Path, target: Path) -> bool:
    """Copy one file where there is none; False where there is one that differs."""
    if not os.path.lexists(target):
        write_atomically(target, partial(shutil.copyfile, source))
    return target.is_file() and target.read_bytes() == source.read_bytes()
