"""Changes: rows replaced, dropped, added or marked, each giving another data set and leaving the file alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ftwidgets.data import row
from ftwidgets.data.changes.steps import Doing, Step, done, undone
from ftwidgets.data.index import Index, Places, index_of
from ftwidgets.data.source import Memory, Source
from ftwidgets.errors import InputError

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset


def edited(data: Dataset, line: int, value: Any) -> Dataset:
    """The data with another example, or other bytes, in this line.

    Raises:
        InputError: there is no such line, or JSON cannot hold the value.
    """
    places = places_of(data, [line])
    raw = written(value, f"The new line {line}")
    return changed(data, "edited", "edit", replaced=dict.fromkeys(places.tolist(), raw))


def without(data: Dataset, lines: int | Collection[int]) -> Dataset:
    """The data without these lines.

    Raises:
        InputError: one of them is not there.
    """
    places = places_of(data, _several(lines))
    return changed(data, "deleted", "delete", dropped=places.tolist())


def added(data: Dataset, examples: Iterable[Any]) -> Dataset:
    """The data with these examples, or lines as bytes, at its end, numbered on from the last.

    Raises:
        InputError: JSON cannot hold one of them.
    """
    if isinstance(examples, Mapping | str | bytes) or not isinstance(examples, Iterable):
        raise InputError("Give a list of examples to add, such as [example].")
    raws = [written(example, f"Example {number}") for number, example in enumerate(examples, 1)]
    return changed(data, "added", "add", added=raws)


def reviewed(data: Dataset, lines: int | Collection[int]) -> Dataset:
    """The data with these lines marked as looked at by a person.

    Raises:
        InputError: one of them is not there.
    """
    places = places_of(data, _several(lines))
    return changed(data, "reviewed", "reviewed", seen=places.tolist())


def _several(lines: int | Collection[int]) -> Collection[int]:
    """Lines, of which one may stand alone; a number of numpy's too."""
    return lines if isinstance(lines, Collection) and not isinstance(lines, str | bytes) else [lines]  # type: ignore[list-item]


def changed(
    data: Dataset,
    what: str,
    doing: Doing,
    *,
    replaced: Mapping[int, bytes] | None = None,
    dropped: Collection[int] = (),
    added: Sequence[bytes] = (),
    seen: Collection[int] = (),
    rule: str | None = None,
    recipe: dict[str, Any] | None = None,
) -> Dataset:
    """The data with other bytes at the places of `replaced`, without those `dropped`, with those `added` at its end.

    The rows at the places of `seen` are marked. Where nothing would change, the data themselves.
    """
    gone = set(dropped)
    new = _other_than_now(data, {at: raw for at, raw in (replaced or {}).items() if at not in gone})
    touched = np.array(sorted({*new, *dropped, *seen}), np.int64)
    if not len(touched) and not added:
        return data
    number, sources = _with_memory(data.sources)
    offsets, lengths = _kept(sources[number], [*(new[at] for at in sorted(new)), *added])
    before, at = data.index.take(touched), np.isin(touched, list(new))
    after = Index(before.offset.copy(), before.length.copy(), before.number, before.source.copy())
    after.offset[at], after.length[at], after.source[at] = offsets[: len(new)], lengths[: len(new)], number
    first = _last_number(data) + 1
    rows = index_of(offsets[len(new) :], lengths[len(new) :], np.arange(first, first + len(added)), number)
    step = Step(what, doing, touched, before, after, np.isin(touched, list(gone)), rows, rule, recipe=recipe)
    return data.remade(done(data.index, step), (*data.steps, step), sources)


def undone_last(data: Dataset) -> Dataset:
    """The data before their last step; the data themselves where there was none."""
    if not data.steps:
        return data
    return data.remade(undone(data.index, data.steps[-1]), data.steps[:-1])


def as_loaded(data: Dataset) -> Dataset:
    """The data before all their steps."""
    index = data.index
    for step in reversed(data.steps):
        index = undone(index, step)
    return data.remade(index, ())


def places_of(data: Dataset, lines: Iterable[int]) -> Places:
    """The places of these lines, in the order of the rows.

    Raises:
        InputError: one of them is not there, or is no whole number.
    """
    wanted = np.unique(np.array([_line(line) for line in lines], np.int64))
    missing = wanted[~np.isin(wanted, data.index.number)]
    if len(missing):
        last = f"; its last line is {data.index.number.max()}" if len(data) else ": it has no rows"
        raise InputError(f"There is no line {missing[0]} in '{data.name}'{last}.")
    return np.flatnonzero(np.isin(data.index.number, wanted))


def _line(given: Any) -> int:
    """The number of a line: never a rounded one, nor one of a mask's truths."""
    whole = None if isinstance(given, bool) else getattr(given, "__index__", None)
    if whole is None or not -(2**63) <= (number := int(whole())) < 2**63:
        raise InputError(f"{given!r:.60} is no line. Give whole numbers, such as 1.")
    return number


def written(value: Any, what: str = "The example") -> bytes:
    """A value as the bytes of a line; bytes are taken as they are.

    Raises:
        InputError: JSON cannot hold it, or the bytes are no one line.
    """
    if isinstance(value, bytes):
        if b"\n" in value or not value.strip():
            raise InputError(f"{what} is {'blank' if not value.strip() else 'more than one line'}. Give one line.")
        return value
    try:
        return row.written(value)
    except TypeError as error:
        raise InputError(f"{what} cannot be written as JSON: {error}.") from error


def _other_than_now(data: Dataset, replaced: Mapping[int, bytes]) -> dict[int, bytes]:
    places = sorted(replaced)
    now = data.take(places).raws()
    return {place: replaced[place] for place, raw in zip(places, now, strict=True) if replaced[place] != raw}


def _with_memory(sources: tuple[Source, ...]) -> tuple[int, tuple[Source, ...]]:
    """The number of the source that changed rows are kept in, and the sources with it.

    It is never the first, which is read many rows at once: there a row lies where the one before it ends.
    """
    for number, source in enumerate(sources[1:], 1):
        if isinstance(source, Memory):
            return number, sources
    return len(sources), (*sources, Memory())


def _kept(source: Source, raws: Sequence[bytes]) -> tuple[Places, Places]:
    """Keep these rows; where each begins, and how long it is."""
    assert isinstance(source, Memory)
    lengths = np.array([len(raw) for raw in raws], np.int64)
    return source.add(b"".join(raws)) + np.cumsum(lengths) - lengths, lengths


def _last_number(data: Dataset) -> int:
    """The highest line that there ever was: a new row gets a number that no other had."""
    numbers = [
        data.index.number,
        *(column for step in data.steps for column in (step.before.number, step.added.number)),
    ]
    return max((int(column.max()) for column in numbers if len(column)), default=0)
