"""The rows of a data set as a sequence, of which none is read before it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy.typing as npt

from ftwidgets.data.row import Row, parse

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset


class Rows(Sequence[Row]):
    """The rows of a data set, each read when it is looked at."""

    def __init__(self, data: Dataset) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(place, slice):
            return tuple(self._data.take(place).rows)
        index = self._data.index
        source = self._data.sources[index.source[place]]
        offset = int(index.offset[place])
        return parse(int(index.number[place]), offset, source.read(offset, int(index.length[place])))

    def __iter__(self) -> Iterator[Row]:
        index = self._data.index
        places = zip(_values(index.number), _values(index.offset), self._data.raws(), strict=True)
        return (parse(number, offset, raw) for number, offset, raw in places)


def _values(array: npt.NDArray[Any]) -> Iterator[int]:
    """The numbers of a long array as Python's own, a part of them at a time."""
    return (value for at in range(0, len(array), 65_536) for value in array[at : at + 65_536].tolist())
