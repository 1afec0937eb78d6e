"""Findings: their sentence, their groups, their summary."""

from __future__ import annotations

import pytest

from ftwidgets.data import Finding, Findings
from ftwidgets.data.findings import Level


def finding(rule: str, level: Level = "error", line: int | None = 1, message: int | None = None) -> Finding:
    return Finding(rule, level, line, message, None, f"This is {rule}.", "Mend it.")


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
    assert str(finding("a fault", line=line, message=message)) == sentence


def test_findings_are_grouped_by_rule_errors_first_and_the_most_frequent_first() -> None:
    few, many, warning = finding("few"), finding("many"), finding("warned", "warning")
    grouped = Findings([warning, few, many, warning, many, warning], 6).by_cause()
    assert list(grouped.items()) == [("many", [many, many]), ("few", [few]), ("warned", [warning] * 3)]


@pytest.mark.parametrize(
    ("found", "examples", "summary"),
    [
        ([], 1, "1 example: nothing to mend."),
        ([], 20, "20 examples: nothing to mend."),
        ([finding("a")], 2, "2 examples: 1 error."),
        (
            [finding("a"), finding("a"), finding("b", "warning"), finding("c", "note"), finding("c", "note")],
            0,
            "0 examples: 2 errors, 1 warning, 2 notes.",
        ),
    ],
)
def test_a_summary_counts_each_level(found: list[Finding], examples: int, summary: str) -> None:
    assert Findings(found, examples).summary() == summary


def test_findings_are_a_sequence_that_shows_itself() -> None:
    findings = Findings([finding("a"), finding("b", "warning", line=3)], 5)
    assert (len(findings), findings[1].rule, [one.rule for one in findings.errors]) == (2, "b", ["a"])
    assert repr(findings).splitlines() == [
        "5 examples: 1 error, 1 warning.",
        "  error a (1): Line 1: This is a. Mend it.",
        "  warning b (1): Line 3: This is b. Mend it.",
    ]


def test_a_record_has_every_field() -> None:
    assert Findings([finding("a", message=2)], 1).records() == [
        {
            "rule": "a",
            "level": "error",
            "line": 1,
            "message_index": 2,
            "field": None,
            "message": "This is a.",
            "remedy": "Mend it.",
            "fixable": False,
        }
    ]
