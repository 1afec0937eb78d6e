"""A second process that does what `aside` does, while the first does the rest: large files take half the time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from ftwidgets.data.aside import Aside, aside
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.index import Index
from ftwidgets.data.source import Stored

LARGE = 100_000_000
"""Bytes from which on a second process pays: to start it takes a second."""


class Beside:
    """Looks at a data set in a second process where that pays, else when it is asked for the result."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None
        path = _path_of(data)
        if path is not None and int(data.index.length.sum(dtype=np.int64)) >= LARGE and (os.cpu_count() or 1) > 1:
            command = [sys.executable, "-m", "ftwidgets.data.beside", str(path)]
            quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, env=_environment(), **quiet)  # type: ignore[call-overload]
            assert self._process.stdin
            with self._process.stdin as pipe:
                np.savez(pipe_of := io.BytesIO(), offset=data.index.offset, length=data.index.length)
                pipe.write(pipe_of.getbuffer())

    def result(self) -> Aside:
        """What it found; where the second process was ended, this one looks."""
        if self._process is None:
            return aside(self._data)
        with self._process as process:
            assert process.stdout
            told = process.stdout.read()
        if process.returncode:
            return aside(self._data)
        with np.load(io.BytesIO(told)) as found:
            skipped = tuple(str(one) for one in found["skipped"])
            return Aside(found["first"], found["second"], found["similarity"], found["language"], skipped)

    def end(self) -> None:
        """The result is not wanted any more."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            with self._process:
                pass


def _path_of(data: Dataset) -> Path | None:
    """The file that all rows lie in, if it is one with a name."""
    source = data.sources[0]
    return source.path if isinstance(source, Stored) and not data.index.source.any() else None


def _environment() -> dict[str, str]:
    """So that the second process imports this very package."""
    places = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(places)}


def main() -> None:
    """Look at the rows of the file that is named, whose places come on standard input; the result goes out."""
    path = Path(sys.argv[1])
    with np.load(io.BytesIO(sys.stdin.buffer.read())) as places:
        offset, length = places["offset"], places["length"]
    index = Index(offset, length, np.arange(1, len(offset) + 1, dtype=np.uint32), np.zeros(len(offset), np.uint8))
    with open(path, "rb", buffering=0) as file:
        found = aside(Dataset([Stored(file, path.name)], index))
    np.savez(out := io.BytesIO(), skipped=np.array(found.skipped, str), **_arrays(found))  # type: ignore[arg-type]
    sys.stdout.buffer.write(out.getbuffer())


def _arrays(found: Aside) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    return {"first": found.first, "second": found.second, "similarity": found.similarity, "language": found.language}


if __name__ == "__main__":
    main()
