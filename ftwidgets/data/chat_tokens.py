"""How many tokens conversations have, by the arithmetic of OpenAI's cookbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ftwidgets.data.encoding import Encoding

PER_MESSAGE, PER_NAME, PER_REPLY = 3, 1, 3
"""What the format adds (https://cookbook.openai.com/examples/chat_finetuning_data_prep)."""


@dataclass(frozen=True)
class ChatTokens:
    """The tokens of each conversation: all, and those that its assistant messages hold."""

    total: npt.NDArray[np.int64]
    assistant: npt.NDArray[np.int64]


def chat_tokens(conversations: Sequence[Sequence[Mapping[str, Any]]], encoding: Encoding) -> ChatTokens:
    """Count the messages of each of `conversations`; give thousands at a time.

    Every value of a message that is a string is counted, its role and name too; anything else (a weight, tool calls,
    a list of parts), at which the cookbook stops with an error, counts nothing.
    """
    texts: list[str] = []
    owners: list[int] = []
    answers: list[bool] = []
    added = np.full(len(conversations), PER_REPLY, np.int64)
    for owner, messages in enumerate(conversations):
        added[owner] += PER_MESSAGE * len(messages)
        for message in messages:
            said = {key: value for key, value in message.items() if isinstance(value, str)}
            added[owner] += PER_NAME * ("name" in said)
            texts.extend(said.values())
            owners.extend([owner] * len(said))
            answers.extend(key == "content" and said.get("role") == "assistant" for key in said)
    counts = encoding.counts(texts)
    return ChatTokens(
        added + _sums(counts, owners, len(added)), _sums(counts * np.array(answers, bool), owners, len(added))
    )


def _sums(counts: npt.NDArray[np.int64], owners: list[int], number: int) -> npt.NDArray[np.int64]:
    sums = np.zeros(number, np.int64)
    np.add.at(sums, np.array(owners, np.int64), counts)
    return sums
