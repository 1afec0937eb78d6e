"""Data sets and changes of them, for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ftwidgets.data import Dataset, load

ROWS = [
    b'{"n": 1}',
    b'{"n":1}',
    b'{"prompt": "a", "completion": "b"}',
    b"{ broken",
    b"\xff",
    b"42",
    b'{"n": "\xc3\xa4"}',
]

VALUE: st.SearchStrategy[Any] = st.sampled_from([*ROWS, {"n": 1}, {"prompt": "c", "completion": "d"}, [], None])

DATA = st.lists(st.sampled_from([*ROWS, b"", b" "]), max_size=6).map(lambda lines: load(b"\r\n".join(lines)))


def changed(draw: st.DrawFn, data: Dataset) -> Dataset:
    """The data after one change, whichever."""
    lines = data.index.number.tolist()
    doing = draw(st.sampled_from(["edit", "delete", "reviewed", "add"] if lines else ["add"]))
    if doing == "add":
        return data.added(draw(st.lists(VALUE, max_size=3)))
    if doing == "edit":
        return data.edited(draw(st.sampled_from(lines)), draw(VALUE))
    some = draw(st.lists(st.sampled_from(lines), min_size=1, max_size=3))
    return data.without(some) if doing == "delete" else data.reviewed(some)


@st.composite
def histories(draw: st.DrawFn, data: st.SearchStrategy[Dataset], most: int = 6) -> list[Dataset]:
    """A data set and what it becomes, change by change."""
    states = [draw(data)]
    for _ in range(draw(st.integers(0, most))):
        states.append(changed(draw, states[-1]))
    return states
