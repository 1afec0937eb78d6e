"""What is known of each row of a data set: 43 bytes a row, so that rules about a file need no second look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ftwidgets.data.aside import Aside, aside
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.kinds import Kind
from ftwidgets.data.language import lacking
from ftwidgets.data.row import read
from ftwidgets.data.terms import Terms

Array = npt.NDArray[Any]

Made = TypeVar("Made")


class Facts(NamedTuple):
    """What is known of each of N rows, arrays of shape (N,).

    `kind` is the place in `KINDS`, -1 for a row that cannot be read; `sound` is whether it has no error. Of sound rows:
    `prompt` and `answer` are hashes of what comes before the last answer, and of that answer; `system` that of the
    system message, 0 without one; `length` the answer's characters, `ending` a hash of its last four; `messages` their
    number; `tokens` all tokens, `trained` those that are learned. Of others these are 0. `language` is that of what
    users and assistants say, an ISO 639 code as bytes, empty where it is not known.
    """

    kind: Array
    sound: Array
    prompt: Array
    answer: Array
    system: Array
    length: Array
    ending: Array
    messages: Array
    tokens: Array
    trained: Array
    language: Array

    @classmethod
    def none(cls, rows: int = 0) -> Facts:
        """Those of so many rows, of which nothing is known yet."""
        return cls(*(np.zeros(rows, kind) for kind in DTYPES))

    def take(self, places: Any) -> Facts:
        """Those of the rows at these places."""
        return Facts(*(column[places] for column in self))


DTYPES: tuple[Any, ...] = (np.int8, np.bool_, np.uint64, np.uint64, *[np.uint32] * 6, "S3")


@dataclass(frozen=True, eq=False)
class Survey:
    """A data set, what is known of each of its rows, what is alike in it, and the terms that it is held against."""

    data: Dataset
    terms: Terms
    facts: Facts
    seen: Aside | None = None

    def __len__(self) -> int:
        return len(self.data)

    def once(self, make: Callable[[Survey], Made]) -> Made:
        """What `make` makes of this survey, made once and kept as long as the survey is."""
        kept = self.__dict__.setdefault("kept", {})
        if make not in kept:
            kept[make] = make(self)
        return cast("Made", kept[make])

    @property
    def kind(self) -> Kind:
        """The format that the examples should have."""
        return self.terms.kind

    @cached_property
    def aside(self) -> Aside:
        """What is nearly alike, as it was `seen`, else looked at now."""
        return aside(self.data) if self.seen is None else self.seen

    @property
    def skipped(self) -> tuple[str, ...]:
        """What was not looked at, since a package is missing: sentences with the remedy."""
        known = self.seen or self.__dict__.get("aside")
        return (*(known.skipped if known else ()), *(lacking() if self.terms.texts else ()))

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """The places of the rows without an error."""
        return np.flatnonzero(self.facts.sound)

    @property
    def whole(self) -> npt.NDArray[np.uint64]:
        """A hash of each whole example; 0 where it has an error."""
        return np.where(self.facts.sound, self.facts.prompt * np.uint64(0x9E3779B97F4A7C15) + self.facts.answer, 0)

    def line(self, place: int) -> int:
        """The line of a row."""
        return int(self.data.index.number[place])

    def examples(self, places: npt.NDArray[np.int64] | None = None) -> Iterator[dict[str, Any]]:
        """The sound examples at these places, read again; all sound ones by default."""
        return (read(raw)[0] for raw in self.data.take(self.places if places is None else places).raws())
