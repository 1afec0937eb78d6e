"""pip, called as a program: it keeps its user's settings, is heard line by line, and its complaint becomes a cause."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

OFFLINE = ("Retrying (", "Connection refused", "NewConnectionError", "Failed to establish", "Temporary failure in name")
"""What pip says of an index that does not answer, before it says that it found nothing."""


@dataclass(frozen=True)
class Said:
    """What pip said, in lines, and its exit status."""

    status: int
    lines: tuple[str, ...]

    @property
    def is_full_disk(self) -> bool:
        """Whether pip found no room to write."""
        return any("No space left" in line for line in self.lines)

    @property
    def is_offline(self) -> bool:
        """Whether an index did not answer."""
        return any(sign in line for line in self.lines for sign in OFFLINE)

    @property
    def cause(self) -> str:
        """The last error in pip's own words, without an end."""
        errors = (line for line in reversed(self.lines) if line.lower().startswith("error"))
        return next(errors, self.lines[-1] if self.lines else "pip said nothing")

    def lack(self, task: str) -> str | None:
        """A sentence where `task` failed because pip itself is missing or too old; else None."""
        text = "\n".join(self.lines)
        if "No module named pip" in text:
            return f"{task} needs pip, which this environment lacks. Bring it with: python -m ensurepip"
        if "invalid choice: 'raw'" in text:
            return f"{task} needs pip 24.1 or newer. Renew it with: python -m pip install --upgrade pip"
        return None


def _unheard(line: str) -> None:
    pass


def call(
    arguments: Sequence[str],
    scratch: Path,
    *,
    heard: Callable[[str], None] = _unheard,
    program: Sequence[str] = ("-m", "pip"),
) -> Said:
    """Run pip with its raw progress in lines, through whatever index and proxy it is set up for.

    `scratch` is where it keeps what is not whole yet; `program` is how Python is told to run it.
    """
    command = [sys.executable, *program, *arguments, "--no-input", "--disable-pip-version-check"]
    environment = os.environ | {"TMPDIR": str(scratch), "NO_COLOR": "1"}
    environment.pop("FORCE_COLOR", None)  # which a notebook's kernel sets
    lines = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            heard(line.strip())
            if not line.startswith("Progress "):
                lines.append(line.strip())
    return Said(process.returncode, tuple(lines))
