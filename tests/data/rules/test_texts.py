"""The rules about texts: nothing in what people ordinarily write, in several languages; and fixes that mend."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import mojibake
from ftwidgets.data.examination import rules_of, text_findings
from ftwidgets.data.prose import is_about_markup, prose
from ftwidgets.data.rules import RULES, Rule
from ftwidgets.data.rules.samples import PAIR, chat, said
from ftwidgets.data.sieve import Sieve, joined_for_sieve
from ftwidgets.data.texts import texts_of

TEXT_RULES = rules_of("text")


def found(example: Any) -> list[str]:
    return [rule.id for rule, _ in text_findings(example)]


ORDINARY = [
    "It left our house on Monday, and it should be with you today. Is there anything else?",
    "Sure! Here are three ideas:\n\n1. **Bread** – bake it.\n2. *Soup* – cook it.\n3. Tea (hot)",
    "I'm sorry to hear that your parcel is late. I have asked the carrier, who says it comes today.",
    "As an engineer at an AI company, she trains language models. She is an AI researcher.",
    "Use `&amp;` in HTML:\n\n```html\n<p>Ben &amp; Ann<br></p>\n\n\n\n\n<div>\n```",
    "if a < b and c > d: the result is <nothing>; a && b; x<y>z",
    "Dear [Your Name],\n\nthank you for your letter.\n\nYours sincerely,\nAnn Weber",
    "The regex `\\n\\n` splits at C:\\new\\name, and \\nabla is a LaTeX command.",
    "Answer: B",
    "NASA and ESA",
    "vitamin A",
    "x = {{1, 2}, {3, 4}}",
    "$\\frac{{a}}{b}$ is a fraction",
    "| Name | Price |\n|------|-------|\n| Tea  | 3.00  |\n| Bread<br>(white) | 2.00 |",
    "Name:     Ann\nAge:      30\nTown:     Bern",
    "def f(x):\n    return x      # doubled\n\n    y = 1     # one",
    "Où est-il\u00a0? «\u00a0Là\u00a0», dit-elle\u202f; 10\u00a0000\u00a0€, c’est cher\u00a0! J’aime l’été et là",
    "Je suis désolé que votre colis soit en retard\u00a0; il arrivera demain, à 14\u00a0h\u00a030.",
    "DÉJÀ VU… «\u00a0MENÜ\u00a0» À BIENTÔT\u00a0: âge, château, Ça va…",
    "Das Paket ist am Montag weggegangen, d.\u00a0h. es kommt heute an – spätestens um 18\u00a0Uhr. „Gut“, sagte Änne.",
    "Als Kind wohnte er in Ääkäsjärvi; »ÜBER ALLES«, 5\u00a0kg, § 3 Abs.\u00a02",
    "Ele disse: AMANHÃ… SÃO PAULO, IRMÃ”, NÃO",
    "你好！我是小王。请问您的包裹在哪里？作为一名医生，我建议您多喝水。",
    "作为人工智能领域的专家，她在北京工作。对不起，让您久等了。",
    "こんにちは。荷物は月曜日に発送されました。 よろしくお願いします。",
    "می\u200cخواهم بدانم بسته\u200cام کجاست",
    "\u200fשלום, החבילה יצאה ביום שני",
    "สวัสดี\u200bครับ พัสดุของคุณออกแล้ว",
    "👩\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤️",
    "Привет! Посылка ушла в понедельник. ОК",
    "Zażółć gęślą jaźń; příliš žluťoučký kůň; İstanbul'da; Åse bor på Ås",
    "Sequence: ACGTACGTACGTACGTACGT",
    "TODO lists help. My to-do: buy milk",
    "The tokens <|im_start|> and <|im_end|> mark a turn.",
    "<s>struck out</s>",
    "AI: the big picture of what it can do",
    "Roses are red,\nviolets are blue,\nsugar is sweet,\nand so are you",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_nothing_is_found_in_an_ordinary_answer_or_question(text: str) -> None:
    expected = ["role-in-text"] if text.startswith("AI:") else []
    assert found(said(text)) == expected
    assert found(chat({"role": "user", "content": text}, {"role": "assistant", "content": "It left."})) == []


CASES = [(rule, example) for rule in TEXT_RULES if rule.mend for example in rule.fails]


@pytest.mark.parametrize(("rule", "example"), CASES, ids=lambda value: value.id if isinstance(value, Rule) else "")
def test_a_fix_leaves_nothing_of_its_fault(rule: Rule, example: Any) -> None:
    for _, speaker, text in texts_of(example):
        for fault in rule.find(text, speaker):
            assert rule.mend
            mend = rule.mend(text, speaker, fault)
            if mend is not None:
                assert mend.value.strip()
                assert not list(rule.find(mend.value, speaker))


@given(
    before=st.text(alphabet="ab \n.\u00a0", max_size=12),
    code=st.sampled_from(["a    b", "\n\n\n\n\nc", "x\u00a0y", "&amp;", "\u00a0"]),
    after=st.text(alphabet="ab \n.\u00a0", max_size=12),
)
def test_a_fix_of_blank_space_changes_no_code(before: str, code: str, after: str) -> None:
    block = f"```\n{code}\n```"
    text = f"{before}\n{block}\n{after}"
    for name in ("blank-lines", "spaces", "odd-space"):
        rule = RULES[name]
        for fault in rule.find(text, "assistant"):
            assert rule.mend
            assert block in rule.mend(text, "assistant", fault).value


@given(text=st.text(alphabet="ab`~\n x1.", max_size=60))
def test_prose_keeps_every_place(text: str) -> None:
    plain = prose(text)
    assert len(plain) == len(text)
    assert all(one in (other, "`") for one, other in zip(plain, text, strict=True))


def test_a_block_of_code_in_a_list_is_no_prose() -> None:
    assert "secret" not in prose("1. So:\n   ```python\n   secret = 1\n\n   ```\n2. Done")
    assert "after" in prose("```\na\n```\nafter")
    assert "after" in prose("a ` b\nafter `c`")


@given(text=st.text(alphabet="aé’“ üß€ñ你好Ж😀 .", min_size=1), times=st.integers(1, 2))
def test_what_was_misread_is_read_back(text: str, times: int) -> None:
    misread = text
    for _ in range(times):
        misread = "".join(READ[byte] for byte in misread.encode())
    meant = mojibake.mended(misread)
    if meant is not None and not mojibake.places(text) and surely(text):
        assert meant == text


READ = {byte: chr(byte) for byte in range(256)} | {byte: character for character, byte in mojibake.BYTES.items()}


def surely(text: str) -> bool:
    """Whether each letter beyond ASCII is of the kind that is known when it is misread."""
    return not re.search("[ЖñüßÖ€你好]", text)


def test_the_example_of_every_textbook_is_read_back() -> None:
    assert mojibake.mended("CafÃ© â€“ itâ€™s â€œopenâ€\u009d") == "Café – it’s “open”"
    assert mojibake.mended("CafÃƒÂ©") == "Café"
    assert mojibake.mended("Café") == "Café"


@pytest.mark.parametrize("word", ["é", "’", "é“ü", "привет", "你好", "😀", "é" * 30 + " a"])
@pytest.mark.parametrize("times", [67, 100, 101, 150, 1000])
def test_a_long_run_that_was_misread_is_read_back_and_nothing_of_it_twice(word: str, times: int) -> None:
    misread = "".join(READ[byte] for byte in (word * times).encode())
    spans = mojibake.places(misread)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
    assert mojibake.mended(misread) == word * times


@given(text=st.text(alphabet="a\n \t\r", max_size=40))
def test_only_blank_lines_between_lines_are_found_and_one_is_left(text: str) -> None:
    rule = RULES["blank-lines"]
    wanted = re.search(r"\n(?:[ \t\r]*\n){3,}[ \t\r]*[^ \t\r\n]", text)
    faults = list(rule.find(text, "assistant"))
    assert bool(faults) == bool(wanted)
    if faults:
        mend = rule.mend(text, "assistant", faults[0]) if rule.mend else None
        assert mend and mend.value.split() == text.split()
        assert not list(rule.find(mend.value, "assistant"))


@given(text=st.text(max_size=40))
def test_what_is_not_misread_stays_as_it_is(text: str) -> None:
    if not mojibake.places(text):
        assert mojibake.mended(text) in (text, None)


def test_the_sieve_sees_where_an_answer_begins_and_ends() -> None:
    around = Sieve([RULES["space-around"].hint or ""])
    texts = [("user", " Where? \n"), ("assistant", "It left.\n\nIt comes. "), ("completion", " no")]
    caught = [around.caught([joined_for_sieve([one])]) for one in texts]
    assert caught == [[], [0], []]
    assert around.caught([joined_for_sieve(texts[:1]), joined_for_sieve(texts)]) == [1]


@pytest.mark.parametrize("rule", TEXT_RULES, ids=lambda rule: rule.id)
def test_a_hint_is_read_alike_with_and_without_the_fast_engine(rule: Rule) -> None:
    hint = rule.hint or ""
    plain = re.compile(hint)
    for example in (*rule.fails, *rule.passes):
        joined = joined_for_sieve([(who, text) for _, who, text in texts_of(example)])
        assert bool(plain.search(joined)) == bool(Sieve([hint]).caught([joined]))


def test_spans_are_of_what_is_told() -> None:
    text = "It left.<br>It comes."
    (fault,) = RULES["html-tag"].find(text, "assistant")
    assert text[slice(*fault.span)] == "<br>"
    text = "Dear Ann, as an AI language model, I"
    (fault,) = RULES["as-an-ai"].find(text, "assistant")
    assert text[slice(*fault.span)] == "as an AI language model"


def test_only_what_is_learned_is_judged_by_its_manners() -> None:
    refused = "I'm sorry, but I cannot assist with that."
    assert found(said(refused)) == ["refusal"]
    assert found(PAIR | {"prompt": refused}) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<s>[INST] Where is it? [/INST]", "Where is it?"),
        ("It left.<|im_end|>\n<|endoftext|>", "It left."),
        ("It left.<|im_end|><|im_start|>user\nThanks", None),
        ("<|im_end|>", None),
    ],
)
def test_marks_of_a_template_are_removed_at_the_ends_alone(text: str, left: str | None) -> None:
    rule = RULES["template-mark"]
    fault = next(rule.find(text, "assistant"))
    assert rule.mend
    mend = rule.mend(text, "assistant", fault)
    assert (mend and mend.value) == left


def test_a_word_of_a_shop_does_not_make_a_text_one_about_markup() -> None:
    assert is_about_markup("Which element is <br>?")
    assert is_about_markup("The HTML is wrong. " + "It is late. " * 50 + "<br>")
    assert not is_about_markup("Your discount code is on the website. " + "It is late. " * 50 + "It left.<br>It comes.")
    assert not is_about_markup("Use the code at the till.")
