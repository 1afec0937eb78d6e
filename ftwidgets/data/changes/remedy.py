"""What can be done about a fault in one row: each fix of a rule, as what the whole row then says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ftwidgets.data.changes.change import written
from ftwidgets.data.changes.mending import Path, put
from ftwidgets.data.changes.mending import mended as in_row
from ftwidgets.data.examination import examined
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.row import Row, parse
from ftwidgets.data.rules import Fault, Mend, Rule
from ftwidgets.data.terms import Terms
from ftwidgets.errors import InputError

MOST = 1000
"""So many times one row is mended by one rule."""

PATIENCE = 2**26
"""So many bytes of one row are looked through, again and again, to mend it by one rule: some seconds."""


class Mended(NamedTuple):
    """What became of a row: the row, None where it goes, and what was done, in words."""

    row: Row | None
    words: tuple[str, ...] = ()


def remedies(row: Row, rule: Rule, fault: Fault) -> list[Mend]:
    """What can be done about a fault of a rule about rows; `value` is what the whole row then says, None where it goes.

    Values that JSON cannot hold are left out.
    """
    if rule.mend is None:
        return []
    if rule.scope == "text":
        return next(_of_text(row.value, rule, fault), [])
    return mends_in(in_row(row, rule, fault))


def mends_in(given: Mend | list[Mend] | None) -> list[Mend]:
    """What a rule's fix gave, as a list."""
    return [] if given is None else [given] if isinstance(given, Mend) else list(given)


def mended_row(row: Row, mend: Mend) -> Row | None:
    """The row after one fix; None where it goes.

    Raises:
        InputError: JSON cannot hold the value.
    """
    return None if mend.value is None else parse(row.number, row.offset, written(mend.value))


def mended(row: Row, rule: Rule, terms: Terms) -> Mended:
    """The row with all that one rule finds in it mended, one after another, each on what was mended before.

    What cannot be mended stays; so does what a fix would not mend, or would make an error of, and a row that holds so
    many faults that patience ends.
    """
    words: list[str] = []
    seen, now, looked = {row.raw}, row, 0
    while True:
        after = None
        for one in _tries(now, rule, terms):
            looked += len(now.raw)
            if one is not None and (one.row is None or one.row.raw not in seen):
                after = one
                break
        if after is None:
            break
        if len(seen) >= MOST or looked > PATIENCE:
            return Mended(row)  # not half of it: fixing again would go on
        words += after.words
        if after.row is None:
            return Mended(None, tuple(words))
        now = after.row
        seen.add(now.raw)
    return Mended(now, tuple(words))


def fits(before: Row, after: Row, rule: Rule, terms: Terms) -> bool:
    """Whether a fix makes no error: a sound row stays sound, and only the fix of an error may bring others to light."""
    wrong = _errors(before, terms)
    return (bool(wrong) and rule.level == "error") or _errors(after, terms) <= wrong


def _tries(row: Row, rule: Rule, terms: Terms) -> Iterator[Mended | None]:
    """What can become of a row: the faults in different messages mended at once, else the first that can be.

    None for each try that came to nothing; nothing at all where there is too much to be tried.
    """
    faults = _faults(row, rule, terms)
    if len(faults) * len(row.raw) > PATIENCE and len(faults) > 1:
        return
    first = {fault.message_index: fault for fault in reversed(faults)}
    if rule.scope in ("item", "message", "text") and len(first) > 1:
        yield from _tried(row, rule, [first[number] for number in sorted(first, key=lambda number: number or 0)], terms)
    for fault in faults:
        yield from _tried(row, rule, [fault], terms)


def _tried(row: Row, rule: Rule, faults: list[Fault], terms: Terms) -> Iterator[Mended | None]:
    now, words = row, []
    for fault in faults:
        mends = remedies(now, rule, fault)
        if not mends:
            continue
        try:
            after = mended_row(now, mends[0])
        except InputError:  # a text with half a character, which JSON cannot hold
            continue
        words.append(mends[0].words)
        if after is None:
            yield Mended(None, tuple(words))
            return
        now = after
    if not words:
        return
    left = _faults(now, rule, terms)
    gone = len(left) < len(faults) or any(fault not in left for fault in faults)
    yield Mended(now, tuple(words)) if gone and fits(row, now, rule, terms) else None


def _faults(row: Row, rule: Rule, terms: Terms) -> list[Fault]:
    return [fault for one, fault in examined(row, terms, texts=rule.scope == "text") if one is rule]


def _errors(row: Row, terms: Terms) -> set[str]:
    return {rule.id for rule, _ in examined(row, terms, texts=False) if rule.level == "error"}


def _of_text(example: Any, rule: Rule, fault: Fault) -> Iterator[list[Mend]]:
    """The fixes of the text in which the rule finds this very fault; where it is of several parts, of its first."""
    assert rule.mend
    for exactly in (True, False):
        for path, number, speaker, text in _texts(example):
            for found in rule.find(text, speaker) if number == fault.message_index else ():
                if not exactly or found._replace(message_index=number) == fault:
                    yield _within(example, path, rule.mend(text, speaker, found._replace(message_index=number)))


def _texts(example: Any) -> Iterator[tuple[Path, int | None, str, str]]:
    """Where in an example without an error each text stands, the number of its message, who speaks, and the text."""
    kind = kind_of(example)
    if kind == "prompt/completion":
        yield from (((key,), None, key, example[key]) for key in ("prompt", "completion"))
    elif kind == "chat":
        for n, message in enumerate(example["messages"]):
            yield from ((path, n + 1, message["role"], text) for path, text in _said(("messages", n), message))
    elif kind == "preference":
        for n, message in enumerate(example["input"]["messages"]):
            place: Path = ("input", "messages", n)
            yield from ((path, n + 1, message["role"], text) for path, text in _said(place, message))
        for key in ("preferred_output", "non_preferred_output"):
            for n, message in enumerate(example[key]):
                yield from ((path, None, key, text) for path, text in _said((key, n), message))


def _said(place: Path, message: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    content = message.get("content")
    if isinstance(content, str):
        yield (*place, "content"), content
    for n, part in enumerate(content if isinstance(content, list) else []):
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield (*place, "content", n, "text"), part["text"]


def _within(value: Any, path: Path, given: Mend | list[Mend] | None) -> list[Mend]:
    mends = mends_in(given)
    return [m if m.value is None else m._replace(value=put(value, path, m.value)) for m in mends]
