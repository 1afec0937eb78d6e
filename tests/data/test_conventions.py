"""What pairs have in common, held against the old tool's own reckoning, written again here with pandas."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Findings, check, load
from ftwidgets.data.conventions import LAST_SEPARATOR, LAST_STOP, SEPARATORS, STOPS, affixes
from ftwidgets.data.rules import RULES, Mend
from ftwidgets.data.rules.legacy import GOOD, pairs_like
from ftwidgets.data.rules.rule import Spot

WORDS = st.sampled_from(["", "a", "b", "A", "LOUD", "Ö", " ->", "\n\n###\n\n", "\n", ".", " END", "###", " ", "x" * 12])
TEXTS = st.lists(WORDS, max_size=4).map("".join)
COMPLETIONS = TEXTS.filter(str.strip)
PAIRS = st.builds(
    lambda before, rows, after: [
        {"prompt": before[0] + prompt + after[0], "completion": before[1] + completion + after[1]}
        for prompt, completion in rows
    ],
    st.tuples(TEXTS, TEXTS),
    st.lists(st.tuples(TEXTS, COMPLETIONS), min_size=2, max_size=7),
    st.tuples(TEXTS, TEXTS),
)


def shared(column: pd.Series[str], suffix: bool) -> str:
    """The longest beginning or end that all have, one character after another, as the old tool went about it."""
    found = ""
    while True:
        size = len(found) + 1
        parts = column.str[-size:] if suffix else column.str[:size]
        if parts.nunique() != 1 or parts.iloc[0] == found:
            return found
        found = str(parts.iloc[0])


def is_loud(column: pd.Series[str]) -> bool:
    upper, lower = (sum(map(test, "".join(column))) for test in (str.isupper, str.islower))
    return upper * 2 > lower


def advised(pairs: list[dict[str, str]]) -> set[str]:
    """The rules that the old tool's validators stand for, by its own reckoning."""
    table = pd.DataFrame(pairs)
    task = "conditional generation"
    if table.prompt.str.len().sum() == 0:
        task = "open-ended generation"
    elif table.completion.nunique() < len(table) / 3:
        task = "classification"
    found = {"pairs-few"} | ({"classification"} if task == "classification" else set())
    found |= {f"{column}-upper-case" for column in table if is_loud(table[column])}
    ends, begins = ({name: shared(table[name], suffix) for name in table} for suffix in (True, False))
    same = {name: bool((table[name] == ends[name]).all()) for name in table}
    if task != "open-ended generation":
        odd = table.prompt.map(lambda text: ends["prompt"] in text[: -len(ends["prompt"])]).any()
        found |= {"prompts-identical"} if same["prompt"] else set()
        if not same["prompt"]:
            found |= {"prompt-separator"} if not ends["prompt"] else set()
            found |= {"prompt-separator-odd"} if ends["prompt"] and (len(ends["prompt"]) > 10 or odd) else set()
    found |= {"prompt-prefix"} if len(begins["prompt"]) > 12 and not same["prompt"] else set()
    found |= {"completion-prefix"} if len(begins["completion"]) >= 5 and not same["completion"] else set()
    found |= {"completions-identical"} if same["completion"] else set()
    if task == "conditional generation" and not same["completion"]:
        end = ends["completion"]
        odd = table.completion.map(lambda text: end in text[: -len(end)]).any()
        found |= {"completion-stop"} if not end else set()
        found |= {"completion-stop-odd"} if end and (len(end) > 10 or odd) else set()
    found |= {"completion-space"} if not table.completion.str.startswith(" ").all() else set()
    return found


LEGACY = {
    *("pairs-few", "pair-long", "prompt-upper-case", "completion-upper-case", "prompts-identical", "prompt-separator"),
    *("completions-identical", "prompt-separator-odd", "prompt-prefix", "completion-prefix", "completion-stop"),
    *("completion-stop-odd", "completion-space", "classification"),
}


@given(pairs=PAIRS)
def test_the_rules_about_pairs_advise_what_the_old_tool_advised(pairs: list[dict[str, str]]) -> None:
    found = {finding.rule for finding in check(load(pairs), fewest=1)} & LEGACY
    assert found == advised(pairs)


@given(pairs=PAIRS)
def test_the_sign_that_is_advised_is_the_first_that_stands_in_no_text(pairs: list[dict[str, str]]) -> None:
    known = affixes(check(load(pairs), fewest=1).surveys[0])
    assert known is not None
    prompts, completions = ("\x00".join(pair[key] for pair in pairs) for key in ("prompt", "completion"))
    fits = [one for one in SEPARATORS if one not in prompts and not (one == " ->" and "\n" in prompts)]
    assert known.separator == [*fits, LAST_SEPARATOR][0]
    assert known.stop == [*(one for one in STOPS if one not in completions), LAST_STOP][0]


def mend_of(findings: Findings, rule: str) -> Mend:
    hit = findings.where(rule=rule).hits[0]
    mend = RULES[rule].mend
    assert mend is not None
    made: Mend = mend(findings.surveys[0], Spot(int(hit["place"]), int(hit["other"]), float(hit["value"])))
    return made


FIXED = [rule for rule in RULES.values() if rule.id in LEGACY and rule.mend and rule.id != "pair-long"]


@pytest.mark.parametrize("rule", FIXED, ids=lambda rule: rule.id)
def test_after_a_fix_of_all_pairs_its_rule_finds_nothing_and_no_error_appears(rule: Any) -> None:
    for rows in rule.fails:
        before = check(load(rows), fewest=1)
        mend = mend_of(before, rule.id)
        assert mend.place == -1 and mend.words[0].islower()
        after = check(load([mend.value(row) for row in rows]), fewest=1)
        assert not after.where(rule=rule.id)
        assert not after.errors
        assert mend.value({"completion": 7}) == {"completion": 7}  # a faulty row is left as it is


def test_a_long_pair_is_found_at_its_line_and_can_be_removed() -> None:
    rows = [*GOOD, {"prompt": "a" * 9_000 + " ->", "completion": " " + "b" * 2_000 + "."}]
    findings = check(load(rows), fewest=1).where(rule="pair-long")
    assert [(one.line, one.message) for one in findings] == [(len(rows), "The pair has 11,005 characters.")]
    assert mend_of(findings, "pair-long") == Mend("remove the pair", None, len(rows) - 1)


def test_what_is_common_is_found_over_more_pairs_than_are_looked_at_together() -> None:
    rows = pairs_like("{} is asked" + "?" * 3000 + " ->", " {}.", 900)
    known = affixes(check(load(rows)).surveys[0])
    assert known is not None and known.rows == 900
    assert known.prompts.suffix == " is asked" + "?" * 3000 + " ->"[:0] + " ->"
    assert known.completions.suffix == "."


def test_chats_have_no_such_rules() -> None:
    rows = [{"messages": [{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}]}] * 12
    findings = check(load(rows))
    assert affixes(findings.surveys[0]) is None
    assert not {finding.rule for finding in findings} & LEGACY
