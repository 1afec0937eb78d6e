"""A pandas DataFrame, record by record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftwidgets.data.reading.columns import named
from ftwidgets.data.reading.nested import flat_row, holds_others, nested_record

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 10_000


def frame_records(frame: pd.DataFrame) -> Iterator[tuple[int, bytes]]:
    """Each row as a JSON object, with its number from 1; an index that has a name is a column.

    Missing cells are empty texts, as in CSV; where any column holds lists or objects they are left out.
    """
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index(allow_duplicates=True)
    names = named(" ".join(map(str, name)) if isinstance(name, tuple) else name for name in frame.columns)
    columns = [frame.iloc[:, place] for place in range(len(names))]
    nested = any(any(map(holds_others, column)) for column in columns if column.dtype == object)
    write = nested_record if nested else flat_row
    for start in range(0, len(frame), BLOCK):
        cells = [column.iloc[start : start + BLOCK].tolist() for column in columns]
        for number, row in enumerate(zip(*cells, strict=True), start + 1):
            yield number, write(dict(zip(names, row, strict=True)))
