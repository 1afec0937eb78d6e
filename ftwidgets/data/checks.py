"""The check: holds every row against the format rules, exactly as the service does before it trains."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from ftwidgets.data import chat_rules, pair_rules
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.findings import Finding, Findings
from ftwidgets.data.row import Row

FEWEST = 10
"""The service refuses files with fewer examples, as OpenAI's does."""


def check(data: Dataset, *, fewest: int = FEWEST) -> Findings:
    """Hold `data` against the format rules; an error is found exactly where a job with this training file would fail.

    A validation file may be as short as one example: for it, `fewest` is 1.
    """
    first = next((kind for kind in map(kind_of, data.examples) if kind != "unknown"), "unknown")
    by_row = [finding for row in data.rows for finding in _row_findings(row, first)]
    return Findings([*_file_findings(data, fewest), *by_row], len(data))


def _file_findings(data: Dataset, fewest: int) -> Iterator[Finding]:
    if not data.rows:
        yield Finding(
            "empty-file",
            "error",
            None,
            None,
            None,
            "The file has no examples.",
            f"Add at least {fewest} row{'' if fewest == 1 else 's'}, one JSON object a line.",
        )
    elif len(data) < fewest:
        counted = f"The file has {len(data)} example{'' if len(data) == 1 else 's'}."
        yield Finding("too-few-examples", "error", None, None, None, counted, _more(data, fewest))


def _more(data: Dataset, fewest: int) -> str:
    remedy = f"Add {fewest - len(data)} or more: a job needs at least {fewest}, and learns well from 50 to 100."
    return remedy + (f" {pair_rules.TO_CHAT}" if data.kind == "prompt/completion" else "")


def _row_findings(row: Row, first: str) -> Iterator[Finding]:
    def found(rule: str, message: str, remedy: str, field: str | None = None) -> Finding:
        return Finding(rule, "error", row.number, None, field, message, remedy)

    if row.fault is not None:
        rule = "encoding" if "UTF-" in row.fault else "not-json"
        yield found(rule, f"This line is not valid JSON: {row.fault}.", "Each line holds one whole JSON object.")
        return
    kind = kind_of(row.value)
    if not isinstance(row.value, dict):
        yield found(
            "not-an-object",
            f"The line holds {_shown(row.value)}, not an object.",
            'Write {"messages": [...]} on each line.',
        )
    elif kind == "unknown":
        keys = _shown(list(row.value))
        yield found(
            "unknown-format",
            f"The example has neither 'messages' nor 'prompt' and 'completion' (its keys: {keys}).",
            pair_rules.TO_CHAT,
        )
    elif kind == "preference":
        yield found(
            "preference-pair",
            "The example is a preference pair, which a supervised job cannot train.",
            "Use chat examples.",
        )
    elif kind != first:
        yield found(
            "mixed-formats",
            f"The example is {kind}, while the first is {first}.",
            "Use one format in the whole file.",
        )
    else:
        rules = chat_rules.findings if kind == "chat" else pair_rules.findings
        yield from rules(row.number, row.value)


def _shown(value: object) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 40 else f"{text[:37]}..."
