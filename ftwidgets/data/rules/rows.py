"""Rules about a row as a whole: whether it can be read, and whether it has the format that it should have."""

from __future__ import annotations

from collections.abc import Iterator

from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row
from ftwidgets.data.rules.rule import Fault, rule, shown
from ftwidgets.data.rules.samples import CHAT, PAIR, PREFERENCE
from ftwidgets.data.rules.terms import Terms

TO_CHAT = (
    'As a chat, an example is {"messages": [{"role": "user", "content": PROMPT}, '
    '{"role": "assistant", "content": COMPLETION}]}.'
)


@rule(
    "encoding",
    "error",
    "row",
    fails=b'{"prompt": "\xe4", "completion": "b"}',
    passes={"prompt": "ä", "completion": "b"},
)
def encoding(row: Row, terms: Terms) -> Iterator[Fault]:
    """A line is not encoded as UTF-8.

    Why: the job would fail: JSON is UTF-8, and other bytes are no characters in it.

    Such bytes come from programs that save text as Latin-1, Windows-1252 or UTF-16. Save the file as UTF-8.
    """
    if row.fault is not None and "UTF-" in row.fault:
        yield Fault(f"This line is not valid JSON: {row.fault}.", "Save the file as UTF-8.")


@rule(
    "not-json",
    "error",
    "row",
    fails=(b'{"messages": [}', b"{'messages': []}", b'{"prompt": "a", "completion": NaN}'),
    passes=(CHAT, PAIR),
)
def not_json(row: Row, terms: Terms) -> Iterator[Fault]:
    """A line is not valid JSON.

    Why: the job would fail at this line; no example can be read from it.

    Each line holds one whole JSON object, with double quotation marks, and without a comma after the last value.
    """
    if row.fault is not None and "UTF-" not in row.fault:
        yield Fault(f"This line is not valid JSON: {row.fault}.", "Each line holds one whole JSON object.")


@rule("not-an-object", "error", "row", fails=(b"null", b"42", [CHAT], "text"), passes=CHAT)
def not_an_object(row: Row, terms: Terms) -> Iterator[Fault]:
    """A line holds JSON that is not an object.

    Why: the job would fail: an example is an object with the key 'messages'.
    """
    if row.fault is None and not isinstance(row.value, dict):
        yield Fault(f"The line holds {shown(row.value)}, not an object.", 'Write {"messages": [...]} on each line.')


@rule(
    "unknown-format",
    "error",
    "row",
    fails=({}, {"instruction": "a", "output": "b"}, {"conversations": []}),
    passes=(CHAT, PAIR),
)
def unknown_format(row: Row, terms: Terms) -> Iterator[Fault]:
    """An example has none of the formats that a job can train.

    Why: the job would fail: it finds neither 'messages' nor 'prompt' and 'completion'.
    """
    if isinstance(row.value, dict) and kind_of(row.value) == "unknown":
        keys = shown(list(row.value))
        yield Fault(f"The example has neither 'messages' nor 'prompt' and 'completion' (its keys: {keys}).", TO_CHAT)


@rule("preference-pair", "error", "row", fails=PREFERENCE, passes=CHAT)
def preference_pair(row: Row, terms: Terms) -> Iterator[Fault]:
    """An example is a preference pair, and the job is a supervised one.

    Why: the job would fail: only a job with the method dpo learns from what is preferred to what.
    """
    if terms.method == "supervised" and kind_of(row.value) == "preference":
        yield Fault("The example is a preference pair, which a supervised job cannot train.", "Use chat examples.")


@rule("mixed-formats", "error", "row", fails=([CHAT, PAIR],), passes=([CHAT, CHAT],))
def mixed_formats(row: Row, terms: Terms) -> Iterator[Fault]:
    """An example has another format than the first of its file.

    Why: the job would fail: all examples of a file have one format.
    """
    kind = kind_of(row.value)
    refused = kind == "preference" and terms.method == "supervised"
    if kind != "unknown" and terms.kind not in ("unknown", kind) and not refused:
        yield Fault(f"The example is {kind}, while the first is {terms.kind}.", "Use one format in the whole file.")
