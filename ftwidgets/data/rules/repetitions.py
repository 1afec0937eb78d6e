"""Rules about answers that repeat themselves, or the question."""

from __future__ import annotations

from collections.abc import Iterator

from ftwidgets.data.repetition import SHORTEST, loop_of
from ftwidgets.data.rules.rule import Fault, rule, shown
from ftwidgets.data.rules.samples import ANSWER, PAIR, USER, chat, said
from ftwidgets.data.rules.speakers import ANSWERERS

Said = list[tuple[int | None, str, str]]


@rule(
    "answer-loops",
    "warning",
    "talk",
    fails=(
        said("It left. " + "It is on its way to you. " * 8),
        said("It left. " + "Ich weiß es nicht, " * 12),
        said("\n".join(f"{n}. Look for it on the page of the carrier." for n in range(8))),
        said("我不知道，请稍等。" * 12),
        PAIR | {"completion": " no, it is not" * 20},
    ),
    passes=(
        said("Row, row, row your boat, gently down the stream. Row, row, row."),
        said("|   |   |\n" * 20),
        said("=" * 200),
        said("It is late. It is late. It is late. But it comes today, I was told by the carrier, who knows it."),
    ),
)
def answer_loops(texts: Said) -> Iterator[Fault]:
    """An answer says the same again and again.

    Why: the model learns to go round in circles, as the one that wrote this may have done.

    Reported where the last answer ends with the same words four times or more, over a hundred characters, or where one
    sentence makes up half of it.
    """
    number, speaker, text = texts[-1]
    found = loop_of(text) if speaker in ANSWERERS else None
    if found:
        begin, end, unit = found
        yield Fault(f"The answer repeats {shown(unit)}.", "Shorten it, or drop it.", None, number, (begin, end))


@rule(
    "answer-is-question",
    "note",
    "talk",
    fails=(chat(USER, ANSWER | {"content": "Where is my parcel? "}), PAIR | {"completion": " " + PAIR["prompt"]}),
    passes=(chat(USER | {"content": "Hi"}, ANSWER | {"content": "Hi"}), PAIR),
)
def answer_is_question(texts: Said) -> Iterator[Fault]:
    """An answer is the question, word for word.

    Why: the model learns to repeat what it is asked.

    It happens where a column was taken twice. Keep it where the right answer is to change nothing.
    """
    if len(texts) > 1 and texts[-1][1] in ("assistant", "completion"):
        number, _, answer = texts[-1]
        if len(answer.strip()) >= SHORTEST and answer.strip() == texts[-2][2].strip():
            yield Fault("The answer is the question, word for word.", "Write the answer.", None, number)
