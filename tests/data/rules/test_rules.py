"""Every rule, by its own examples: what it finds, what it passes, what its page says, what its fix does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Findings, check, jsonl, load
from ftwidgets.data.examination import examined, is_plain, is_plain_message, is_plain_pair, rules_of
from ftwidgets.data.repetition import may_repeat
from ftwidgets.data.row import parse
from ftwidgets.data.rules import RULES, Rule
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.terms import Method, Terms
from tests.data.examples import EXAMPLE, mutated


def lines_of(rows: Sequence[Any]) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows)


METHODS: dict[str, Method] = {"preference-pair": "supervised", "not-a-preference": "dpo"}


def found(rule: Rule, example: Any) -> Findings:
    """What the rule finds in one of its examples: a row, or for rules about files and formats a list of rows."""
    rows = example if isinstance(example, list) and (rule.scope == "file" or rule.id == "mixed-formats") else [example]
    fewest = 10 if rule.id in ("too-few-examples", "few-examples") else 1
    n_epochs = {"too-many-epochs": 20, "too-few-showings": 1}.get(rule.id)
    method = METHODS.get(rule.id)
    data = load(example) if isinstance(example, bytes) and rule.scope == "file" else jsonl(lines_of(rows))
    return check(data, fewest=fewest, method=method, n_epochs=n_epochs).where(rule=rule.id)


CASES = [(rule, example) for rule in RULES.values() for example in rule.fails if rule.scope != "between"]
SOUND = [(rule, example) for rule in RULES.values() for example in rule.passes if rule.scope != "between"]


@pytest.mark.parametrize(("rule", "example"), CASES, ids=lambda value: value.id if isinstance(value, Rule) else "")
def test_a_rule_finds_what_is_wrong_in_its_failing_examples(rule: Rule, example: Any) -> None:
    findings = found(rule, example)
    assert findings
    for finding in findings:
        assert (finding.rule, finding.level) == (rule.id, rule.level)
        assert finding.message.endswith(".") and finding.remedy.endswith((".", "}"))
        assert len(str(finding)) < 600


@pytest.mark.parametrize(("rule", "example"), SOUND, ids=lambda value: value.id if isinstance(value, Rule) else "")
def test_a_rule_passes_its_passing_examples(rule: Rule, example: Any) -> None:
    assert not found(rule, example)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_has_a_page_that_says_what_is_wrong_and_why_it_matters(rule: Rule) -> None:
    assert rule.title.endswith(".") and rule.why.endswith(".")
    assert rule.why.startswith("the job would fail") == (rule.level == "error")
    assert rule.fails and rule.passes


@pytest.mark.parametrize("rule", rules_of("text"), ids=lambda rule: rule.id)
def test_a_rule_about_texts_has_a_hint_without_which_it_finds_nothing(rule: Rule) -> None:
    assert rule.hint is not None and Sieve([rule.hint])


@given(example=EXAMPLE | mutated())
def test_a_plain_chat_is_one_in_which_no_rule_about_the_format_finds_anything(example: Any) -> None:
    if is_plain(example):
        row = parse(1, 0, orjson.dumps(example))
        assert not list(examined(row, Terms("chat"), texts=False))
    if is_plain_pair(example):
        row = parse(1, 0, orjson.dumps(example))
        assert not list(examined(row, Terms("prompt/completion"), texts=False))


@given(example=EXAMPLE | mutated())
def test_a_plain_message_is_one_in_which_no_rule_about_messages_finds_anything(example: Any) -> None:
    messages = example.get("messages") if isinstance(example, dict) else None
    for message in messages if isinstance(messages, list) else ():
        if is_plain_message(message):
            assert not [rule.id for rule in rules_of("message") if list(rule.find(message))]


@given(text=st.text(max_size=60), speaker=st.sampled_from(["user", "assistant", "system", "completion"]))
def test_what_a_rule_finds_in_a_text_is_caught_by_the_sieve(text: str, speaker: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    for rule in rules_of("text"):
        if any(True for _ in rule.find(text, speaker)):
            assert rule.hint and Sieve([rule.hint]).caught([text.encode()]) == [0], rule.id


@given(
    texts=st.lists(
        st.sampled_from(["no, it is not ", "a", " b. ", "It is on its way. "]).map(lambda x: x * 9), max_size=3
    )
)
def test_what_a_rule_about_talk_finds_may_repeat(texts: list[str]) -> None:
    said = [(n, "assistant", text) for n, text in enumerate(texts, 1)]
    if said and any(list(rule.find(said)) for rule in rules_of("talk")):
        assert may_repeat(texts)
