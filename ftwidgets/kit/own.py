"""The wheel of ftwidgets itself: built where this is a checkout, else packed again from what is installed."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import tomllib
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from ftwidgets import pip
from ftwidgets.errors import KitError

OF_THIS_MACHINE = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"}
"""What an installer writes about this installation, which no wheel brings."""

EARLIEST = (1980, 2, 1, 0, 0, 0)
"""The time of each file, so that the same files make the same wheel."""


def own_wheel(folder: Path) -> Path:
    """Put the wheel of the ftwidgets that runs into `folder`; the same files make the same bytes.

    Raises:
        KitError: it cannot be made.
    """
    tree = Path(__file__).resolve().parents[2]
    if _is_checkout(tree):
        return _built(tree, folder)
    try:
        return packed(distribution("ftwidgets"), folder)
    except PackageNotFoundError as error:
        raise KitError(
            "The wheel of ftwidgets cannot be made: it runs from a folder that is neither a checkout nor installed. "
            "Install it with pip, and ask again."
        ) from error


def _is_checkout(tree: Path) -> bool:
    try:
        project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(project.get("project", {}).get("name") == "ftwidgets")


def _built(tree: Path, folder: Path) -> Path:
    """Built by the hatchling that is here, else by one that pip fetches for it."""
    here = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    said = pip.call(["wheel", "--no-deps", *here, "--wheel-dir", str(folder), str(tree)], folder)
    wheel = next(folder.glob("ftwidgets-*.whl"), None)
    if said.status != 0 or wheel is None:
        raise KitError(said.lack("A kit") or f"The wheel of ftwidgets could not be built from {tree}: {said.cause}.")
    return wheel


def packed(installed: Distribution, folder: Path) -> Path:
    """A wheel of the files of an installed distribution that is made of Python alone.

    Raises:
        KitError: files of it are missing.
    """
    name, version = installed.metadata["Name"].replace("-", "_"), installed.version
    paths = sorted(path.as_posix() for path in installed.files or () if _belongs(path.parts, path.name))
    wheel, record = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info/RECORD"
    lines = []
    try:
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in paths:
                content = Path(str(installed.locate_file(path))).read_bytes()
                archive.writestr(zipfile.ZipInfo(path, EARLIEST), content, zipfile.ZIP_DEFLATED)
                lines.append(f"{_quoted(path)},sha256={_digest(content)},{len(content)}\n")
            archive.writestr(zipfile.ZipInfo(record, EARLIEST), "".join([*lines, f"{record},,\n"]))
    except FileNotFoundError as error:
        raise KitError(f"{error.filename} is missing from what is installed. Install ftwidgets anew.") from error
    return wheel


def _belongs(parts: tuple[str, ...], name: str) -> bool:
    return ".." not in parts and name not in OF_THIS_MACHINE and not name.endswith((".pyc", ".pth"))


def _quoted(path: str) -> str:
    return f'"{path}"' if "," in path else path


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
