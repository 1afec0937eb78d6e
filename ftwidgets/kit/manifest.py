"""`kit.json`: what a kit holds, each file with its size and its hash, and which wheels are whose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from ftwidgets.errors import KitError
from ftwidgets.home import write_atomically
from ftwidgets.kit.target import PLATFORMS, Target

NAME = "kit.json"


@dataclass(frozen=True)
class File:
    """A file of the kit: its path in it, with '/', its bytes, and its sha256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Holding:
    """The wheels of one target, by their names in `wheels`; not `whole` where it was asked for and has not come yet."""

    platform: str
    python: str
    extras: tuple[str, ...]
    title: str
    oldest: str | None
    wheels: tuple[str, ...] = ()
    whole: bool = False

    @classmethod
    def of(cls, target: Target, extras: Sequence[str]) -> Holding:
        """The holding of a target of which nothing is there yet."""
        platform = target.platform
        return cls(platform.name, target.python, tuple(extras), target.title, platform.oldest)

    @property
    def target(self) -> Target:
        """The Python and the platform that the wheels are for."""
        return Target(PLATFORMS[self.platform], self.python)


@dataclass(frozen=True)
class Manifest:
    """All that is in a kit; `own` is the hash of its wheel of ftwidgets, `made` a day, as 2026-11-20."""

    ftwidgets: str = ""
    own: str = ""
    made: str = ""
    base: str | None = None
    model: str | None = None
    holdings: tuple[Holding, ...] = ()
    files: tuple[File, ...] = field(default=(), repr=False)

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(file.bytes for file in self.files)


def hash_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(folder: Path, names: Iterable[str]) -> tuple[File, ...]:
    """Those files of the kit in `folder`, in order."""
    paths = sorted(set(names))
    return tuple(File(name, (folder / name).stat().st_size, hash_of(folder / name)) for name in paths)


def read(folder: Path) -> Manifest | None:
    """The manifest of the kit in `folder`; None where there is none.

    Raises:
        KitError: it cannot be read.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text("utf-8"))
        holdings = [Holding(**one | {key: tuple(one[key]) for key in ("extras", "wheels")}) for one in raw["holdings"]]
        files = tuple(File(**one) for one in raw["files"])
        known = tuple(one for one in holdings if one.platform in PLATFORMS)
        return Manifest(**raw | {"holdings": known, "files": files})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise KitError(
            f"{path} is not of a kit that this release can add to: {error!r}. Name another folder."
        ) from error


def write(folder: Path, manifest: Manifest) -> None:
    """Write it beside what it tells of."""
    text = json.dumps(asdict(manifest), indent=1) + "\n"
    write_atomically(folder / NAME, partial(_fill, text=text))


def _fill(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def is_as_told(folder: Path, file: File) -> bool:
    """Whether a file of the kit in `folder` is there with the bytes that the manifest tells."""
    path = folder / file.path
    return path.is_file() and path.stat().st_size == file.bytes and hash_of(path) == file.sha256
