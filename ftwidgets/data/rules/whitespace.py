"""Rules about white space in texts: at the ends of answers, in runs, and of odd kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftwidgets.data.prose import prose
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import PAIR, asked, said
from ftwidgets.data.rules.speakers import ANSWERERS, END, START, spans
from ftwidgets.quantities import count

BLANK = " \t\r\n"

KINDS, MIXED = {" ": "space", "\t": "tab", "\n": "line break"}, "white-space character"

MOST = 20
"""Characters of a word that are quoted."""

BLANK_LINES = re.compile(r"\n(?:[ \t\r]*+\n){3,}+")
"""Three blank lines or more, all there are: with a condition on what follows, many would take quadratic time."""

SPACES = re.compile(r"(?<=[a-zà-ÿ,;.])   +(?=[A-Za-zÀ-ÿ])")

GAP = re.compile(r"(?<=\S)   +(?=\S)")

AROUND = "[\u00ab0-9.\u00a7()/\u2013\u2014\\-\n\u00a0\u202f]"
SPACE = re.compile(
    f"(?<!{AROUND})[\u00a0\u202f](?![;:!?\u00bb%\u2030\u20ac$\u00a30-9()/\u2013\u2014\\-\n\u00a0\u202f])"
)
"""A non-breaking space where typography asks for none: French puts one before ; : ! ? and within « », and most
languages within numbers, before units and after abbreviations."""


@rule(
    "space-around",
    "warning",
    "text",
    fails=(
        said("It left on Monday. "),
        said("\n\nIt left on Monday."),
        said(" It left."),
        PAIR | {"completion": "  It left."},
        PAIR | {"completion": " It left.\n"},
    ),
    passes=(said("It left on Monday.\n\nIt comes today."), PAIR, asked(" Where is it?\n")),
    hint=f"{START}[{BLANK}]|[{BLANK}]{END}",
)
def space_around(text: str, speaker: str) -> Iterator[Fault]:
    """An answer begins or ends with white space.

    Why: the model learns to begin or end its answers so; white space is a token, and the first token decides much.

    Only answers are looked at. One space before a completion is right: it is the custom of prompt/completion files.
    """
    if speaker not in ANSWERERS or not text.strip(BLANK):
        return
    begin, end = len(text) - len(text.lstrip(BLANK)), len(text.rstrip(BLANK))
    if begin and not (speaker == "completion" and text[:begin] == " "):
        yield _around_answer("begins", text[:begin], (0, begin))
    if end < len(text):
        yield _around_answer("ends", text[end:], (end, len(text)))


def _around_answer(how: str, blank: str, span: tuple[int, int]) -> Fault:
    """What stands there, counted: spaces, tabs, line breaks, or some of each."""
    signs = blank.replace("\r\n", "\n")
    kind = KINDS.get(signs[0], MIXED) if len(set(signs)) == 1 else MIXED
    remedy = "Remove it." if len(signs) == 1 else "Remove them."
    return Fault(f"The answer {how} with {count(len(signs), kind)}.", remedy, span=span)


@mends(space_around, safe=True)
def _stripped(text: str, speaker: str, fault: Fault) -> Mend:
    lead = " " if speaker == "completion" and text.startswith(" ") else ""
    return Mend("remove the white space", lead + text.strip(BLANK))


@rule(
    "blank-lines",
    "note",
    "text",
    fails=said("It left on Monday.\n\n\n\n\nIt comes today."),
    passes=(said("It left.\n\nIt comes today."), said("```\na\n\n\n\n\nb\n```")),
    hint=r"\n[ \t\r]*\n[ \t\r]*\n[ \t\r]*\n",
)
def blank_lines(text: str, speaker: str) -> Iterator[Fault]:
    """A text has three or more blank lines in a row.

    Why: they say nothing and cost tokens; in answers the model learns to write them.

    They are often left over from the page that the text was taken from. Code is left out.
    """
    for span in spans(BLANK_LINES, _to_last_line(text)):
        lines = text.count("\n", *span) - 1
        yield Fault(f"{lines} blank lines follow one another.", "Keep one of them.", span=span)


@mends(blank_lines, safe=True)
def _one_blank_line(text: str, speaker: str, fault: Fault) -> Mend:
    return Mend("leave one blank line", _without(text, _to_last_line(text), BLANK_LINES, "\n\n"))


def _to_last_line(text: str) -> str:
    """The prose of a text without the blank space at its end."""
    return prose(text).rstrip(BLANK)


@rule(
    "spaces",
    "note",
    "text",
    fails=said("It left      on Monday."),
    passes=(
        said("It left.  It comes today."),
        said("```\na     b\n```"),
        said("name     price\nparcel   3\nletter   1"),
        said("    indented"),
    ),
    hint="[a-zà-ÿ,;.]   +[A-Za-zÀ-ÿ]",
)
def spaces(text: str, speaker: str) -> Iterator[Fault]:
    """Three or more spaces stand between two words.

    Why: a run of spaces is another token than one space; the model learns to leave gaps.

    Code is left out, and so are texts in which more than one line has gaps, as tables have.
    """
    plain = prose(text)
    found = list(spans(SPACES, plain))
    if found and len({plain.count("\n", 0, begin) for begin, _ in spans(GAP, plain)}) == 1:
        for span in found:
            what = f"{span[1] - span[0]} spaces stand between {_around(text, *span)}."
            yield Fault(what, "Keep one of them.", span=span)


def _around(text: str, begin: int, end: int) -> str:
    """The words before and after a place in a text."""
    before, after = text[max(0, begin - MOST) : begin].split(), text[end : end + MOST].split()
    return f"{shown(before[-1] if before else '')} and {shown(after[0] if after else '')}"


@mends(spaces, safe=True)
def _one_space(text: str, speaker: str, fault: Fault) -> Mend:
    return Mend("leave one space", _without(text, prose(text), SPACES, " "))


@rule(
    "odd-space",
    "note",
    "text",
    fails=said("It left\u00a0on Monday."),
    passes=(
        said("Où est-il\u00a0? «\u00a0Ici\u00a0», à 10\u202f000\u00a0km"),
        said("Dr.\u00a0Weber, z.\u00a0B. am 3.\u00a0Mai"),
        said("`a\u00a0b`"),
    ),
    hint=f"[^{AROUND[1:-1]}][\u00a0\u202f][^;:!?\u00bb%\u2030\u20ac$\u00a30-9()/\u2013\u2014\\-\n\u00a0\u202f]",
)
def odd_space(text: str, speaker: str) -> Iterator[Fault]:
    """A non-breaking space stands between two words.

    Why: it looks like a space and is another token: the model reads, and learns, other words than you see.

    It is fine where typography asks for it: before the French ; : ! ? and within « », in numbers, before units and
    after abbreviations. It comes along when text is copied from a web page or a word processor.
    """
    for begin, end in spans(SPACE, prose(text)):
        if begin > 0 and end < len(text):
            what = f"A non-breaking space stands between {_around(text, begin, end)}."
            yield Fault(what, "Use a plain space.", span=(begin, end))


@mends(odd_space, safe=True)
def _plain_space(text: str, speaker: str, fault: Fault) -> Mend:
    return Mend("use plain spaces", _without(text, prose(text), SPACE, " "))


def _without(text: str, plain: str, pattern: re.Pattern[str], instead: str) -> str:
    """The text with what its prose, `plain`, has of a pattern replaced; the code stays as it is."""
    parts, at = [], 0
    for found in pattern.finditer(plain):
        parts += [text[at : found.start()], instead]
        at = found.end()
    return "".join([*parts, text[at:]])
