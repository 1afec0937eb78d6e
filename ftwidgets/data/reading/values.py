"""JSON that is not one value a line: an array, an object that holds one, values over several lines; streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ftwidgets.data.reading.notes import TOO_LARGE, Tally
from ftwidgets.data.reading.window import Window, is_json

_TABS = bytes.maketrans(b"\r\n", b"\t\t")


def values(file: BinaryIO, notes: list[str]) -> Iterator[tuple[int, bytes]]:
    """Each example of `file` on one line, with its number from 1.

    Line ends within an example are taken out. Where it is no JSON they become tabs, which are no more allowed in a
    text than they are: what was faulty stays so. Of a broken list nothing is lost: an example without an end goes to
    the next that begins like the first, and what cannot be told apart is one faulty example.
    """
    tally = Tally(notes, "example", "example")
    text = Window(file)
    opened, number, begun, comma = b"", 0, 0, False
    while text.sign():
        for raw in text.listed() if opened and not comma else ():
            number += 1
            yield number, _on_one_line(raw)
        if not (sign := text.sign()):
            break
        if sign == b",":
            if text.commas() > comma and opened:
                tally.add("{of} preceded by a comma too many, the first {first}.", number + 1)
            comma = False
        elif not opened and (start := text.opening(sign)):
            text.position, opened, begun, comma = start, sign, number, False
        elif opened and sign == b"]":
            text.position += 1
            if number > begun and not comma:
                tally.add("{of} followed by a comma too many, the first {first}.", number)
            _tell_rest(text.closed(1) if opened == b"{" else b"", notes)
            opened = b""
        else:
            number += 1
            if opened and comma:
                tally.add("{of} not preceded by a comma, the first {first}.", number)
            raw, comma = text.value(sign), True
            if text.cut:
                tally.add(TOO_LARGE, number)
            yield number, _on_one_line(raw)
    if opened:
        notes.append(f"The list of examples has no end: the file was probably cut off after example {number:,}.")
    tally.tell()


def _tell_rest(rest: bytes, notes: list[str]) -> None:
    beside = rest.strip().removesuffix(b"}").strip(b", \t\r\n")
    if beside:
        shown = beside[:60].decode(errors="replace")
        notes.append(f"After the list of examples stands more, which was not read: {shown}")


def _on_one_line(raw: bytes) -> bytes:
    if b"\n" not in raw and b"\r" not in raw:
        return raw
    if not is_json(raw):
        return raw.translate(_TABS)
    return b"".join([line.strip() for line in raw.split(b"\n")]).replace(b"\r", b"")
