"""Which wheels a target installs: asked of pip, which decides as if it were that machine, and fetches nothing yet."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ftwidgets import pip
from ftwidgets.errors import KitError
from ftwidgets.kit.target import Target

AS_ELSEWHERE = Path(__file__).with_name("elsewhere.py")


@dataclass(frozen=True)
class Pin:
    """One wheel: its package and version, its file's name, and its sha256 where the index tells it."""

    package: str
    version: str
    filename: str
    sha256: str | None


def resolve(target: Target, own: Path, extras: Sequence[str], scratch: Path) -> tuple[Pin, ...]:
    """The wheels that `own[extras]` needs on `target`, and pip's, with which the installer begins; `own` is not told.

    Raises:
        KitError: some wheel cannot be had for this target; it is named.
        OSError: the disk is full.
    """
    report = scratch / "report.json"
    report.unlink(missing_ok=True)
    choice = ["install", "--dry-run", "--ignore-installed", "--target", str(scratch / "never"), "--report", str(report)]
    wanted = [f"{own}[{','.join(extras)}]", "pip"]
    program = ("-P", str(AS_ELSEWHERE), json.dumps(target.markers))  # -P: its neighbours are no modules of pip's
    said = pip.call([*choice, "--quiet", *target.options, *wanted], scratch, program=program)
    if said.is_full_disk:
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    if said.status != 0 or not report.is_file():
        raise KitError(why_not(target.title, said))
    found = json.loads(report.read_text("utf-8"))
    if {name: found["environment"].get(name) for name in target.markers} != target.markers:
        raise KitError("This pip does not tell wheels of another machine. Use pip 24.1 or newer, or tell us of yours.")
    return tuple(_pin(one) for one in found["install"] if one["metadata"]["name"] != "ftwidgets")


def why_not(whose: str, said: pip.Said) -> str:
    """The sentence for that of which wheels cannot be had: a target, or the model."""
    if lack := said.lack("A kit"):
        return lack
    if said.is_offline:
        return f"{whose}: the package index does not answer. Connect to the network, and give the command again."
    silent = any("(from versions: none)" in line for line in said.lines)
    for line in said.lines:
        if match := re.search(r"No matching distribution found for (.+?)(?: \(from ([^ ]+).*\))?$", line):
            needed = f", which {match[2].rstrip(')')} needs" if match[2] else ""
            doubt = ", or the package index does not answer" if silent else ""  # pip does not say which
            return f"{whose}: there is no wheel of {match[1]} for it{needed}{doubt}."
    return f"{whose}: pip found no wheels that go together ({said.cause})."


def _pin(told: dict[str, Any]) -> Pin:
    source = told["download_info"]
    name = unquote(Path(urlsplit(source["url"]).path).name)
    sha256 = source.get("archive_info", {}).get("hashes", {}).get("sha256")
    return Pin(told["metadata"]["name"], told["metadata"]["version"], name, sha256)
