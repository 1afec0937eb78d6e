"""The rules about whole files: which rows they name, what they say of them, and what their fixes do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Findings, check, fix, load
from ftwidgets.data.affixes import affixes_of
from ftwidgets.data.labels import labels_of
from ftwidgets.data.rules import RULES, Mend
from ftwidgets.data.rules.duplicates import duplicate
from ftwidgets.data.rules.lengths import outliers
from ftwidgets.data.rules.rule import Spot
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, SYSTEM, USER, asked, chat, said


def findings(rows: Sequence[Any], rule: str) -> Findings:
    return check(load(b"\n".join(map(orjson.dumps, rows))), fewest=1).where(rule=rule)


def mends(found: Findings, n: int = 0) -> list[Mend]:
    """What can be done about one finding."""
    hit = found.hits[n]
    mend = RULES[found[n].rule].mend
    assert mend
    offered = mend(found.surveys[0], Spot(int(hit["place"]), int(hit["other"]), float(hit["value"])))
    return offered if isinstance(offered, list) else [offered] if offered else []


def test_a_copy_names_the_first_of_its_kind_and_is_dropped() -> None:
    found = findings([CHAT, PAIR, said("No."), CHAT, CHAT], "duplicate")
    assert [(one.line, one.other_line) for one in found] == [(4, 1), (5, 1)]
    assert found[0].message == "The row says the same as line 1."
    assert mends(found) == [Mend("drop it", None, 3)]


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        (CHAT | {"tools": []}, "'tools'"),
        (chat(USER, ANSWER | {"weight": 1}), "'weight'"),
        (chat(USER, ANSWER | {"weight": 1}, tools=[]), "'tools' and 'weight'"),
        (chat(USER, ANSWER | {"content": [{"type": "text", "text": ANSWER["content"]}]}), "'content'"),
    ],
)
def test_a_row_that_says_the_same_but_is_not_the_same_is_no_copy_and_the_fix_keeps_it(row: Any, keys: str) -> None:
    assert not findings([CHAT, row], "duplicate")
    found = findings([CHAT, row], "duplicate-text")
    assert [one.message for one in found] == [f"The row says the same as line 1, and differs in {keys}."]
    assert [mend.words for mend in mends(found)] == ["keep line 1, drop line 2", "keep line 2, drop line 1"]
    assert len(fix(load([CHAT, row]))) == 2


def test_a_copy_of_a_row_that_only_says_the_same_is_a_copy_of_that_row() -> None:
    tooled = CHAT | {"tools": []}
    rows = [CHAT, tooled, {"tools": [], **CHAT}, CHAT, tooled]
    assert [(one.line, one.other_line) for one in findings(rows, "duplicate")] == [(3, 2), (4, 1), (5, 2)]
    assert [(one.line, one.other_line) for one in findings(rows, "duplicate-text")] == [(2, 1)]
    assert [row.value for row in fix(load(rows), fewest=1).rows] == [CHAT, tooled]


@given(numbers=st.lists(st.integers(0, 5), max_size=20))
def test_without_its_copies_a_file_has_each_row_once(numbers: list[int]) -> None:
    survey = check(load([said(str(n)) for n in numbers]), fewest=1).surveys[0]
    copies = duplicate.find(survey).place
    left = [n for place, n in enumerate(numbers) if place not in copies]
    assert left == list(dict.fromkeys(numbers))


def test_a_contradiction_quotes_both_answers_and_either_row_may_be_kept() -> None:
    found = findings([CHAT, CHAT, said("It is lost."), said("It is lost."), asked("Who?")], "contradiction")
    assert [(one.line, one.other_line) for one in found] == [(3, 1)]
    assert "'It is lost.', there 'It left our house on Monday.'" in found[0].message
    assert mends(found) == [
        Mend("keep line 1, drop line 3", None, 2),
        Mend("keep line 3, drop line 1", None, 0),
    ]


def test_rows_in_which_nothing_is_asked_do_not_contradict_each_other() -> None:
    alone = [chat(ANSWER), chat(ANSWER | {"content": "No."})]
    under = [chat(SYSTEM, ANSWER), chat(SYSTEM, ANSWER | {"content": "No."})]
    assert not findings(alone, "contradiction") and not findings(under, "contradiction")


LABELS = [said(label) for label in ["refund"] * 30 + ["Refund."] * 3 + ["delay"] * 12 + [" delay"] * 2]


def test_the_labels_of_a_survey_are_counted_by_what_they_mean() -> None:
    found = labels_of(check(load(LABELS)).surveys[0])
    assert found is not None
    assert found.meanings == {"refund": 33, "delay": 14}
    assert {one.text: one.rows for one in found.spellings} == {"refund": 30, "Refund.": 3, "delay": 12, " delay": 2}


def test_a_label_that_is_written_otherwise_is_written_as_mostly() -> None:
    found = findings(LABELS, "label-variant")
    assert [one.line for one in found] == [31, 32, 33, 46, 47]
    assert found[0].message == "The label 'Refund.' is mostly written 'refund'."
    (mend,) = mends(found)
    assert mend == Mend("write 'refund'", said("refund"), 30)


def test_a_completion_keeps_its_space_when_its_label_is_written_otherwise() -> None:
    rows = [PAIR | {"completion": text} for text in [" no", " no", " no", " No"]]
    (mend,) = mends(findings(rows, "label-variant"))
    assert mend.value["completion"] == " no"


def test_an_imbalance_says_the_shares_and_what_a_constant_answer_would_reach() -> None:
    found = findings([said("other")] * 90 + [said("refund")] * 10, "label-imbalance")
    assert found[0].line is None
    assert found[0].message == "'other' is the answer of 90 of 100 rows (90 %), 'refund' of 10."
    assert "would be right in 90 %" in found[0].remedy


@pytest.mark.parametrize("rule", ["label-imbalance", "label-rare", "label-variant", "label-single"])
def test_long_or_ever_new_answers_are_no_labels(rule: str) -> None:
    long = [said("It left our house on Monday, and it comes today. ")] * 9 + [said("No, it did not.")]
    new = [said(f"Parcel {n}") for n in range(20)]
    assert not findings(long, rule) and not findings(new, rule)


def test_a_rare_label_is_shown_where_it_stands_first() -> None:
    found = findings([said("yes")] * 20 + [said("no")] * 20 + [said("maybe")] * 2, "label-rare")
    assert [(one.line, one.message) for one in found] == [(41, "The label 'maybe' has 2 rows.")]


@given(st.lists(st.floats(3, 6), min_size=30, max_size=80), st.floats(1, 1000))
def test_what_lies_far_out_does_so_in_any_unit(logs: list[float], unit: float) -> None:
    values = np.exp([*logs, 14.0])
    found = outliers(values, above=True).tolist()
    assert outliers(values * unit, above=True).tolist() == found
    assert found in ([], [len(logs)])


def test_an_answer_that_is_much_longer_says_how_much() -> None:
    rows = [asked(f"Where is parcel {n}?") for n in range(40)]
    rows[7] = chat(USER, ANSWER | {"content": "It left. " * 400})
    found = findings(rows, "answer-very-long")
    assert [one.line for one in found] == [8]
    assert found[0].message == "The answer has 3,600 characters; the median answer has 28."


def test_a_row_with_another_system_message_is_shown_both_and_may_get_the_usual_one() -> None:
    usual, other = chat(SYSTEM, USER, ANSWER), chat(SYSTEM | {"content": "Be rude."}, USER, ANSWER)
    found = findings([usual] * 19 + [other, CHAT], "system-inconsistent")
    assert [(one.line, one.other_line) for one in found] == [(20, 1), (21, 1)]
    assert found[0].message.startswith("The system message is 'Be rude.'; 90 % of the rows have 'You are the help")
    assert found[1].message.startswith("The row has no system message; 90 % of the rows have")
    assert [mends(found, n)[0].value for n in range(2)] == [usual, usual]


def test_an_odd_system_message_may_be_removed() -> None:
    found = findings([CHAT] * 9 + [chat(SYSTEM, USER, ANSWER)], "system-inconsistent")
    assert found[0].message.endswith("90 % of the rows have none.")
    assert mends(found)[0].value == CHAT


def test_what_all_answers_begin_and_end_with_is_told_once_each() -> None:
    found = findings([said(f"Label: {n} of all ###END") for n in range(12)], "answers-alike")
    assert [one.message for one in found] == [
        "Every answer begins with 'Label: '.",
        "Every answer ends with ' of all ###END'.",
    ]


@given(
    start=st.text(alphabet="ab", max_size=9),
    end=st.text(alphabet="ab", max_size=9),
    middles=st.lists(st.text(alphabet="ab", max_size=4), min_size=2, max_size=6),
)
def test_what_all_share_begins_and_ends_each(start: str, end: str, middles: list[str]) -> None:
    texts = [f"{start}{middle}{end}" for middle in middles]
    rows = [PAIR | {"prompt": text or "c", "completion": f"x{text}x"} for text in texts]
    shared = affixes_of(check(load(rows), fewest=1).surveys[0])
    assert all(f"x{text}x".startswith(shared.answer_start) for text in texts)
    assert all(f"x{text}x".endswith(shared.answer_end) for text in texts)
    if len(set(texts)) > 1:
        assert len(shared.answer_start) >= len(start) + 1 or len(start) < 4


def test_epochs_are_held_against_the_rule_for_a_file_of_that_size() -> None:
    data = load([said(str(n)) for n in range(60)])
    assert not check(data, n_epochs=3).where(rule="too-many-epochs")
    (found,) = check(data, n_epochs=12).where(rule="too-many-epochs")
    assert found.message == "With 12 epochs each example is shown 12 times."
    assert "this file 3:" in found.remedy


def test_a_small_validation_file_is_not_told_to_grow() -> None:
    data = load([said(str(n)) for n in range(20)])
    assert check(data).where(rule="few-examples")
    assert not check(data, fewest=1).where(rule="few-examples")
