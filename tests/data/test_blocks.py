"""Blocks: everything once and in order, each as large as it may be."""

from __future__ import annotations

import pytest

from ftwidgets.data.blocks import blocks


@pytest.mark.parametrize(
    ("texts", "enough", "most", "expected"),
    [
        ([], 3, None, []),
        (["a", "bb", "c"], 3, None, [["a", "bb"], ["c"]]),
        (["aaaaa", "b", "c"], 3, None, [["aaaaa"], ["b", "c"]]),
        (["a", "b", "c", "dddd"], 9, 2, [["a", "b"], ["c", "dddd"]]),
        (["", "", ""], 1, 2, [["", ""], [""]]),
    ],
)
def test_a_block_ends_where_it_is_large_enough(
    texts: list[str], enough: int, most: int | None, expected: list[list[str]]
) -> None:
    assert list(blocks(texts, len, enough, most)) == expected
