"""A widget's JavaScript: ES modules that import one another, joined into the one that a notebook takes. No bundler."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent

IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.M)


def joined(name: str) -> str:
    """The module `name` of this folder with all that it imports before it, each once.

    An imported module's names are then those of the whole: a module neither renames what it imports nor takes a
    name that another one has.
    """
    seen: list[str] = []
    _collect(name, seen)
    parts = [_body(part).replace("\nexport ", "\n") for part in seen[:-1]]
    return "\n".join([*parts, _body(name)])


def _collect(name: str, seen: list[str]) -> None:
    for needed in IMPORT.findall((FOLDER / name).read_text("utf-8")):
        if needed not in seen:
            _collect(needed, seen)
    seen.append(name)


def _body(name: str) -> str:
    return IMPORT.sub("", (FOLDER / name).read_text("utf-8"))
