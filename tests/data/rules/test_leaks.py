"""What two files share: found in the training file, and dropped there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import check, load
from ftwidgets.data.examination import rules_of
from ftwidgets.data.normalised import normalised
from ftwidgets.data.rules import RULES, Rule
from ftwidgets.data.rules.rule import Spot, Spots
from ftwidgets.data.rules.samples import CHAT, PAIR, said
from ftwidgets.data.survey import Survey
from ftwidgets.data.surveying import looked_at
from ftwidgets.data.terms import Terms


def survey(rows: list[Any]) -> Survey:
    data = load(rows)
    terms = Terms(data.kind, fewest=1)
    return Survey(data, terms, looked_at(data, terms).facts)


def shared(rule: Rule, train: list[Any], validation: list[Any]) -> Spots:
    return rule.find(survey(train), survey(validation))


@pytest.mark.parametrize("rule", rules_of("between"), ids=lambda rule: rule.id)
def test_a_rule_between_two_files_finds_what_is_wrong_in_its_failing_examples_alone(rule: Rule) -> None:
    for train, validation in rule.fails:
        assert len(shared(rule, train, validation).place)
    for train, validation in rule.passes:
        assert not len(shared(rule, train, validation).place)


def test_a_leak_says_the_line_of_either_file_and_is_dropped_from_training() -> None:
    train, validation = survey([PAIR | {"prompt": "a"}, PAIR, PAIR]), survey([PAIR | {"prompt": "b"}, PAIR])
    rule = RULES["leak"]
    spots = rule.find(train, validation)
    assert (spots.place.tolist(), spots.other.tolist()) == ([1, 2], [1, 1])
    spot = Spot(2, 1, 0.0)
    assert rule.tell and rule.mend
    fault = rule.tell(train, spot, validation)
    assert fault.message == "The row is the same as line 2 of data."
    mend = rule.mend(train, spot, validation)
    assert (mend.value, mend.place) == (None, 2)


@pytest.mark.parametrize("rule", rules_of("between"), ids=lambda rule: rule.id)
def test_an_empty_file_shares_nothing(rule: Rule) -> None:
    for train, validation in (([], [CHAT]), ([CHAT], []), ([], [])):
        assert not len(shared(rule, train, validation).place)


def test_a_row_is_told_as_one_kind_of_leak() -> None:
    train, validation = [CHAT, said("It is lost."), said("it LEFT our house, on Monday")], [CHAT]
    found = {rule.id: shared(rule, train, validation).place.tolist() for rule in rules_of("between")}
    assert found["leak"] == [0]
    assert found["leak-normalised"] == [2]
    assert found["leak-prompt"] == [1]


def test_a_leak_into_the_test_file_names_that_file(tmp_path: Path) -> None:
    for name, rows in {"train": [CHAT], "held-out": [said("It is lost."), CHAT]}.items():
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    found = check(tmp_path / "train.jsonl", test=tmp_path / "held-out.jsonl", fewest=1)
    assert [str(one) for one in found.where(rule="leak")] == [
        "train.jsonl, line 1: The row is the same as line 2 of held-out.jsonl. "
        "Drop it here: else the model is judged by what it has seen."
    ]


def test_a_row_that_asks_the_same_and_answers_nearly_the_same_is_told_once() -> None:
    long = "I am sorry that nobody told you. It left our house on Monday and the carrier promises it for tomorrow."
    train, held_out = said(long), said(long.replace("tomorrow", "Friday"))
    found = {rule.id: len(shared(rule, [train], [held_out]).place) for rule in rules_of("between")}
    assert [name for name, times in found.items() if times] == ["leak-prompt"]
    found = {rule.id: len(shared(rule, [train], [said(long.upper())]).place) for rule in rules_of("between")}
    assert [name for name, times in found.items() if times] == ["leak-normalised"]


@given(text=st.text(alphabet="aB é“”。,Ω5-ß\u00a0", max_size=20))
def test_case_space_and_punctuation_do_not_change_what_is_said(text: str) -> None:
    spaced = " ".join(text).upper() + "!"
    assert normalised(f"a{spaced}") == normalised(f"a{text}")
    assert normalised(text) == normalised(normalised(text).decode())


def test_signs_that_calculate_and_texts_of_nothing_but_signs_are_told_apart() -> None:
    assert normalised("3-2") != normalised("3+2")
    assert normalised("?") != normalised("!")


@given(words=st.lists(st.sampled_from(["Straße", "你好", "été", "x2", "Привет"]), min_size=1))
def test_letters_of_every_writing_are_kept(words: list[str]) -> None:
    assert normalised("、 ".join(words)).decode() == "".join(words).casefold()


def test_the_first_of_several_rows_is_the_one_that_is_named() -> None:
    spots = shared(RULES["leak"], [CHAT], [CHAT, CHAT])
    assert np.array_equal(spots.other, [0])
