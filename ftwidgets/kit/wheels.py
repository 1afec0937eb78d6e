"""The wheels of a kit, fetched by pip some at a time: what has come is there whole, and is not fetched again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from errno import ENOSPC
from functools import partial
from pathlib import Path

from ftwidgets import pip
from ftwidgets.errors import KitError
from ftwidgets.home import write_atomically
from ftwidgets.kit.manifest import hash_of
from ftwidgets.kit.resolution import Pin, why_not

BATCH = 12
"""Wheels that one call of pip fetches: when it is interrupted, only these are fetched again."""

Progress = Callable[[int, int, str], None]
"""Called with the wheels that have come, the wheels in all, and the name of one that is coming."""


@dataclass(frozen=True)
class Fetcher:
    """Fetches wheels through pip into a scratch folder, and moves them, whole, to where they belong on this disk."""

    scratch: Path
    progress: Progress

    def bring(self, pins: Sequence[Pin], folder: Path, whose: str, options: Sequence[str] = ()) -> None:
        """Fetch `pins` into `folder`; `whose` they are is said when one cannot be had, `options` choose the machine.

        Raises:
            KitError: pip could not fetch one, or brought another file than it had told.
            OSError: the disk is full.
        """
        for begin in range(0, len(pins), BATCH):
            batch = pins[begin : begin + BATCH]

            def heard(line: str, begin: int = begin) -> None:
                if match := re.match(r"Downloading (?:\S*/)?(\S+\.whl)(?!\S)", line):
                    self.progress(begin, len(pins), match[1])

            self._fetch(batch, whose, options, heard)
            for pin in batch:
                put(self._checked(pin), folder)
            self.progress(begin + len(batch), len(pins), "")

    def _fetch(self, pins: Sequence[Pin], whose: str, options: Sequence[str], heard: Callable[[str], None]) -> None:
        exact = [f"{pin.package}=={pin.version}" for pin in pins]
        download = ["download", "--no-deps", "--progress-bar", "raw", "--dest", str(self.scratch)]
        said = pip.call([*download, *options, *exact], self.scratch, heard=heard)
        if said.is_full_disk:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        if said.status != 0:
            raise KitError(why_not(whose, said))

    def _checked(self, pin: Pin) -> Path:
        if not is_here(pin, self.scratch):
            raise KitError(
                f"pip did not bring {pin.filename} as its index tells it: another file, or another hash. "
                "Give the command again."
            )
        return self.scratch / pin.filename


def missing(pins: Iterable[Pin], folder: Path) -> list[Pin]:
    """Those that are not in `folder`, or not as they should be."""
    return [pin for pin in pins if not is_here(pin, folder)]


def is_here(pin: Pin, folder: Path) -> bool:
    """Whether the wheel is in `folder` with the hash that the index tells."""
    path = folder / pin.filename
    return path.is_file() and (pin.sha256 is None or hash_of(path) == pin.sha256)


def put(file: Path, folder: Path) -> Path:
    """Move a file that is whole into `folder`, under its name; one of that name is replaced."""
    return write_atomically(folder / file.name, partial(os.replace, file))
