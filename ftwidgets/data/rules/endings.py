"""Rules about answers that are cut off, or written in capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftwidgets.data.rules.quotations import last_words
from ftwidgets.data.rules.rule import Fault, rule, shown
from ftwidgets.data.rules.samples import asked, said
from ftwidgets.data.rules.speakers import ANSWERERS, END, START

N = "(?:[^`\x1e]|`[^`\x1e]|``[^`\x1e])"
"""What is no fence."""

OPEN_FENCE = f"{START}(?:{N}*```{N}*```)*{N}*```{N}*{END}"
FENCE = re.compile(r"^[ \t>]*(?:[-*+]|\d+[.)])?[ \t]*```", re.M)


@rule(
    "open-code",
    "warning",
    "text",
    fails=(said("So:\n```python\nprint(1)\n"), said("```\na\n```\nand\n```\nb")),
    passes=(
        said("```\na\n```"),
        said("`a` and ``b``"),
        asked("```\na"),
        said("Three backticks, ```, open a fence."),
        said("````\n```\na\n````"),
    ),
    hint=OPEN_FENCE,
)
def open_code(text: str, speaker: str) -> Iterator[Fault]:
    """An answer ends within a block of code.

    Why: the model learns to stop in the middle.

    The block is opened by three backticks and not closed; most often the answer was cut at a limit of tokens.
    """
    fences = list(FENCE.finditer(text))
    if speaker in ANSWERERS and len(fences) % 2 and "````" not in text:
        begin = fences[-1].start()
        yield Fault(
            "The last block of code is not closed.", "Complete the answer, or drop it.", span=(begin, len(text))
        )


WORDS = "and|the|because|my|your|their|whose|although|whereas|et|les|une|dans|parce que|und|oder|weil|eine|einen|einem"
CUT = rf"(?:[ \n](?:{WORDS})|[a-zà-ÿ],) *\n*"
CUT_OFF = re.compile(rf"(?:(?<=\s)(?:{WORDS})|(?<=[a-zà-ÿ]),)\s*\Z")
SENTENCE = re.compile(r"[.!?]\s")


@rule(
    "cut-off",
    "warning",
    "text",
    fails=(
        said("It left on Monday. It was in the house of the carrier on Tuesday morning, and"),
        said("Es ging am Montag weg. Am Dienstag war es bei der Post in der nächsten Stadt, und"),
        said("It left on Monday. On Tuesday it was in the house of the carrier in the next town,"),
    ),
    passes=(
        said("Dear Ann,\n\nit left on Monday. It comes today.\n\nBest regards,"),
        said("It left on Monday"),
        asked("It left on Monday. It was in the house of the carrier on Tuesday morning, and"),
        said("and"),
        said("She said. Then\nroses are red,\nviolets are blue,"),
    ),
    hint=f"{CUT}{END}",
)
def cut_off(text: str, speaker: str) -> Iterator[Fault]:
    """An answer ends in the middle of a sentence.

    Why: the model learns to stop in the middle.

    Only what is certain is reported: a last word such as "and" or "the", or a comma, after whole sentences. The ends of
    letters and of verses are left out. Most often the answer was cut at a limit of tokens.
    """
    found = CUT_OFF.search(text)
    last = text.rstrip()[text.rstrip().rfind("\n") + 1 :]
    if speaker in ANSWERERS and found and len(last) > 50 and SENTENCE.search(text) and "```" not in text:
        yield Fault(f"The answer ends with {shown(last_words(last))}.", "Complete it, or drop it.", span=found.span())


CAPITAL = "A-ZÀ-ÖØ-ÞΑ-ΩА-Я"


@rule(
    "capitals",
    "note",
    "text",
    fails=(said("IT LEFT OUR HOUSE ON MONDAY MORNING!"), said("ПОСЫЛКА УШЛА В ПОНЕДЕЛЬНИК УТРОМ")),
    passes=(
        said("TECHNICAL_SUPPORT_REQUEST"),
        said("NASA, ESA, JAXA"),
        said("It left. IT LEFT OUR HOUSE ON MONDAY!"),
        asked("WHERE IS MY PARCEL? I WAIT FOR IT!"),
        said("我们在北京使用 NASA API。"),
        said("ACGTACGTACGTACGTACGTACGT"),
    ),
    hint=f"{START}[^a-z\x1e]*[{CAPITAL}][{CAPITAL}][{CAPITAL}][^a-z\x1e]*{END}",
)
def capitals(text: str, speaker: str) -> Iterator[Fault]:
    """An answer is written in capitals.

    Why: the model learns to shout; in capitals, words are other tokens than the ones it knows.
    """
    words = [word for word in re.findall(r"\w+", text) if len(word) > 1 and "_" not in word]
    letters = sum(map(str.isalpha, text))
    if speaker in ANSWERERS and text.isupper() and letters > 20 and len(words) > 3 and "\n" not in text.strip():
        cased = sum(character.isupper() for character in text)
        if cased > 0.9 * letters:
            yield Fault("The whole answer is in capitals.", "Write it as you want it said.", span=(0, len(text)))
