"""What is said in an example, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftwidgets.bases.chat import text_of
from ftwidgets.data.kinds import kind_of


def texts_of(example: dict[str, Any]) -> Iterator[tuple[int | None, str, str]]:
    """What is said in an example without an error: the number of the message, who speaks, and the text."""
    kind = kind_of(example)
    if kind == "prompt/completion":
        yield None, "prompt", example["prompt"]
        yield None, "completion", example["completion"]
    elif kind == "chat":
        for number, message in enumerate(example["messages"], 1):
            yield number, message["role"], text_of(message)
    elif kind == "preference":
        for number, message in enumerate(example["input"]["messages"], 1):
            yield number, message["role"], text_of(message)
        for key in ("preferred_output", "non_preferred_output"):
            yield from ((None, key, text_of(message)) for message in example[key])
