"""The tokens of a row that is looked at: where its texts are cut, what the chat format adds, and what is trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ftwidgets.data.row import Row
from ftwidgets.data.tokens.pieces import Piece, pieces
from ftwidgets.errors import FtwidgetsError, InputError
from ftwidgets.quantities import count
from ftwidgets.widgets.acts import row_of
from ftwidgets.widgets.desk import Desk

MOST_PIECES = 3_000
"""So many pieces of a row are drawn."""

MOST_BYTES = 200_000
"""A longer row is not cut into its tokens: that would hold the kernel up for more than half a second."""

TRAINED, ADDED, BEYOND = "t", "a", "x"
"""What a piece is, besides being read: learned, of the chat format, beyond what the model reads."""

Wire = dict[str, Any]


def drawn(desk: Desk, line: int) -> Wire:
    """The tokens of a row: of each turn its pieces and how many more there are, and a sentence on all; or why not.

    A piece is its text, how many tokens make it, and what it is. `kinds` are those that occur.
    """
    try:
        found = _pieces(desk, row_of(desk, line))
    except FtwidgetsError as error:
        return {"line": line, "turns": [], "kinds": "", "said": f"The tokens cannot be shown. {error}"}
    kinds = "".join(sorted({kind for piece in found if piece.text for kind in _kinds(piece)}))
    return {"line": line, "turns": list(_turns(found)), "kinds": kinds, "said": " ".join(_said(desk, found))}


def _pieces(desk: Desk, row: Row) -> list[Piece]:
    if row.fault is not None:
        raise InputError(f"Line {row.number} is not read: edit it, or delete it.")
    if len(row.raw) > MOST_BYTES:
        raise InputError(f"Line {row.number} has {len(row.raw):,} bytes; they are shown of lines up to {MOST_BYTES:,}.")
    found = pieces(row.value, desk.model)
    place = desk.place(row.number)
    if desk.findings is not None and place is not None and not desk.columns.facts.sound[place]:
        raise InputError(f"Line {row.number} is not counted: a job would fail of it.")
    return found


def _turns(found: Sequence[Piece]) -> Iterator[Wire]:
    room = MOST_PIECES
    for turn in _by_turn(found):
        said = [piece for piece in turn if piece.text]  # what OpenAI's format adds has none
        yield _turn(said, room)
        room = max(0, room - len(said))


def _by_turn(found: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces of each turn: with its text what the chat format sets before it, and with which it ends it."""
    turns: list[list[Piece]] = []
    opening: list[Piece] = []
    for message, group in groupby(found, lambda piece: piece.message):
        if message is None:
            ending, opening = _parted(list(group), begun=bool(turns))
            if turns:
                turns[-1] += ending
        else:
            turns += [[] for _ in range(message - len(turns))]  # a turn without a text has no piece
            turns[-1] += [*opening, *group]
            opening = []
    if turns:
        turns[-1] += opening
    return turns


def _parted(added: list[Piece], *, begun: bool) -> tuple[list[Piece], list[Piece]]:
    """What the chat format adds between two texts: one token and the white space after it end the turn before."""
    end = int(begun)
    while begun and end < len(added) and added[end].text.isspace():
        end += 1
    return added[:end], added[end:]


def _turn(said: Sequence[Piece], room: int) -> Wire:
    left = sum(piece.tokens for piece in said[room:])
    return {
        "pieces": [[piece.text, piece.tokens, _kinds(piece)] for piece in said[:room]],
        "tokens": count(sum(piece.tokens for piece in said if piece.message is not None), "token"),
        "more": count(left, "more token") if left else "",
    }


def _kinds(piece: Piece) -> str:
    is_so = {TRAINED: piece.trained, ADDED: piece.message is None, BEYOND: piece.cut}
    return "".join(kind for kind, so in is_so.items() if so)


def _said(desk: Desk, found: Sequence[Piece]) -> Iterator[str]:
    """How many tokens there are, and of which nothing is drawn."""
    trained = [piece for piece in found if piece.trained]
    yield f"{count(_many(found), 'token')} as {desk.counter.name} counts them, {count(_many(trained))} trained."
    if unknown := [piece for piece in found if not piece.text]:
        yield f"{count(_many(unknown))} are added by the chat format; which ones is not published, and none is drawn."
    if sum(bool(piece.text) for piece in found) > MOST_PIECES:
        yield f"The first {count(MOST_PIECES)} are drawn."
    if any(piece.cut for piece in found):
        yield f"What is struck through lies beyond the {count(desk.counter.context or 0)} that the model reads."


def _many(found: Sequence[Piece]) -> int:
    return sum(piece.tokens for piece in found)
