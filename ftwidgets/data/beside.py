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
        source = _file_of(data)
        large = int(data.index.length.sum(dtype=np.int64)) >= LARGE
        if source is not None and large and (os.cpu_count() or 1) > 1:
            self._start(source)

    def _start(self, source: Stored) -> None:
        command = [sys.executable, "-P", "-m", "ftwidgets.data.beside", str(source.path), source.identity]
        quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        try:
            self._process = subprocess.Popen(command, env=_environment(), **quiet)  # type: ignore[call-overload]
            assert self._process.stdin
            with self._process.stdin as pipe:
                np.savez(places := io.BytesIO(), offset=self._data.index.offset, length=self._data.index.length)
                pipe.write(places.getbuffer())
        except OSError:  # it could not be started, or was ended: then this process looks
            self.end()

    def result(self) -> Aside:
        """What it found; where the second process was ended, this one looks."""
        if self._process is None:
            return aside(self._data)
        with self._process as process:
            assert process.stdout
            told = process.stdout.read()
        if process.returncode or not told:
            return aside(self._data)
        with np.load(io.BytesIO(told)) as found:
            skipped = tuple(str(one) for one in found["skipped"])
            return Aside(found["first"], found["second"], found["similarity"], skipped)

    def end(self) -> None:
        """The result is not wanted any more."""
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None


def _file_of(data: Dataset) -> Stored | None:
    """The file that all rows lie in, if it is one with a name."""
    source = data.sources[0]
    named = isinstance(source, Stored) and source.path is not None and not data.index.source.any()
    return source if named and isinstance(source, Stored) else None


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
        source = Stored(file, path.name)
        if source.identity != sys.argv[2]:
            raise SystemExit(1)  # another file bears that name by now
        found = aside(Dataset([source], index))
    np.savez(out := io.BytesIO(), skipped=np.array(found.skipped, str), **_arrays(found))  # type: ignore[arg-type]
    sys.stdout.buffer.write(out.getbuffer())


def _arrays(found: Aside) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    return {"first": found.first, "second": found.second, "similarity": found.similarity}


if __name__ == "__main__":
    main()
