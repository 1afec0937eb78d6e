"""`answers.jsonl`: what each model said to each prompt, kept as soon as it is said, so that nothing is asked twice."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from ftwidgets.data.row import written
from ftwidgets.errors import InputError
from ftwidgets.salvage.prompts import Prompt

NAME = "answers.jsonl"

Record = dict[str, Any]

KEPT = {"model": str, "key": str, "messages": list, "number": int}
"""What every record has, whatever became of the prompt."""


class Answers:
    """The answers in a folder, by model and prompt; in memory they are without their log-probabilities.

    Of those to the same prompt the last counts; an error only where there is no answer. A line that a killed process
    left half written is passed over, and its prompt is asked again.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._lock = threading.Lock()
        self._records: dict[tuple[str, str], Record] = {}
        for record in _lines(self.path):
            self._take(record)

    def _take(self, record: Record) -> None:
        place = record["model"], record["key"]
        if isinstance(record.get("reply"), dict) or "reply" not in self._records.get(place, {}):
            self._records[place] = _slim(record)

    def add(self, record: Record) -> None:
        """Keep a record: it is on the disk when this returns.

        Raises:
            InputError: the file cannot be written.
        """
        try:
            with self._lock:
                self._append(written(record) + b"\n")
                self._take(record)
        except OSError as error:
            raise InputError(f"{self.path} cannot be written: {error.strerror}. Make room, and go on.") from error

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab+") as file:
            if file.tell() and not _ends_a_line(file.fileno()):
                line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def missing(self, model: str, prompts: Sequence[Prompt], most_tokens: int) -> list[Prompt]:
        """The prompts that the model has not answered; or not to the end, where it may now say more than it might."""
        return [prompt for prompt in prompts if not self._is_there(model, prompt, most_tokens)]

    def _is_there(self, model: str, prompt: Prompt, most_tokens: int) -> bool:
        record = self._records.get((model, prompt.key), {})
        return "reply" in record and not (is_cut(record) and record.get("most_tokens", 0) < most_tokens)

    def of(self, model: str) -> list[Record]:
        """A model's records, answers and errors, in the order of their prompts."""
        own = [record for (asked, _), record in self._records.items() if asked == model]
        return sorted(own, key=lambda record: int(record["number"]))

    @property
    def models(self) -> list[str]:
        """The models that were asked."""
        return list(dict.fromkeys(model for model, _ in self._records))


def choice_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first choice of an answer; an empty one of an error, or of a reply that has none."""
    reply = record.get("reply")
    choices = reply.get("choices") if isinstance(reply, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _slim(record: Record) -> Record:
    """A record without its log-probabilities: they are a kilobyte a token, and there may be thousands of answers."""
    if not isinstance(record.get("reply"), dict):
        return record
    choice = {name: value for name, value in choice_of(record).items() if name != "logprobs"}
    return record | {"reply": {"choices": [choice]}}


def is_cut(record: Mapping[str, Any]) -> bool:
    """Whether an answer ended because it might have no more tokens."""
    return choice_of(record).get("finish_reason") == "length"


def _lines(path: Path) -> Iterator[Record]:
    try:
        with open(path, "rb") as file:
            for line in file:
                with suppress(orjson.JSONDecodeError):  # half written
                    record = orjson.loads(line)
                    if isinstance(record, dict) and all(isinstance(record.get(name), t) for name, t in KEPT.items()):
                        yield record
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Name another folder.") from error


def _ends_a_line(file: int) -> bool:
    """Whether the file's last byte is a line's end."""
    os.lseek(file, -1, os.SEEK_END)
    return os.read(file, 1) == b"\n"
