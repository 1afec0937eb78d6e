"""What all the prompts and all the completions of a file have in common: how they begin, how they end, what is in none.

These are the conventions of base models that only continue text, from the time before chats. One pass over the pairs,
whose memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from ftwidgets.data.survey import Survey

SEPARATORS = (" ->", "\n\n###\n\n", "\n\n===\n\n", "\n\n---\n\n", "\n\n===>\n\n", "\n\n--->\n\n")
"""What may end every prompt, the first of them that is in none; the first only where no prompt has a line break."""

LAST_SEPARATOR = "\n\n### =>\n\n"

STOPS = ("\n", ".", " END", "***", "+++", "&&&", "$$$", "@@@", "%%%")
"""What may end every completion, the first of them that is in none."""

LAST_STOP = " [END]"

LONG = 10_000
"""Characters of a prompt and its completion above which the pair is long."""

BLOCK = 2**20
"""Characters that are looked at together."""


@dataclass
class Column:
    """What all texts of one column have in common; `heard` takes them, some at a time.

    `unused` are those of its candidates that no text holds. `letters` counts each character by its code point.
    """

    unused: tuple[str, ...]
    prefix: str | None = None
    suffix: str | None = None
    longest: int = 0
    shortest: int = -1
    spaced: bool = True
    broken: bool = False
    letters: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)

    def heard(self, texts: list[str]) -> None:
        """Take these texts too."""
        joined = "\x00".join(texts)
        self.letters = _sum(self.letters, np.bincount(np.frombuffer(joined.encode("utf-32-le"), np.uint32)))
        self.unused = tuple(one for one in self.unused if one not in joined)
        self.broken = self.broken or "\n" in joined
        for text in texts:
            self.spaced = self.spaced and text.startswith(" ")
            self.longest = max(self.longest, len(text))
            self.shortest = len(text) if self.shortest < 0 else min(self.shortest, len(text))
            if self.prefix is None or self.suffix is None:
                self.prefix = self.suffix = text
            if not text.startswith(self.prefix):
                self.prefix = _shared(self.prefix, text)
            if not text.endswith(self.suffix):
                self.suffix = _shared(self.suffix[::-1], text[::-1])[::-1]

    @property
    def same(self) -> bool:
        """Whether all texts are the same."""
        return self.prefix is not None and len(self.prefix) == self.longest == self.shortest

    @cached_property
    def upper(self) -> bool:
        """Whether there is more than half as many capitals as small letters."""
        used = np.flatnonzero(self.letters).tolist()
        capitals = sum(int(self.letters[code]) for code in used if chr(code).isupper())
        return capitals * 2 > sum(int(self.letters[code]) for code in used if chr(code).islower())


def _sum(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Counts added up, of which one may be longer."""
    long, short = (one, other) if len(one) >= len(other) else (other, one)
    long[: len(short)] += short
    return long


def _shared(one: str, other: str) -> str:
    """What two texts begin with."""
    signs = enumerate(zip(one, other, strict=False))
    return one[: next((n for n, (a, b) in signs if a != b), min(len(one), len(other)))]


@dataclass(frozen=True, eq=False)
class Affixes:
    """What is common to the `prompts` and to the `completions` of the sound pairs, of which there are `rows`.

    `long` are the places of long pairs, and `lengths` their characters; `answers` is how many completions differ, and
    `repeated` the columns in which what ends every text stands in one of them before its end too.
    """

    prompts: Column
    completions: Column
    long: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    rows: int
    answers: int
    repeated: frozenset[str]

    @property
    def task(self) -> str:
        """What the pairs seem to be for, by the old tool's reckoning."""
        if self.prompts.longest == 0:
            return "open-ended generation"
        return "classification" if self.answers < self.rows / 3 else "conditional generation"

    @property
    def separator(self) -> str:
        """What could end every prompt: it is in none of them."""
        fits = [one for one in self.prompts.unused if one != SEPARATORS[0] or not self.prompts.broken]
        return fits[0] if fits else LAST_SEPARATOR

    @property
    def stop(self) -> str:
        """What could end every completion: it is in none of them."""
        return self.completions.unused[0] if self.completions.unused else LAST_STOP


_KNOWN: WeakKeyDictionary[Survey, Affixes] = WeakKeyDictionary()


def affixes(survey: Survey) -> Affixes | None:
    """Those of the pairs of a data set, found once for each survey; None where it has none."""
    if survey.kind != "prompt/completion" or not len(survey.places):
        return None
    if survey not in _KNOWN:
        _KNOWN[survey] = _affixes(survey)
    return _KNOWN[survey]


def _affixes(survey: Survey) -> Affixes:
    prompts, completions = Column(SEPARATORS), Column(STOPS)
    long: list[tuple[int, int]] = []
    for block in _blocks(zip(survey.places.tolist(), survey.examples(), strict=True)):
        prompts.heard([example["prompt"] for _, example in block])
        completions.heard([example["completion"] for _, example in block])
        sizes = ((place, len(example["prompt"]) + len(example["completion"])) for place, example in block)
        long += [(place, size) for place, size in sizes if size > LONG]
    places, lengths = np.array(long, np.int64).reshape(-1, 2).T
    answers = len(np.unique(survey.facts.answer[survey.places]))
    repeated = _repeated(survey, {"prompt": prompts, "completion": completions})
    return Affixes(prompts, completions, places, lengths, len(survey.places), answers, repeated)


def _blocks(pairs: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    block, size = [], 0
    for place, example in pairs:
        block.append((place, example))
        size += len(example["prompt"]) + len(example["completion"])
        if size > BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _repeated(survey: Survey, columns: dict[str, Column]) -> frozenset[str]:
    """The columns in which the common ending stands within a text too: what it is, is known only now."""
    endings = {key: column.suffix for key, column in columns.items() if column.suffix and not column.same}
    found = set()
    for example in survey.examples() if endings else ():
        for key in [key for key, suffix in endings.items() if suffix in example[key][: -len(suffix)]]:
            found.add(key)
            del endings[key]
        if not endings:
            break
    return frozenset(found)
