"""Fixes: safe ones, chosen ones, in rounds, once and for all, and never an error more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Dataset, check, load
from ftwidgets.data.changes.fixing import Known, fix, fixable, fixed
from ftwidgets.data.checks import terms_of, text_sieve
from ftwidgets.data.rules import RULES, Rule
from ftwidgets.data.rules.rule import Mend, Spots
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, USER, chat
from ftwidgets.data.survey import Survey
from ftwidgets.data.surveying import looked_at
from ftwidgets.errors import InputError
from tests.data.faulty import AGAIN, CONTRADICTION, ENOUGH, MANY, SHOUTED, asked, few, file_rule, texts

FIXABLE = sorted(name for name, rule in RULES.items() if rule.mend and rule.scope != "between")
WAYS = st.lists(st.sampled_from(FIXABLE), max_size=3, unique=True)

USR = chat(USER | {"role": "usr"}, ANSWER)


def mended(data: Dataset, rule: Rule, lines: tuple[int, ...] | None = None, told: bool = False) -> Dataset:
    """The data after the fix of one rule, which need not be one of the package's."""
    terms = terms_of(data, 10, None, None)
    look = looked_at(data, terms, sieve=text_sieve())
    return fixed(Known(Survey(data, terms, look.facts), look.hits), rule, lines, told).data


def all_of(data: Dataset, *rules: str, **options: Any) -> Dataset:
    """The fix, where it is not refused."""
    try:
        return fix(data, *rules, **options)
    except InputError as refused:
        assert "the job would fail" in str(refused)
        return data


# Laws


@few
@given(data=MANY | ENOUGH, rules=WAYS)
def test_what_was_fixed_once_is_not_changed_again(data: Dataset, rules: list[str]) -> None:
    once = all_of(data, *rules)
    assert all_of(once, *rules) is once


@few
@given(data=MANY | ENOUGH, rules=WAYS)
def test_no_fix_makes_an_error(data: Dataset, rules: list[str]) -> None:
    before, after = check(data).errors, check(all_of(data, *rules)).errors
    assert set(after.lines) <= set(before.lines)
    if not before:
        assert not after


@few
@given(data=MANY, rules=WAYS)
def test_fixes_are_undone_step_by_step_and_leave_other_rows_alone(data: Dataset, rules: list[str]) -> None:
    after = all_of(data, *rules)
    touched = {line for step in after.steps for line in step.lines}
    before = {row.number: row.raw for row in data.rows}
    for row in after.rows:
        assert row.number in touched or row.raw == before[row.number]
    while after.steps:
        assert after.steps[-1].rule in (rules or FIXABLE)
        after = after.undone()
    assert after.to_bytes() == data.to_bytes()


@few
@given(data=MANY | ENOUGH)
def test_what_was_found_already_need_not_be_looked_for_again(data: Dataset) -> None:
    assert fix(data, findings=check(data)).to_bytes() == fix(data).to_bytes()


@few
@given(data=MANY, lines=st.lists(st.integers(1, 8)))
def test_only_the_lines_that_were_asked_for_are_mended(data: Dataset, lines: list[int]) -> None:
    there = [line for line in lines if line in data.index.number]
    after = fix(data, lines=there)
    assert {line for step in after.steps for line in step.lines} <= set(there)
    assert all(set(step.asked or ()) <= set(there) for step in after.steps)


# What is mended


def test_without_rules_only_what_is_safe_is_mended() -> None:
    assert [rule.id for rule in fixable()] == [
        r.id for r in RULES.values() if r.mend and r.safe and r.scope != "between"
    ]
    unsafe = next((rule for rule in RULES.values() if rule.mend and not rule.safe and rule.scope == "text"), None)
    if unsafe is not None:
        data = load([unsafe.fails[0]] * 10)
        assert unsafe.id not in {step.rule for step in fix(data).steps}


def test_several_faults_of_one_row_are_mended_one_after_another_each_as_a_step_of_its_rule() -> None:
    data = load([chat(USER | {"role": "usr"}, ANSWER | {"role": "bot"}, a=1, b=2), *([CHAT] * 9), USR])
    after = fix(data)
    assert list(after) == [CHAT] * 11
    assert [(step.rule, step.words) for step in after.steps] == [
        ("extra-key", "remove the key: line 1"),
        ("role-unknown", "change to 'user', change to 'assistant': lines 1, 11"),
    ]


def test_what_cannot_be_mended_stays_and_what_can_in_the_same_row_is_mended() -> None:
    row = chat({"role": "nobody", "content": "a"}, ANSWER | {"role": "bot"})
    assert fix(load([row] * 10))[0] == chat({"role": "nobody", "content": "a"}, ANSWER)


