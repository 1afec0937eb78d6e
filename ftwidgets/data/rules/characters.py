"""Rules about characters that nobody typed: control and invisible characters, and text that was decoded wrongly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ftwidgets.data import mojibake
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import asked, said
from ftwidgets.data.rules.speakers import spans

CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1d\x1f\x7f-\x9f]"

HIDDEN = "[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0001-\U000e007f]"
JOINER = "[A-Za-z][\u200c\u200d][A-Za-z]"
INVISIBLE = re.compile(f"{HIDDEN}+|(?<=[A-Za-z])[\u200c\u200d](?=[A-Za-z])")

DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")
WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Burmese and Khmer, in which a zero-width space says where a line may break."""

FLAG = "\U0001f3f4"


@rule(
    "control-character",
    "warning",
    "text",
    fails=(said("It left\x07 on Monday."), asked("\x1b[31mWhere\x1b[0m is it?"), said("It\x00left.")),
    passes=said("It left:\n\ton Monday.\r\n"),
    hint=CONTROL,
)
def control_character(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds control characters.

    Why: nobody sees them, and each is a token or more: the model learns to write them.

    They come from terminals (colours), from word processors, and from files that were decoded wrongly. Tabs and line
    breaks are fine.
    """
    for begin, end in spans(re.compile(f"{CONTROL}+"), text):
        yield Fault(f"The text holds the control character {_point(text[begin])}.", "Remove it.", span=(begin, end))


@mends(control_character, safe=True)
def _without_control(text: str, speaker: str, fault: Fault) -> Mend | None:
    left = re.sub("\x1b\\[[0-9;]*m|" + CONTROL, "", text)
    return Mend("remove the control characters", left) if left.strip() else None


@rule(
    "invisible-character",
    "warning",
    "text",
    fails=(said("It left\u200b on Monday."), said("pass\u00adword"), said("a\u202eb"), said("Hi\U000e0041\U000e0042")),
    passes=(
        said("👩\u200d👧 می\u200cخواهم \u200fשלום"),
        said("สวัสดี\u200bครับ"),
        said("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
    ),
    hint=f"{HIDDEN}|{JOINER}",
)
def invisible_character(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds characters that nobody sees.

    Why: the model reads, and learns, other words than you see; hidden text can even be an instruction.

    These are zero-width spaces, byte-order marks, soft hyphens, marks of direction in a text that has no writing from
    right to left, and tag characters. Those that emoji, flags, Persian or Thai need are fine.
    """
    for begin, end in _invisible(text):
        yield Fault(f"The text holds the invisible character {_point(text[begin])}.", "Remove it.", span=(begin, end))


def _invisible(text: str) -> Iterator[tuple[int, int]]:
    for begin, end in spans(INVISIBLE, text):
        run = text[begin:end]
        if DIRECTIONS.search(run) and RIGHT_TO_LEFT.search(text):
            continue
        if run.strip("\u200b") == "" and WITHOUT_SPACES.search(text[max(0, begin - 1) : end + 1]):
            continue
        if run[0] > "\U000e0000" and text[:begin].endswith(FLAG):
            continue
        yield begin, end


@mends(invisible_character, safe=True)
def _visible(text: str, speaker: str, fault: Fault) -> Mend | None:
    parts, at = [], 0
    for begin, end in _invisible(text):
        parts.append(text[at:begin])
        at = end
    left = "".join([*parts, text[at:]])
    return Mend("remove the invisible characters", left) if left.strip() else None


def _point(character: str) -> str:
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


@rule(
    "replacement-character",
    "warning",
    "text",
    fails=(said("Die B\ufffdcherei ist zu."), asked("caf\ufffd")),
    passes=(said("Die Bücherei ist zu."), said("U+FFFD is the replacement character, written \ufffd.")),
    hint="\ufffd",
)
def replacement_character(text: str, speaker: str) -> Iterator[Fault]:
    """A text holds U+FFFD, which stands where a character was lost.

    Why: the letter is gone; the model learns broken words.

    It is what a program writes for bytes that it cannot decode. Go back to the source and decode that as it was saved.
    """
    if re.search(r"(?i)fffd|replacement|unicode|utf-?8", text):
        return
    for begin, end in spans(re.compile("\ufffd+"), text):
        around = shown(text[max(0, begin - 12) : end + 12])
        yield Fault(f"A character was lost in {around}.", "Take the text from its source again.", span=(begin, end))


@rule(
    "mojibake",
    "warning",
    "text",
    fails=(
        said("Das CafÃ© ist zu."),
        said("It doesnâ€™t fit â€œhereâ€\x9d."),
        asked("25Â°C"),
        said("ÐŸÑ€Ð¸Ð²ÐµÑ‚"),
        said("ä½\xa0å¥½"),
        said("ðŸ˜€"),
        said("CafÃƒÂ©"),
    ),
    passes=(
        said("Das Café, SÃO PAULO, AMANHÃ… »MENÜ« Âge â la carte"),
        said("Är du där? Åh… naïve façade, désolé…»"),
        said("Привет 你好 😀"),
    ),
    hint=mojibake.PATTERN,
)
def mojibake_found(text: str, speaker: str) -> Iterator[Fault]:
    """A text was decoded wrongly: UTF-8 that was read as Windows-1252 or Latin-1.

    Why: the model reads, and learns, words that nobody writes.

    Letters such as é became two characters such as Ã©. The fix reads them back as often as they were misread, and is
    offered only where every one of them can be.
    """
    found = mojibake.places(text)
    for begin, end in found[:20]:
        yield Fault(f"{shown(text[begin:end])} was decoded wrongly.", "Read it back as UTF-8.", span=(begin, end))


@mends(mojibake_found, safe=True)
def _read_back(text: str, speaker: str, fault: Fault) -> Mend | None:
    meant = mojibake.mended(text)
    return None if meant is None else Mend("read it back as UTF-8", meant)
