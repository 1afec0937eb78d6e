"""What is looked at aside of the rules about rows: which examples are nearly alike, and in what language each is.

It takes as long as all the rest; of a large file a second process does it, beside the first: see `beside`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data.dataset import Dataset
from ftwidgets.data.language import codes as codes_of
from ftwidgets.data.near import near_pairs
from ftwidgets.data.row import read
from ftwidgets.errors import MissingExtraError

CHUNK = 1000

UNKNOWN = b""
"""The language of a text whose language cannot be told."""


@dataclass(frozen=True)
class Aside:
    """Of the rows of a data set: the pairs that are nearly alike, and the language of each.

    `first`, `second` (P,) are places, `similarity` (P,) Jaccard's; `language` (N,) are ISO 639 codes as bytes, empty
    where unknown. `skipped` are sentences on what could not be looked at, since a package is missing.
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    language: npt.NDArray[np.bytes_]
    skipped: tuple[str, ...] = ()

    @classmethod
    def nothing(cls, rows: int) -> Aside:
        """Where nothing was looked at."""
        places = np.zeros(0, np.int64)
        return cls(places, places, np.zeros(0), np.zeros(rows, "S3"))


def aside(data: Dataset) -> Aside:
    """Look at the texts of all rows; what users and assistants say counts, and a system message does not."""
    codes: list[bytes] = []
    skipped: list[str] = []
    result = Aside.nothing(len(data))
    texts = _heard(data, codes, skipped)
    try:
        pairs = near_pairs(texts, lambda place: talk_of(data.rows[place].value))
        result = replace(result, first=pairs.first, second=pairs.second, similarity=pairs.similarity)
    except MissingExtraError as error:
        skipped.append(f"Near-duplicates were not looked for. {error}")
        for _ in texts:  # the languages are still heard
            pass
    language = np.array(codes, "S3") if codes else result.language
    return replace(result, language=language, skipped=tuple(skipped))


def moved(known: Aside, origin: npt.NDArray[np.int64]) -> Aside:
    """The same of rows of which each was at the place `origin` (N,) before, -1 where it is new."""
    to = np.full(len(known.language), -1)
    to[origin[origin >= 0]] = np.flatnonzero(origin >= 0)
    first, second = to[known.first], to[known.second]
    keep = (first >= 0) & (second >= 0)
    language = np.where(origin >= 0, known.language[origin], UNKNOWN) if len(known.language) else known.language[:0]
    new = int((origin < 0).sum())
    word = f"Rows that were changed ({new:,}) are held against the others when all are checked again."
    skipped = (*known.skipped, word) if new else known.skipped
    return Aside(first[keep], second[keep], known.similarity[keep], language, skipped)


def _heard(data: Dataset, codes: list[bytes], skipped: list[str]) -> Iterator[str]:
    """The text of each row, whose language is noted on the way."""
    tells = True
    talks = (talk_of(read(raw)[0]) for raw in data.raws())
    while chunk := list(islice(talks, CHUNK)):
        if tells:
            try:
                codes += [code.encode() if code else UNKNOWN for code in codes_of(chunk)]
            except MissingExtraError as error:
                tells = False
                skipped.append(f"Languages were not looked at. {error}")
        yield from chunk


def talk_of(example: Any) -> str:
    """What user and assistant say in an example of any soundness; no text where there is none."""
    if not isinstance(example, dict):
        return ""
    messages = example.get("messages")
    if isinstance(example.get("input"), dict) and isinstance(example.get("preferred_output"), list):
        asked = example["input"].get("messages")
        messages = [*(asked if isinstance(asked, list) else []), *example["preferred_output"]]
    if isinstance(messages, list):
        return "\n".join(_said(message) for message in messages if isinstance(message, dict))
    return "\n".join(text for text in (example.get("prompt"), example.get("completion")) if isinstance(text, str))


def _said(message: dict[str, Any]) -> str:
    content = message.get("content")
    spoken = message.get("role") in ("user", "assistant") and isinstance(content, str)
    return str(content) if spoken else ""
