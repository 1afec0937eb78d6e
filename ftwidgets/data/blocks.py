"""Many things in blocks that are worked on together, none much larger than what one may hold at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def blocks(things: Iterable[T], size: Callable[[T], int], enough: int, most: int | None = None) -> Iterator[list[T]]:
    """The things in order, in blocks: each ends once its sizes together are `enough`, or has `most` things."""
    block: list[T] = []
    total = 0
    for thing in things:
        block.append(thing)
        total += size(thing)
        if total >= enough or len(block) == most:
            yield block
            block, total = [], 0
    if block:
        yield block
