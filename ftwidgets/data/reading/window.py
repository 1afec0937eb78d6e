"""A window that moves over a file of JSON, and the values in it: where each begins and ends, without parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from ftwidgets.data.reading.notes import LARGEST, shortened

CHUNK = 2**20
HEAD = 2**16
"""Within so many bytes an object that holds the list of examples must have opened it."""

_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+'
_SPACE = re.compile(rb"[ \t\r\n]*+")
_COMMAS = re.compile(rb"[, \t\r\n]*+")
_PART = re.compile(_TEXT, re.S)
_ATOM = re.compile(rb"(" + _TEXT + rb'"|[}\]])|[^,\[\]{}"\n]++', re.S)
_RUN = re.compile(rb'(?:[^"{}\[\]]++|' + _TEXT + rb'")*+(?:([{\[]++)|([}\]]++))?', re.S)
"""All up to the next brackets that stand in no text, and those."""


def _within(levels: int) -> bytes:
    """What stands in brackets, that many levels deep."""
    inner = rb"|[{\[]" + _within(levels - 1) + rb"[}\]]" if levels else b""
    return rb'(?:[^"{}\[\]]++|' + _TEXT + rb'"' + inner + rb")*+"


_LISTED = re.compile(rb"[ \t\r\n]*+([{\[]" + _within(5) + rb"[}\]])[ \t\r\n]*+,", re.S)
"""Nearly every example of a list, and its comma, in one go."""

_KEY = re.compile(rb'\{\s*+("[^"\\]*+")\s*+:')

PATIENCE = 16 * LARGEST
"""So many bytes may be split a second time, in all, because an example before them has no end."""

WRAPPER = re.compile(
    rb'\s*+\{\s*+(?:"[^"\\]*+"\s*+:\s*+(?:"[^"\\]*+"|[-+.\w]++)\s*+,\s*+)*?'
    rb'"(?:data|examples?|rows|records|items|samples|train(?:ing)?|valid(?:ation)?|test|dataset)"\s*+:\s*+\[\s*+(?=\{)'
)
"""An object up to the first example of the list in it; before the list may stand texts and numbers."""


class Window:
    """What is held of a file; `position` is the place of the next sign, `cut` whether the last value was too large."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._buffer, self.position = b"", 0
        while len(self._buffer) < 3 and self._more():
            pass
        self._buffer = self._buffer.removeprefix(b"\xef\xbb\xbf")
        self.cut = False
        self._next: re.Pattern[bytes] | None = None
        self._patience = PATIENCE

    def sign(self) -> bytes:
        """The next byte that is no space; nothing at the end."""
        while True:
            self.position = _SPACE.match(self._buffer, self.position).end()  # type: ignore[union-attr]
            if self.position < len(self._buffer) or not self._more():
                return self._buffer[self.position : self.position + 1]

    def commas(self) -> int:
        """Pass over the commas that stand here, with the spaces between: how many."""
        found = _COMMAS.match(self._buffer, self.position)
        assert found is not None  # it matches nothing, too
        self.position = found.end()
        return found[0].count(b",")

    def opening(self, sign: bytes) -> int:
        """Where the first example stands in the list that opens here; 0 where none does."""
        if sign == b"{":
            while len(self._buffer) - self.position < HEAD and self._more():
                pass
            found = WRAPPER.match(self._buffer, self.position, self.position + HEAD)
            return found.end() if found else 0
        return self.position + 1 if sign == b"[" else 0

    def listed(self) -> Iterator[bytes]:
        """The examples that stand whole in the window, each with a comma after it."""
        buffer = self._buffer
        while (found := _LISTED.match(buffer, self.position)) and found.end() - self.position < LARGEST:
            self.position = found.end()
            yield found[1]

    def value(self, sign: bytes) -> bytes:
        """The value that begins here."""
        if sign not in b"{[":
            return self._atom()
        if self._next is None and (key := _KEY.match(self._buffer, self.position)):
            self._next = re.compile(rb"[,\s]\s*+(?=\{\s*+" + re.escape(key[1]) + rb"\s*+:)")
        raw = self.closed(0)
        if self.cut or is_json(raw):
            return raw
        end, self.position = self.position, self.position - len(raw)
        return self._taken(self._sooner(end) or end, b"")

    def _sooner(self, end: int) -> int:
        """Where before `end` the next example seems to begin; 0 where none does, and when patience has ended."""
        found = self._next.search(self._buffer, self.position + 1, end) if self._next else None
        if found is None or end - found.start() > self._patience:
            return 0
        self._patience -= end - found.start()
        return found.start()

    def closed(self, depth: int) -> bytes:
        """All up to the bracket that closes `depth` open ones, or the first that opens here."""
        at, kept = self.position, b""
        while True:
            run = _RUN.match(self._buffer, at)
            assert run is not None  # it matches nothing, too
            at = run.end()
            if run.lastindex == 1:
                depth += at - run.start(1)
            elif run.lastindex == 2:
                if depth <= at - run.start(2):
                    return self._taken(run.start(2) + depth, kept)
                depth -= at - run.start(2)
            elif not kept and len(self._buffer) - self.position > LARGEST and (end := self._sooner(len(self._buffer))):
                return self._taken(end, b"")
            else:  # the end of the window, or a text that goes on after it
                kept, at = self._wider(at, kept)
                if at < 0:
                    return self._taken(len(self._buffer), kept)

    def _atom(self) -> bytes:
        """A text, a number or a word; anything else up to the next sign that could be one of the list's own."""
        kept = b""
        while True:
            found = _ATOM.match(self._buffer, self.position)
            end = found.end() if found else self.position
            if found and (found.lastindex or end < len(self._buffer)):
                return self._taken(end, kept)
            kept, at = self._wider(end, kept)
            if at < 0:
                return self._taken(len(self._buffer), kept)

    def _taken(self, end: int, kept: bytes) -> bytes:
        raw, self.position = self._buffer[self.position : end], end
        self.cut = bool(kept) or len(raw) > LARGEST
        return shortened(kept or raw) if self.cut else raw

    def _wider(self, at: int, kept: bytes) -> tuple[bytes, int]:
        """Read on. What is kept of a value that became too large, and where `at` is now; -1 at the file's end."""
        if len(self._buffer) - self.position > LARGEST:
            kept = kept or shortened(self._buffer[self.position : self.position + LARGEST])
            part = _PART.match(self._buffer, at)
            self._buffer = b'"' + self._buffer[part.end() :] if part else self._buffer[at:]
            self.position = at = 0
        at -= self.position
        return kept, at if self._more() else -1

    def _more(self) -> bool:
        """Let go of what was read, and take in at least as much as is still needed: a long value is not seen often."""
        held = self._buffer[self.position :]
        new = self._file.read(max(CHUNK, len(held)))
        self._buffer, self.position = held + new, 0
        return bool(new)


def first_value(text: bytes) -> bytes | None:
    """The list or object with which `text` begins; None where it has no end."""
    depth = at = 0
    while (run := _RUN.match(text, at)) and run.lastindex:
        at = run.end()
        if run.lastindex == 1:
            depth += at - run.start(1)
        elif depth <= at - run.start(2):
            return text[: run.start(2) + depth]
        else:
            depth -= at - run.start(2)
    return None


def is_json(raw: bytes) -> bool:
    """Whether a text is one whole value."""
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        return False
    return True
