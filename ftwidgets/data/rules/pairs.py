"""Rules about prompt/completion examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import PAIR

Example = dict[str, Any]


@rule(
    "pair-key-missing",
    "error",
    "pair",
    fails=({"prompt": "a"}, {"completion": "a"}, {"Prompt": "a", "completion": "b"}),
    passes=PAIR,
)
def pair_key_missing(example: Example) -> Iterator[Fault]:
    """A prompt has no completion, or a completion no prompt.

    Why: the job would fail: an example is a question and its answer.
    """
    for field in ("prompt", "completion"):
        if field not in example:
            yield Fault(f"The key '{field}' is missing.", "Give both 'prompt' and 'completion'.", field)


@mends(pair_key_missing, safe=True)
def _small_letters(example: Example, fault: Fault) -> Mend | None:
    alike = [key for key in example if key.strip().lower() == fault.field]
    if len(alike) != 1:
        return None
    renamed = {str(fault.field) if key == alike[0] else key: value for key, value in example.items()}
    return Mend(f"write the key as '{fault.field}'", renamed)


@rule(
    "pair-not-text",
    "error",
    "pair",
    fails=({"prompt": "a", "completion": 1}, {"prompt": None, "completion": "a"}),
    passes=PAIR,
)
def pair_not_text(example: Example) -> Iterator[Fault]:
    """A prompt or a completion is not a text.

    Why: the job would fail: a number or a list cannot be read as text.
    """
    for field in ("prompt", "completion"):
        if field in example and not isinstance(example[field], str):
            yield Fault(f"'{field}' is {shown(example[field])}, not a text.", "Write a text in quotation marks.", field)


@mends(pair_not_text, safe=True)
def _as_text(example: Example, fault: Fault) -> Mend | None:
    value = example[str(fault.field)]
    if value is None and fault.field == "prompt":
        return Mend("make it empty", example | {"prompt": ""})
    if isinstance(value, dict | list | None):
        return None
    return Mend("put it in quotation marks", example | {str(fault.field): orjson.dumps(value).decode()})


@rule("empty-completion", "error", "pair", fails={"prompt": "a", "completion": " "}, passes=PAIR)
def empty_completion(example: Example) -> Iterator[Fault]:
    """A completion is empty.

    Why: the job would fail: there is nothing to learn.
    """
    completion = example.get("completion")
    if isinstance(completion, str) and not completion.strip():
        yield Fault("The completion is empty.", "Write what the model should say, or remove the row.", "completion")


@mends(empty_completion)
def _without_row(example: Example, fault: Fault) -> Mend:
    return Mend("remove the row", None)