def test_a_rule_that_is_named_is_the_only_one_that_mends() -> None:
    data = load([chat(USER | {"role": "usr"}, ANSWER, a=1)] * 10)
    assert fix(data, "role-unknown")[0] == CHAT | {"a": 1}
    assert fix(data, "role-unknown", lines=[3]).diff()[0].line == 3
    assert len(fix(data, "role-unknown", lines=[3]).diff()) == 1


def test_a_row_that_is_not_mended_keeps_its_bytes() -> None:
    content = b'{"messages" :  [{"role":"user","content":"a"},{"content":"b","role":"assistant"}]}\n'
    data = load(content * 9 + content.replace(b"}]}", b'}],  "a": 1}'))
    assert fix(data).to_bytes().startswith(content * 9)
    assert len(fix(data).diff()) == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [("no-such-rule", "is no rule"), (["role-unknown"], "is no rule"), ("too-few-examples", "has no fix")],
)
def test_what_cannot_be_fixed_is_told_with_what_can_be(name: str, told: str) -> None:
    with pytest.raises(InputError, match=rf"{told}\. What can be fixed: .*extra-key"):
        fix([CHAT], name)


def test_findings_of_other_data_and_lines_that_are_not_there_are_told() -> None:
    with pytest.raises(InputError, match="of other data"):
        fix(load([CHAT]), findings=check([CHAT]))
    with pytest.raises(InputError, match="no line 2"):
        fix(load([CHAT]), lines=[2])


def test_a_file_is_loaded_and_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    content = load([USR] * 10).to_bytes()
    path.write_bytes(content)
    assert list(fix(path)) == [CHAT] * 10
    assert path.read_bytes() == content


# Rules about files


def test_of_rows_that_are_the_same_one_stays() -> None:
    data = load([asked(n % 11) for n in range(30)])
    after = mended(data, AGAIN)
    assert list(after) == [asked(n) for n in range(11)]
    assert [step.words for step in after.steps] == ["remove the row: 19 lines"]
    assert mended(after, AGAIN) is after


def test_of_two_answers_held_against_each_other_one_is_kept() -> None:
    rows = [chat(USER, ANSWER | {"content": answer}) for answer in ("one", "two", "three")]
    after = mended(load([*rows, *map(asked, range(12))]), CONTRADICTION)
    assert len(texts(after)) == 13
    assert len({"one", "two", "three"} & set(texts(after))) == 1


def test_a_fix_of_the_whole_file_is_applied_to_every_example_or_to_the_lines_asked_for() -> None:
    loud = [chat(USER, ANSWER | {"content": word}) for word in ("ONE", "TWO", "three")]
    assert texts(mended(load(loud), SHOUTED)) == ["one", "two", "three"]
    assert texts(mended(load(loud), SHOUTED, (2,))) == ["ONE", "two", "three"]
    assert [step.lines for step in mended(load(loud), SHOUTED).steps] == [[1, 2]]


def test_a_fix_that_would_leave_too_few_examples_is_not_made_and_told_where_it_was_asked_for() -> None:
    data = load([asked(n % 8) for n in range(12)])
    assert mended(data, AGAIN) is data
    with pytest.raises(InputError, match=r"12 rows would be 8, and the job would fail\. The file has 8 examples"):
        mended(data, AGAIN, told=True)
    assert len(mended(data, AGAIN, (9, 10))) == 10


def test_a_fix_that_would_make_an_error_of_a_row_leaves_it() -> None:
    emptied = file_rule(
        lambda survey: Spots.of([1]), lambda survey, spot: Mend("empty it", {"messages": []}, spot.place)
    )
    data = load([asked(n) for n in range(12)])
    assert mended(data, emptied) is data


def test_a_fix_after_which_the_other_rows_have_another_format_than_the_first_is_not_made() -> None:
    as_pair = file_rule(
        lambda survey: Spots.of([0] if not survey.facts.sound[0] else []),
        lambda survey, spot: Mend("write it anew", PAIR, spot.place),
        level="error",
    )
    data = load(b"{\n" + load(list(map(asked, range(12)))).to_bytes())
    assert mended(data, as_pair) is data
    with pytest.raises(InputError, match="would then fail of 12 lines, whose format"):
        mended(data, as_pair, told=True)
    assert list(mended(load(b"{\n" + load([PAIR] * 12).to_bytes()), as_pair)) == [PAIR] * 13
