"""The labels of a classification set: where the last answers are few and short, each of them is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ftwidgets.data.dataset import Dataset

MOST, LONGEST = 12, 40
"""So many labels at most, of so many characters at most."""


def answer_of(example: Any) -> str | None:
    """The last answer of an example: a completion, or the assistant's last message, stripped; None without one."""
    if not isinstance(example, dict):
        return None
    answer, messages = example.get("completion"), example.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[-1], dict):
        answer = messages[-1].get("content") if messages[-1].get("role") == "assistant" else None
    return answer.strip() if isinstance(answer, str) else None


def labels(data: Dataset) -> list[str]:
    """The labels of `data`, the most frequent first; none where the answers are long, many, or hardly ever the same."""
    counted: Counter[str] = Counter()
    for answer in map(answer_of, data.examples):
        if answer is None:
            continue
        counted[answer] += 1
        if len(answer) > LONGEST or len(counted) > MOST:
            return []
    return [label for label, _ in counted.most_common()] if counted.total() >= 2 * len(counted) else []


def counts(data: Dataset, of: Sequence[str]) -> list[int]:
    """How many answers of `data` are each label of `of`."""
    counted = Counter(map(answer_of, data.examples))
    return [counted[label] for label in of]
