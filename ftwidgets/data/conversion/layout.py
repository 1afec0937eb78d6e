"""Which of the layouts that others use an example has, and the one way from each to a chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from ftwidgets.data.conversion.alpaca import alpaca_to_chat
from ftwidgets.data.conversion.outcome import Example, Unconverted
from ftwidgets.data.conversion.pairs import pair_to_chat
from ftwidgets.data.conversion.preferences import compared_to_preference, preference_to_chat
from ftwidgets.data.conversion.sharegpt import LISTS, sharegpt_to_chat

Layout = Literal["chat", "preference", "prompt/completion", "ShareGPT", "Alpaca", "chosen/rejected", "other"]


def layout_of(example: Any) -> Layout:
    """The layout by its keys; "other" where they are none that we know: a table to be mapped by hand."""
    if not isinstance(example, dict):
        return "other"
    keys = example.keys()
    found: list[tuple[Layout, bool]] = [
        ("chat", "messages" in keys),
        ("preference", "preferred_output" in keys or {"input", "non_preferred_output"} <= keys),
        ("chosen/rejected", {"chosen", "rejected"} <= keys),
        ("prompt/completion", {"prompt", "completion"} <= keys),
        ("ShareGPT", any(isinstance(example.get(key), list) for key in LISTS)),
        ("Alpaca", {"instruction", "output"} <= keys),
    ]
    return next((layout for layout, is_so in found if is_so), "other")


def chat_of(example: Any) -> Example | Unconverted:
    """The example as a chat, whatever its layout; a chat itself as it is, of a comparison the preferred answer."""
    layout = layout_of(example)
    if layout == "chat":
        return example  # type: ignore[no-any-return]
    if layout not in _WAYS:
        return Unconverted(
            "The example has a layout that we do not know: say by a template what is asked and answered."
        )
    return _WAYS[layout](example)


def _compared(record: Any) -> Example | Unconverted:
    preference = compared_to_preference(record)
    return preference if isinstance(preference, Unconverted) else preference_to_chat(preference)


_WAYS: dict[Layout, Callable[[Any], Example | Unconverted]] = {
    "preference": preference_to_chat,
    "chosen/rejected": _compared,
    "prompt/completion": pair_to_chat,
    "ShareGPT": sharegpt_to_chat,
    "Alpaca": alpaca_to_chat,
}
