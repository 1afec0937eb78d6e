"""What can be done about one finding, and the data after it."""

from __future__ import annotations

import pytest
from hypothesis import given

from ftwidgets.data import Dataset, check, load
from ftwidgets.data.changes.choices import chosen, mends_of
from ftwidgets.data.changes.rechecking import rechecked
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.samples import ANSWER, CHAT, USER, chat
from ftwidgets.errors import InputError
from tests.data.faulty import MANY, few


def test_one_occurrence_is_mended_and_the_others_of_its_row_stay() -> None:
    data = load([CHAT | {"a": 1, "b": 2}, *([CHAT] * 10)])
    findings = check(data)
    second = next(n for n, finding in enumerate(findings) if finding.field == "b")
    assert [mend.words for mend in mends_of(findings, second)] == ["remove the key"]
    after = chosen(findings, second)
    assert after[0] == CHAT | {"a": 1}
    assert [(step.rule, step.words) for step in after.steps] == [("extra-key", "remove the key: line 1")]
    assert after.undone().to_bytes() == data.to_bytes()


def test_where_nothing_can_be_done_there_is_no_choice() -> None:
    findings = check(load([chat(USER | {"role": "nobody"}, ANSWER)] * 10)).where(rule="role-unknown")
    assert mends_of(findings, 0) == []
    with pytest.raises(InputError, match=r"no choice 0 .* by hand"):
        chosen(findings, 0)


def test_a_choice_that_there_is_not_is_told_with_those_there_are() -> None:
    findings = check(load([CHAT | {"a": 1}] * 10)).where(rule="extra-key")
    with pytest.raises(InputError, match=r"no choice 1 .*: 0 \(remove the key\)"):
        chosen(findings, 0, 1)


@few
@given(data=MANY)
def test_each_choice_gives_other_data_and_never_an_error_more(data: Dataset) -> None:
    findings = check(data, fewest=0)
    wrong = set(findings.errors.lines)
    for number, finding in enumerate(findings):
        for choice, mend in enumerate(mends_of(findings, number)):
            assert mend.words
            try:
                after = chosen(findings, number, choice)
            except InputError as refused:
                assert "by hand" in str(refused)
                continue
            assert after.steps[-1].rule == finding.rule and RULES[finding.rule].mend
            assert after.to_bytes() != data.to_bytes()
            again = rechecked(findings, after)
            if again.surveys[0].kind == findings.surveys[0].kind:  # else others have another format than the first
                assert set(again.errors.lines) <= wrong


def test_in_several_files_the_one_is_changed_that_the_finding_is_in() -> None:
    train, validation = load([CHAT] * 10, "train"), load([CHAT, CHAT | {"a": 1}], "validation")
    findings = check(train, validation).where(part=1, rule="extra-key")
    after = chosen(findings, 0)
    assert (after.name, list(after)) == ("validation", [CHAT, CHAT])
