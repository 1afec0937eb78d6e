"""Preference pairs: what stands in their three parts is found there, and what passes can be read through."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import check, load
from ftwidgets.data.changes.mending import mended
from ftwidgets.data.examination import texts_of
from ftwidgets.data.looks import spoken
from ftwidgets.data.row import parse
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.samples import ANSWER, CHAT, PREFERENCE, USER
from ftwidgets.data.transcript import transcript
from tests.data.examples import ANSWERED, ASKED, JSON

PREFERENCES = st.fixed_dictionaries(
    {
        "input": st.fixed_dictionaries(
            {"messages": st.lists(ASKED | ANSWERED, min_size=1, max_size=2)},
            optional={"tools": st.just([]) | JSON, "other": JSON},
        ),
        "preferred_output": st.lists(ANSWERED, min_size=1, max_size=2),
        "non_preferred_output": st.lists(ANSWERED, min_size=1, max_size=2),
    }
)


@st.composite
def odd(draw: st.DrawFn) -> Any:
    """A preference pair in which one value, anywhere, was replaced or taken away."""
    example = json.loads(json.dumps(draw(PREFERENCES)))
    place = example
    while isinstance(place, dict | list) and place:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if draw(st.booleans()) or not isinstance(place[key], dict | list):
            place[key] = json.loads(json.dumps(draw(JSON | st.sampled_from(["user", [], {}, None]))))
            break
        place = place[key]
    return example


@given(example=PREFERENCES | odd())
def test_what_passes_can_be_read_through_and_what_does_not_is_an_error(example: Any) -> None:
    findings = check(load([example]), fewest=1, method="dpo")
    assert repr(findings) and transcript(parse(1, 0, orjson.dumps(example)))
    if not findings.errors:
        assert [(who, text) for who, text, _ in spoken(example)] == [(who, text) for _, who, text in texts_of(example)]
        assert all(isinstance(text, str) for _, text, _ in spoken(example))


@given(example=odd())
def test_a_fix_of_a_preference_pair_changes_a_copy(example: Any) -> None:
    findings = check(load([example]), fewest=1, method="dpo")
    row = parse(1, 0, orjson.dumps(example))
    before = orjson.dumps(row.value)
    for hit in findings.hits:
        rule, fault = findings.told(hit)
        if rule.scope in ("example", "item", "message", "preference"):
            mend = mended(row, rule, fault)
            assert orjson.dumps(row.value) == before
            assert mend is None or mend.value is None or orjson.dumps(mend.value)


@pytest.mark.parametrize(
    ("example", "rule", "field", "message"),
    [
        (PREFERENCE | {"input": {"messages": [USER | {"role": "usr"}]}}, "role-unknown", "input.messages.role", 1),
        (PREFERENCE | {"preferred_output": [{"role": "assistant"}]}, "content-missing", "preferred_output.content", 1),
        (PREFERENCE | {"preferred_output": [5, ANSWER]}, "message-not-an-object", "preferred_output", 1),
        (
            PREFERENCE | {"non_preferred_output": [ANSWER, ANSWER | {"weight": 2}]},
            "weight-wrong",
            "non_preferred_output.weight",
            2,
        ),
        (PREFERENCE | {"input": CHAT | {"id": 7}}, "extra-key", "input.id", None),
        (PREFERENCE | {"input": {"messages": [USER], "tools": {}}}, "tools-not-a-list", "input.tools", None),
        (PREFERENCE | {"input": {"messages": []}}, "messages-empty", "input.messages", None),
        (PREFERENCE | {"input": [USER]}, "preference-input", "input", None),
        (PREFERENCE | {"preferred_output": "Yes."}, "preference-output", "preferred_output", None),
    ],
)
def test_a_fault_is_named_with_the_part_that_it_is_in(example: Any, rule: str, field: str, message: int | None) -> None:
    found = check(load([example]), fewest=1, method="dpo").where(rule=rule)
    assert [(one.field, one.message_index) for one in found] == [(field, message)]


@pytest.mark.parametrize(
    ("example", "rule", "part", "value"),
    [
        (PREFERENCE | {"input": {"messages": [USER | {"role": "usr"}]}}, "role-unknown", "input", {"messages": [USER]}),
        (PREFERENCE | {"preferred_output": [ANSWER | {"weight": "1"}]}, "weight-wrong", "preferred_output", None),
        (PREFERENCE | {"input": CHAT | {"id": 7}}, "extra-key", "input", CHAT),
        (PREFERENCE | {"input.id": 7}, "extra-key", "input", PREFERENCE["input"]),
    ],
)
def test_a_fix_is_done_in_the_part_that_the_fault_is_in(example: Any, rule: str, part: str, value: Any) -> None:
    findings = check(load([example]), fewest=1, method="dpo").where(rule=rule)
    found, fault = findings.told(findings.hits[0])
    mend = mended(parse(1, 0, orjson.dumps(example)), found, fault)
    assert mend is not None
    assert mend.value[part] == (value or [ANSWER | {"weight": 1}])
    assert not check(load([mend.value]), fewest=1, method="dpo").where(rule=rule)


def test_what_trains_nothing_is_a_warning_since_the_job_runs() -> None:
    same = PREFERENCE | {"non_preferred_output": PREFERENCE["preferred_output"]}
    findings = check(load([same] * 10))
    assert not findings.errors
    assert {RULES[finding.rule].level for finding in findings.where(rule="preference-same")} == {"warning"}
