"""Rules about a row as a whole: whether it can be read, and whether it has the format that it should have."""

from __future__ import annotations

from collections.abc import Iterator

from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row
from ftwidgets.data.rules.rule import Fault, rule, shown
from ftwidgets.data.rules.samples import CHAT, PAIR, PREFERENCE
from ftwidgets.data.terms import Terms

TO_CHAT = (
    'As a chat, an example is {"messages": [{"role": "user", "content": PROMPT}, '
    '{"role": "assistant", "content": COMPLETION}]}.'
)


@rule("not-an-object", "error", "row", fails=(b"null", b"42", [CHAT], "text"), passes=CHAT)
def not_an_object(row: Row, terms: Terms) -> Iterator[Fault]:
    """A line holds JSON that is not an object.

    Why: the job would fail: an example is an object with the key 'messages'.
    """
    if not isinstance(row.value, dict):
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
