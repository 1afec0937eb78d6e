"""`golden.jsonl`: prompts and a model's own answers as chats, a test set and a training file in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ftwidgets.data.row import written
from ftwidgets.errors import InputError
from ftwidgets.home import write_atomically
from ftwidgets.quantities import count
from ftwidgets.salvage.answers import Answers, Record, choice_of, is_cut
from ftwidgets.salvage.prompts import BESIDE
from ftwidgets.salvage.saving import safe

NAME = "golden.jsonl"

TERMS = (
    "The terms of the host whose model gave these answers govern whether and for what you may train on them: read "
    "them before you do."
)

SPOKEN = ("content", "tool_calls", "function_call")
"""What of an answer is learned; the host's own remarks beside it are not."""


def example_of(record: Record) -> dict[str, Any] | None:
    """A prompt and its answer as an example to train on and to test with; None where there is no whole answer."""
    message = choice_of(record).get("message")
    if not isinstance(message, dict) or is_cut(record) or choice_of(record).get("finish_reason") == "content_filter":
        return None
    said = {name: message[name] for name in SPOKEN if message.get(name)}
    if not said or (isinstance(said.get("content"), str) and not said["content"].strip() and len(said) == 1):
        return None
    chat: list[Mapping[str, Any]] = [*record["messages"], {"role": "assistant", **said}]
    return {"messages": chat} | {name: record[name] for name in BESIDE if name in record}


def write_golden(folder: Path, answers: Answers, models: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Write a file for each of the models, `golden.jsonl` for one alone; returns them, and what was left out of them.

    They are made of the recorded answers alone, and made anew each time.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        return _written(folder, answers, models)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}. Make room, and go on.") from error


def _written(folder: Path, answers: Answers, models: Sequence[str]) -> tuple[list[Path], list[str]]:
    written, notes = [], []
    for model in models:
        records = answers.of(model)
        examples = [example for example in map(example_of, records) if example is not None]
        name = NAME if len(models) == 1 else f"golden-{safe(model.replace(':', '-'))}.jsonl"
        notes += _left_out(records, len(examples), name)
        if examples:
            written.append(_write(folder / name, examples))
    if len(models) > 1 and written:
        (folder / NAME).unlink(missing_ok=True)  # of one model alone, which has a file of its own now
    return written, notes


def _write(path: Path, examples: Iterable[Any]) -> Path:
    content = b"".join(written(example) + b"\n" for example in examples)
    return write_atomically(path, lambda temporary: temporary.write_bytes(content))


def _left_out(records: Sequence[Record], kept: int, name: str) -> list[str]:
    failed = [record for record in records if "reply" not in record]
    cut = sum(map(is_cut, records))
    empty = len(records) - len(failed) - cut - kept
    told = []
    if failed:
        told.append(
            f"{count(len(failed), 'prompt')} met an error, and will be asked again the next time. "
            f"To the first the host said: {failed[0].get('error')}"
        )
    if cut:
        told.append(f"{count(cut, 'answer')} reached the most tokens and are not whole: {name} is without them.")
    if empty > 0:
        told.append(f"{count(empty, 'answer')} said nothing, or were refused or filtered: {name} is without them.")
    return told
