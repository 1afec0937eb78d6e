"""Fingerprints: whether rows, data sets and splits are what they were when one was noted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import orjson
import xxhash

from ftwidgets.data.row import read
from ftwidgets.errors import InputError

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset

SHOWN, FEWEST = 12, 6
"""A noted fingerprint has so many digits of each part, and at least so many."""


def content_of(raw: bytes) -> bytes:
    """What a row says, whatever the order of its keys and the spaces between them; its bytes where it cannot be read.

    Both begin otherwise, so that no unreadable line is taken for a readable one.
    """
    value, fault = read(raw)
    return b"unreadable " + raw if fault is not None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_hashes(data: Dataset, seed: int = 0) -> npt.NDArray[np.uint64]:
    """A hash of what each row says, (N,): of equal content the same."""
    hashes = (xxhash.xxh3_64_intdigest(content_of(raw), seed) for raw in data.raws())
    return np.fromiter(hashes, np.uint64, len(data))


def fingerprint(data: Dataset) -> str:
    """The sha256, in hex, of what the rows say, each as often as it is there; in whatever order they are."""
    return _of_digests(_digests(data))


def split_fingerprint(parts: Sequence[Dataset]) -> str:
    """A short fingerprint of a split, to be noted: that of all its rows, a dash, and that of who is where."""
    digests = [_digests(part) for part in parts]
    where = hashlib.sha256("".join(_of_digests(part) for part in digests).encode()).hexdigest()
    return f"{_of_digests([one for part in digests for one in part])[:SHOWN]}-{where[:SHOWN]}"


def hold(parts: Sequence[Dataset], expect: str) -> None:
    """Hold a split against a fingerprint that was noted: of the split, or of the data alone.

    Raises:
        InputError: it is another, or what was given is no fingerprint.
    """
    data, _, where = expect.strip().lower().partition("-")
    if any(len(part) < FEWEST or set(part) - set("0123456789abcdef") for part in ([data, where] if where else [data])):
        raise InputError(f"{expect!r} is no fingerprint. Note what split_fingerprint(parts) gives.")
    found = split_fingerprint(parts)
    all_rows, _, split = found.partition("-")
    if not _agree(all_rows, data):
        raise InputError(f"The data are not those that were split before: their fingerprint is {found}, not {expect}.")
    if where and not _agree(split, where):
        raise InputError(
            f"The data are the same, the split is another: its fingerprint is {found}, not {expect}. "
            "Use the shares, the seed and the way of splitting that were used before."
        )


def _agree(found: str, noted: str) -> bool:
    """Whether two fingerprints are alike as far as both are known."""
    return found[: len(noted)] == noted[: len(found)]


def _digests(data: Dataset) -> list[bytes]:
    return sorted(hashlib.sha256(content_of(raw)).digest() for raw in data.raws())


def _of_digests(digests: list[bytes]) -> str:
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()
