"""Findings: their sentence, their groups, their summary, their table."""

from __future__ import annotations

import pytest

from ftwidgets.data import Finding, Findings, check, load
from ftwidgets.data.findings import shortened
from ftwidgets.data.rules.samples import ANSWER, CHAT, USER, chat, said

BLANK = chat(USER, ANSWER | {"content": " "})
USR = chat({"role": "usr", "content": "a"}, ANSWER)


def findings_of(*rows: object) -> Findings:
    return check(load(list(rows)), fewest=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "message", "sentence"),
    [
        (12, 2, "Line 12, message 2: This is a fault. Mend it."),
        (12, None, "Line 12: This is a fault. Mend it."),
        (None, None, "This is a fault. Mend it."),
    ],
)
def test_a_finding_is_a_sentence_with_its_place_and_remedy(
    line: int | None, message: int | None, sentence: str
) -> None:
    assert str(Finding("a", "error", line, message, None, "This is a fault.", "Mend it.")) == sentence


def test_findings_are_grouped_by_rule_errors_first_and_the_most_frequent_first() -> None:
    findings = findings_of(BLANK, 42, USR, BLANK, USR, BLANK)
    causes = findings.by_cause()
    format_causes = {
        rule: group for rule, group in causes.items() if rule in ("role-unknown", "not-an-object", "content-blank")
    }
    assert [(rule, group.lines) for rule, group in format_causes.items()] == [
        ("role-unknown", [3, 5]),
        ("not-an-object", [2]),
        ("content-blank", [1, 4, 6]),
    ]


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        ([CHAT], "1 example: nothing to mend."),
        ([CHAT, USR], "2 examples: 1 error."),
        ([CHAT, USR, USR], "3 examples: 2 errors."),
    ],
)
def test_a_summary_counts_each_level(rows: list[object], summary: str) -> None:
    assert findings_of(*rows).summary() == summary


def test_findings_are_a_sequence_that_shows_itself() -> None:
    findings = findings_of(USR, CHAT, 42)
    assert (len(findings), findings[1].rule, findings[-1].line) == (2, "not-an-object", 3)
    assert [one.rule for one in findings[:1]] == ["role-unknown"]
    assert [one.line for one in findings.errors] == [1, 3]
    assert repr(findings).splitlines()[0] == "3 examples: 2 errors."
    assert repr(findings).splitlines()[2].startswith("  error role-unknown (1): Line 1, message 1: ")


def test_the_lines_of_several_files_are_those_of_the_training_file_unless_another_is_chosen() -> None:
    findings = check(load([CHAT, USR]), load([USR, CHAT, CHAT, 42]), fewest=1)
    assert findings.errors.lines == [2]
    assert [own.lines for own in findings.errors.by_file()] == [[2], [1, 4]]
    assert findings.errors.where(part=1).lines == [1, 4]
    assert findings.where(part=1).where(rule="role-unknown")[:1].lines == [1]
    assert check(load([CHAT, said("Yes.")]), load([USR]), fewest=1).errors.lines == []


def test_files_of_the_same_name_are_told_apart() -> None:
    findings = check(load([USR]), load([USR]), fewest=1)
    assert findings.names == ["data (1)", "data (2)"]
    assert [finding.file for finding in findings.errors] == ["data (1)", "data (2)"]
    assert check(load([USR]), fewest=1).names == ["data"]


def test_a_long_name_of_a_file_is_shortened_in_the_sentence_alone() -> None:
    name = f"{'f' * 200}.jsonl"
    finding = check(load([USR]).named(name), load([CHAT]), fewest=1)[0]
    assert finding.file == name and "…" in finding.place and len(finding.place) < 90
    assert shortened(name, 24) == "ffffffffffff…fffff.jsonl" and shortened("rows.jsonl", 24) == "rows.jsonl"


def test_a_record_has_every_field() -> None:
    (record,) = findings_of(USR).records()
    assert list(record)[:8] == ["rule", "level", "line", "message_index", "field", "message", "remedy", "fixable"]
    assert record["rule"] == "role-unknown" and record["fixable"] is True
    assert "span" not in record


def test_findings_are_a_table_even_when_there_are_none() -> None:
    assert list(findings_of(USR, 42).frame["line"]) == [1, 2]
    assert list(findings_of(CHAT).frame.columns) == list(findings_of(USR).frame.columns)


def test_a_row_with_very_many_faults_has_its_first_thousand() -> None:
    assert len(findings_of(chat(*[{"role": "usr", "content": "a"}] * 5000))) == 1000
