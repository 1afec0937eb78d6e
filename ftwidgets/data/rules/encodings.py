"""Rules about lines whose bytes, size or depth keep them from being read."""

from __future__ import annotations

from collections.abc import Iterator

from ftwidgets.data.repair import as_windows, whole_characters
from ftwidgets.data.row import DEEPEST, LONGEST, Row
from ftwidgets.data.rules.lines import found
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule
from ftwidgets.data.rules.samples import CHAT


@rule(
    "encoding",
    "error",
    "line",
    fails=b'{"prompt": "\xe4", "completion": "b"}',
    passes={"prompt": "ä", "completion": "b"},
)
def encoding(row: Row) -> Iterator[Fault]:
    """A line is not encoded as UTF-8.

    Why: the job would fail: JSON is UTF-8, and other bytes are no characters in it.

    Such bytes come from programs that save text as Latin-1 or Windows-1252. Save the file as UTF-8.
    """
    yield from found(row, "encoding")


@mends(encoding)  # other tables of characters give the same bytes another meaning
def _from_windows(row: Row, fault: Fault) -> Mend | None:
    value = as_windows(row.raw)
    return None if value is None else Mend("read the other bytes as Windows-1252", value)


@rule("utf-16", "error", "line", fails='{"prompt": "a"}'.encode("utf-16"), passes=CHAT)
def utf_16(row: Row) -> Iterator[Fault]:
    """A file is encoded as UTF-16.

    Why: the job would fail: JSON Lines is UTF-8, and here every second byte is zero.

    Some editors call this encoding "Unicode". Save the file as UTF-8.
    """
    yield from found(row, "utf-16")


@rule("lone-surrogate", "error", "line", fails=(rb'{"prompt": "\ud83d"}', b'"\xed\xa0\x80"'), passes={"prompt": "😀"})
def lone_surrogate(row: Row) -> Iterator[Fault]:
    r"""A text holds half of a character.

    Why: the job would fail at this line: half of a pair of surrogates is no character, and has no token.

    Such halves are left where a text is cut in the middle of an emoji. In JSON an emoji is itself, or a pair such as
    \ud83d\ude00.
    """
    yield from found(row, "lone-surrogate")


@mends(lone_surrogate)
def _whole(row: Row, fault: Fault) -> Mend | None:
    value = whole_characters(row.raw)
    return None if value is None else Mend("put the sign for a lost character in its place", value)


@rule("too-deep", "error", "line", fails=b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), passes=CHAT)
def too_deep(row: Row) -> Iterator[Fault]:
    """An example is nested very deeply.

    Why: the job would fail: lists and objects nested more than 200 levels deep are not read.
    """
    yield from found(row, "too-deep")


@rule("too-long", "error", "line", fails=b'"' + b"a" * LONGEST + b'"', passes=CHAT)
def too_long(row: Row) -> Iterator[Fault]:
    """A line is very long.

    Why: the job would fail: a line of more than 32 MB is not read, and no model reads so much at once.
    """
    yield from found(row, "too-long")
