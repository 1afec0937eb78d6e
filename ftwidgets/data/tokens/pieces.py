"""One example as a model reads it: piece by piece, and which of them it learns to say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from ftwidgets.data.examination import examined
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.loading import load
from ftwidgets.data.looks import spoken
from ftwidgets.data.row import Row
from ftwidgets.data.terms import Terms
from ftwidgets.data.tokens.counting import Token, counter_for
from ftwidgets.errors import InputError


class Piece(NamedTuple):
    """A piece of an example: its text, whether it is learned, and in which message it stands, from 1.

    A piece is one token, or several, `tokens`, that only together make whole characters. `message` is None for what
    the chat format adds; the text of what OpenAI's adds is not known, and is empty. `cut` is whether it lies beyond the
    model's context, and is not read at all.
    """

    text: str
    trained: bool
    message: int | None
    tokens: int = 1
    cut: bool = False


def pieces(example: Any, model: str | None = None, *, home: Path | None = None) -> list[Piece]:
    """The pieces of an example, in the order in which `model` reads them: an OpenAI id or a local base.

    The number of messages counts what is said: of a prompt and its completion these two, of a preference the input's
    messages and then both answers.

    Raises:
        InputError: a job would fail of the example, and this is why; or how the model counts is not known.
    """
    (row,) = load([example]).rows
    fault = next((fault for rule, fault in examined(row, _terms(row), texts=False) if rule.level == "error"), None)
    if fault is not None:
        raise InputError(f"{fault.message} {fault.remedy} The job would fail.")
    counter = counter_for(model, home)
    roles, texts, trained = zip(*spoken(row.value), strict=True)
    return list(_joined(counter.tokens(roles, trained, texts), counter.context))


def _terms(row: Row) -> Terms:
    kind = kind_of(row.value)
    return Terms(kind, "dpo" if kind == "preference" else "supervised", 1)


def _joined(tokens: list[Token], context: int | None) -> Iterator[Piece]:
    """The tokens as text: those joined that hold parts of the same character."""
    number = 0
    for (trained, message), group in groupby(tokens, lambda token: (token.trained, token.message)):
        raw, held = b"", 0
        for token in group:
            raw, held = raw + token.raw, held + 1
            number += 1
            if (text := _text(raw)) is not None:
                yield Piece(text, trained, message, held, cut=context is not None and number > context)
                raw, held = b"", 0
        if held:
            yield Piece(
                raw.decode("utf-8", "replace"), trained, message, held, context is not None and number > context
            )


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None
