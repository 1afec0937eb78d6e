"""Log-probabilities in the form of `/v1/completions`: four lists side by side, with places in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ftwidgets.service.wire import Record


class Piece(NamedTuple):
    """A part of an answer: its text, the tokens that are in it, and the engine's last line where it is the last."""

    text: str
    tokens: list[Record]
    end: Record | None


def pieces(lines: Iterable[Record]) -> Iterator[Piece]:
    """What the engine says, with each token's place in the whole text, the echo included.

    A token comes with the text that it begins in; those from a stop text on are not in any.
    """
    echoed = said = 0
    waiting: list[Record] = []
    for line in lines:
        if "echo" in line:
            echoed = len(line["echo"])
            yield Piece(line["echo"], line["tokens"], None)
            continue
        text = line.get("text", "")
        said += len(text)
        waiting += [entry | {"offset": entry["offset"] + echoed} for entry in line.get("tokens", [])]
        tokens = [entry for entry in waiting if entry["offset"] < echoed + said]
        waiting = waiting[len(tokens) :]
        yield Piece(text, tokens, line if "end" in line else None)


def logprobs_of(entries: list[Record], wanted: int | None) -> Record | None:
    """The four lists out of the engine's tokens; None where none are wanted.

    A first token, before which there is nothing, has no probability: it is null there, as on OpenAI's service.
    """
    if wanted is None:
        return None
    return {
        "tokens": [_spelled(entry) for entry in entries],
        "token_logprobs": [entry["logprob"] for entry in entries],
        "top_logprobs": [_top(entry) for entry in entries],
        "text_offset": [entry["offset"] for entry in entries],
    }


def _top(entry: Record) -> Record | None:
    """The likeliest tokens, and the one that was said, which may be none of them."""
    if entry["logprob"] is None:
        return None
    return {_spelled(one): one["logprob"] for one in (*entry["top_logprobs"], entry)}


def _spelled(entry: Record) -> str:
    """A token as text; one that holds only a part of a character as its bytes."""
    raw = bytes(entry["bytes"])
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in raw)
