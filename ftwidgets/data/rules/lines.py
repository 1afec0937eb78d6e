"""Rules about lines that are not JSON: each names the first thing in the line that is not."""

from __future__ import annotations

from collections.abc import Iterator

from ftwidgets.data.diagnosis import diagnosed
from ftwidgets.data.repair import rewritten
from ftwidgets.data.row import Row
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule
from ftwidgets.data.rules.samples import CHAT, PAIR

AS_JSON = "write the line as JSON"


def found(row: Row, cause: str) -> Iterator[Fault]:
    """The one fault of a line that cannot be read, where this is its cause."""
    diagnosis = diagnosed(row.raw)
    if diagnosis.cause == cause:
        at = diagnosis.at
        yield Fault(diagnosis.message, diagnosis.remedy, span=None if at is None else (at, at + 1))


@rule("trailing-comma", "error", "line", fails=(b'{"prompt": "a", "completion": "b",}', b'{"a": 1},'), passes=PAIR)
def trailing_comma(row: Row) -> Iterator[Fault]:
    """A comma stands after the last value.

    Why: the job would fail at this line: in JSON a comma promises another value.

    A comma at the end of the line comes from a list that was cut into its lines.
    """
    yield from found(row, "trailing-comma")


@rule(
    "single-quotes",
    "error",
    "line",
    fails=(b"{'messages': []}", b'{"prompt": None, "completion": "b"}', '{"prompt": “a”}'.encode()),
    passes={"prompt": "'a'", "completion": "None"},
)
def single_quotes(row: Row) -> Iterator[Fault]:
    """A line is written as Python or JavaScript writes it, not as JSON.

    Why: the job would fail at this line: JSON has the double quotation mark only, and the words true, false and null.

    This is what str() or print() makes of a dictionary. Write the file with json.dumps(example), one on each line.
    """
    yield from found(row, "single-quotes")


@rule("unquoted-key", "error", "line", fails=b'{prompt: "a", completion: "b"}', passes=PAIR)
def unquoted_key(row: Row) -> Iterator[Fault]:
    """A key stands without quotation marks.

    Why: the job would fail at this line: in JSON each key is a text.
    """
    yield from found(row, "unquoted-key")


@rule("comment", "error", "line", fails=(b'{"prompt": "a", "completion": "b"} // c', b"# the end"), passes=PAIR)
def comment(row: Row) -> Iterator[Fault]:
    """A line holds a comment.

    Why: the job would fail at this line: JSON has no comments.
    """
    yield from found(row, "comment")


@rule("unescaped-control", "error", "line", fails=b'{"prompt": "a\tb", "completion": "c"}', passes={"prompt": "\t"})
def control_character(row: Row) -> Iterator[Fault]:
    r"""A tab or another control character stands unescaped in a text.

    Why: the job would fail at this line: within a text JSON writes them as \t, \n or \u0000.
    """
    yield from found(row, "unescaped-control")


@rule(
    "invisible-in-json",
    "error",
    "line",
    fails=('\ufeff \ufeff{"prompt": "a"}'.encode(), '{"prompt":\u00a0"a"}'.encode()),
    passes={"prompt": "a\u00a0b", "completion": "\u200b."},
)
def invisible_character(row: Row) -> Iterator[Fault]:
    """An invisible character stands between the values.

    Why: the job would fail at this line: JSON knows the space, the tab and the line break, and no others.

    A byte-order mark within a file comes from joining files; no-break spaces come from web pages and word processors.
    """
    yield from found(row, "invisible-in-json")


@rule(
    "bad-escape", "error", "line", fails=(rb'{"prompt": "it\'s"}', rb'{"prompt": "C:\data"}'), passes={"prompt": "\\d"}
)
def bad_escape(row: Row) -> Iterator[Fault]:
    r"""A backslash stands before a character that it cannot escape.

    Why: the job would fail at this line: after a backslash JSON has ", \, /, b, f, n, r, t or u and four digits.
    """
    yield from found(row, "bad-escape")


for _one in (
    trailing_comma,
    single_quotes,
    unquoted_key,
    control_character,
    invisible_character,
    bad_escape,
):
    mends(_one, safe=True)(lambda row, _: _as_json(row))
mends(comment)(lambda row, _: _as_json(row))  # what a comment says is lost


def _as_json(row: Row) -> Mend | None:
    value = rewritten(row.raw)
    return None if value is None else Mend(AS_JSON, value)


@rule("nan", "error", "line", fails=b'{"prompt": "a", "completion": NaN}', passes={"prompt": "NaN", "completion": "a"})
def nan(row: Row) -> Iterator[Fault]:
    """A value is NaN or Infinity.

    Why: the job would fail at this line: JSON has no such number.

    NaN is what pandas puts where a value is missing. What was meant cannot be known: write the value, or leave the key
    out where it is optional.
    """
    yield from found(row, "nan")


@rule("missing-comma", "error", "line", fails=b'{"prompt": "a" "completion": "b"}', passes=PAIR)
def missing_comma(row: Row) -> Iterator[Fault]:
    """A comma is missing between two values.

    Why: the job would fail at this line: without the comma the second value does not belong to the object.
    """
    yield from found(row, "missing-comma")


@rule("unescaped-quote", "error", "line", fails=b'{"prompt": "say "hello" now"}', passes={"prompt": 'say "hello"'})
def unescaped_quote(row: Row) -> Iterator[Fault]:
    r"""A quotation mark within a text ends it too early.

    Why: the job would fail at this line: what follows is no part of the text any more.

    Within a text JSON writes \". Where the text ends cannot be known for sure, so that only a person can mend it.
    """
    yield from found(row, "unescaped-quote")


@rule("truncated", "error", "line", fails=(b'{"messages": [{"role": "user", "content": "He', b'{"a": 1'), passes=CHAT)
def truncated(row: Row) -> Iterator[Fault]:
    r"""A line ends before its object does.

    Why: the job would fail at this line: the rest of the example is missing.

    Where a text holds a line break as it is, its line ends there, and the next begins in the middle of the text: write
    the break as \n. Where it is the last line, the file was cut off.
    """
    yield from found(row, "truncated")


@rule("object-over-lines", "error", "line", fails=(b"{", b'  "prompt": "a",', b"},"), passes=CHAT)
def object_over_lines(row: Row) -> Iterator[Fault]:
    """A line is part of an object that is spread over several lines.

    Why: the job would fail at this line: JSON Lines has one whole object on each line.

    This is how JSON is written with an indent. Write each example without one: json.dumps(example).
    """
    yield from found(row, "object-over-lines")


@rule("two-objects", "error", "line", fails=(b"42 42", b'{"prompt": "a"}{"prompt": "b"}'), passes=CHAT)
def two_objects(row: Row) -> Iterator[Fault]:
    """Two objects stand on one line.

    Why: the job would fail at this line: JSON Lines has one object on each line.
    """
    yield from found(row, "two-objects")


@rule("not-json", "error", "line", fails=(b'{"messages": [}', b'{"a": 1;}', b"hello"), passes=(CHAT, PAIR))
def not_json(row: Row) -> Iterator[Fault]:
    """A line is not valid JSON.

    Why: the job would fail at this line; no example can be read from it.

    Each line holds one whole JSON object, with double quotation marks, and without a comma after the last value.
    """
    yield from found(row, "not-json")
