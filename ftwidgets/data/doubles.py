"""Rows that say the same as an earlier one: whole copies, and those that differ in what is not said."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import xxhash

from ftwidgets.data.copies import copies
from ftwidgets.data.row import read
from ftwidgets.data.survey import Survey

Places = npt.NDArray[np.int64]


class Doubles(NamedTuple):
    """The places of rows that say the same as an earlier one, and of each the place of that one.

    `copies` are the same as a whole; `variants` differ from each earlier row in what is not said, such as a weight.
    """

    copies: Places
    of_copies: Places
    variants: Places
    of_variants: Places


def doubles_of(survey: Survey) -> Doubles:
    """Those of the sound rows of a survey; looked for once."""
    return survey.once(_doubles_of)


def _doubles_of(survey: Survey) -> Doubles:
    """Only rows whose texts are the same are read again, and parsed where their bytes differ."""
    again, first = (survey.places[found] for found in copies(survey.whole[survey.places]))
    same = _same(survey, again, first)
    other, before = again[~same], first[~same]
    twice, once = copies(_hashes(survey, other))
    alone = np.delete(np.arange(len(other)), twice)
    return Doubles(
        np.concatenate([again[same], other[twice]]),
        np.concatenate([first[same], other[once]]),
        other[alone],
        before[alone],
    )


def _same(survey: Survey, ones: Places, others: Places) -> npt.NDArray[np.bool_]:
    pairs = zip(survey.data.take(ones).raws(), survey.data.take(others).raws(), strict=True)
    return np.fromiter((one == other or read(one)[0] == read(other)[0] for one, other in pairs), np.bool_, len(ones))


def _hashes(survey: Survey, places: Places) -> npt.NDArray[np.uint64]:
    """A hash of each whole value, whatever the order of its keys."""
    written = (orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for value in survey.examples(places))
    return np.fromiter(map(xxhash.xxh3_64_intdigest, written), np.uint64, len(places))


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The keys in which two examples that say the same differ: of chats those of their messages too."""
    keys = _differing(one, other)
    if "messages" not in keys or len(one["messages"]) != len(other["messages"]):
        return keys
    pairs = zip(one["messages"], other["messages"], strict=True)
    within = dict.fromkeys(key for here, there in pairs for key in _differing(here, there))
    return [*(key for key in keys if key != "messages"), *within]


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    missing = object()
    return [key for key in {**one, **other} if one.get(key, missing) != other.get(key, missing)]
