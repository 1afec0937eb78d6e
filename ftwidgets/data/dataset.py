"""A data set: the rows of a file as they came, nothing thrown away."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import orjson

from ftwidgets.data.reader import Row, parse, read
from ftwidgets.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["chat", "prompt/completion", "preference", "mixed", "unknown"]

KEYS: dict[Kind, str] = {"chat": "messages", "prompt/completion": "prompt", "preference": "preferred_output"}
"""The key by which an example's kind is known."""


class Dataset:
    """The rows of a file, good and bad; sliceable, sized, iterable over the examples that can be read.

    Written again, a row that was not changed is the same byte for byte.
    """

    def __init__(self, rows: Iterable[Row], name: str = "data") -> None:
        self.rows = tuple(rows)
        self.name = name

    @property
    def examples(self) -> list[Any]:
        """What the readable rows say, in order."""
        return [row.value for row in self.rows if row.fault is None]

    @property
    def kind(self) -> Kind:
        """Which of OpenAI's formats the examples have; "mixed" where they differ."""
        kinds = {kind_of(example) for example in self.examples}
        return kinds.pop() if len(kinds) == 1 else ("mixed" if kinds else "unknown")

    @property
    def system_message(self) -> str | None:
        """The system message with which every conversation begins; None where they differ or have none."""
        found = {_system_of(example) for example in self.examples}
        return found.pop() if len(found) == 1 else None

    @property
    def frame(self) -> pd.DataFrame:
        """The readable rows as a table: the line, and a column for each key."""
        import pandas as pd  # half a second: not for the engine, which needs no table

        records = [
            {"line": 0} | (row.value if isinstance(row.value, dict) else {}) | {"line": row.number}  # first, and ours
            for row in self.rows
            if not row.fault
        ]
        return pd.DataFrame(records)

    def split(self, validation: float = 0.2, test: float = 0.0, seed: int = 0) -> tuple[Dataset, ...]:
        """Share the rows out: (train, validation), or (train, validation, test) where `test` is above 0.

        Shares are parts of 1; every row lands in exactly one part, which one is decided by `seed`.

        Raises:
            InputError: a share is not between 0 and 1, or nothing is left to train on.
        """
        if not (0 <= validation < 1 and 0 <= test < 1 and validation + test < 1):
            raise InputError(
                f"Shares of {validation} and {test} leave nothing to train on. Use parts of 1, such as 0.2 and 0.2."
            )
        if seed < 0:
            raise InputError(f"The seed {seed} is below 0. Use a whole number from 0.")
        order = np.random.default_rng(seed).permutation(len(self.rows)).tolist()
        ends = np.cumsum([round(len(order) * share) for share in (validation, test)]).tolist()
        if ends[1] == len(order):
            raise InputError(
                f"Shares of {validation} and {test} of {len(order)} rows leave nothing to train on. Use smaller ones."
            )
        places = {"train": order[ends[1] :], "validation": order[: ends[0]], "test": order[ends[0] : ends[1]]}
        parts = tuple(
            Dataset((self.rows[n] for n in sorted(rows)), f"{self.name} ({part})") for part, rows in places.items()
        )
        return parts if test else parts[:2]

    def sample(self, rows: int, seed: int = 0) -> Dataset:
        """So many of the rows, drawn by `seed`, in the file's order; all of them where there are no more."""
        drawn = np.random.default_rng(seed).permutation(len(self.rows))[: max(0, rows)].tolist()
        return Dataset((self.rows[n] for n in sorted(drawn)), self.name)

    def to_bytes(self) -> bytes:
        """The rows as JSONL."""
        return b"".join(row.raw + b"\n" for row in self.rows)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the rows as JSONL to a new file.

        Raises:
            InputError: the file is there already: nothing is overwritten.
        """
        try:
            with open(path, "xb") as file:
                try:
                    file.write(self.to_bytes())
                    file.flush()
                except OSError:
                    Path(path).unlink()
                    raise
        except OSError as error:
            raise InputError(
                f"{path} cannot be written: {error.strerror}. Name a new file in a folder that is there."
            ) from error
        return Path(path)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.examples)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Dataset: ...
    def __getitem__(self, place: int | slice) -> Any:
        return Dataset(self.rows[place], self.name) if isinstance(place, slice) else self.rows[place].value

    def __repr__(self) -> str:
        bad = sum(row.fault is not None for row in self.rows)
        note = f", {bad} of them unreadable" if bad else ""
        return f"Dataset '{self.name}': {len(self)} row{'' if len(self) == 1 else 's'}{note}, {self.kind}"


def load(source: str | os.PathLike[str] | bytes | Sequence[Mapping[str, Any]], name: str | None = None) -> Dataset:
    """Read a JSONL file, its bytes, or a list of examples. Bad lines are kept, and `check` tells of them.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    if isinstance(source, bytes):
        return Dataset(read(source), name or "data")
    if isinstance(source, str | os.PathLike):
        return Dataset(read(_content(source)), name or Path(source).name)
    if isinstance(source, Mapping) or not isinstance(source, Iterable):
        raise InputError(f"{source!r:.60} is not a data set. Give a path, a file's bytes or a list of examples.")
    return Dataset((_row(n, example) for n, example in enumerate(source, 1)), name or "data")


def _row(number: int, example: Any) -> Row:
    """An example as it will be written."""
    try:
        return parse(number, 0, orjson.dumps(example))
    except TypeError as error:
        raise InputError(f"Example {number} cannot be written as JSON: {error}.") from error


def _content(source: str | os.PathLike[str]) -> bytes:
    try:
        path = Path(source).expanduser()
        if path.is_dir():
            raise InputError(f"{path} cannot be read: it is a folder; name a file in it.")
        if not path.exists():
            raise InputError(f"{path} cannot be read: there is no such file.{_near(path)}")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}.") from error
    except (RuntimeError, ValueError) as error:  # no such user, or a NUL in the name
        raise InputError(f"{source} cannot be read: {error}.") from error


def _near(path: Path) -> str:
    if not path.stem or not path.parent.is_dir():
        return ""
    names = sorted(other.name for other in path.parent.iterdir() if other.name.startswith(path.stem[:4]))
    return f" Near it: {', '.join(names[:3])}." if names else ""


def _system_of(example: Any) -> str | None:
    messages = example.get("messages") if isinstance(example, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(first, dict) or first.get("role") != "system":
        return None
    return first["content"] if isinstance(first.get("content"), str) else None


def kind_of(example: Any) -> Kind:
    """Which of OpenAI's formats one example has."""
    if isinstance(example, dict):
        for kind, key in KEYS.items():
            if key in example:
                return kind
        if "completion" in example:
            return "prompt/completion"
        if "input" in example and "non_preferred_output" in example:
            return "preference"
    return "unknown"
