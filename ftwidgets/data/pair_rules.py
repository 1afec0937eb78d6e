"""The format rules of prompt/completion examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftwidgets.data.findings import Finding

TO_CHAT = (
    'As a chat, an example is {"messages": [{"role": "user", "content": PROMPT}, '
    '{"role": "assistant", "content": COMPLETION}]}.'
)


def findings(line: int, example: dict[str, Any]) -> Iterator[Finding]:
    """The faults of one prompt/completion example."""
    for field in ("prompt", "completion"):
        value = example.get(field)
        if field not in example:
            yield Finding(
                "pair-key-missing",
                "error",
                line,
                None,
                field,
                f"The key '{field}' is missing.",
                "Give both 'prompt' and 'completion'.",
            )
        elif not isinstance(value, str):
            yield Finding(
                "pair-not-text",
                "error",
                line,
                None,
                field,
                f"'{field}' is {value!r:.40}, not a text.",
                "Put it in quotation marks.",
            )
        elif field == "completion" and not value.strip():
            yield Finding(
                "empty-completion",
                "error",
                line,
                None,
                field,
                "The completion is empty.",
                "Write what the model should say, or remove the row.",
            )
    for key in sorted(set(example) - {"prompt", "completion"}):
        yield Finding(
            "extra-key", "error", line, None, key, f"The example contains an extra key {key!r:.40}.", "Remove it.", True
        )
