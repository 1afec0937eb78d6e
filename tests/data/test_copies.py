"""Which values stood there before."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.copies import copies


@given(values=st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=60))
def test_each_value_that_stands_again_is_told_with_its_first_place(values: list[int]) -> None:
    again, first = copies(np.array(values, np.uint64))
    expected = [(place, values.index(value)) for place, value in enumerate(values) if values.index(value) < place]
    assert list(zip(again.tolist(), first.tolist(), strict=True)) == expected
