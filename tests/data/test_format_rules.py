"""The format rules: the line, the message and the field that each of them names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from ftwidgets.data import Finding, check, jsonl, load

USER = {"role": "user", "content": "Hello?"}
ANSWER = {"role": "assistant", "content": "Hello."}
CHAT = {"messages": [USER, ANSWER]}
PAIR = {"prompt": "Hello?", "completion": " Hello."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(messages)} | more


class Case(NamedTuple):
    """A rule; the line that it finds, the message there, and the field; and a line that it passes."""

    rule: str
    found: Any
    passed: Any
    message: int | None = None
    field: str | None = None


ERRORS = [
    Case("not-json", b'{"messages": [}', CHAT),
    Case("single-quotes", b"{'messages': []}", CHAT),
    Case("nan", b'{"prompt": "a", "completion": NaN}', PAIR),
    Case("encoding", b'{"prompt": "\xe4", "completion": "b"}', {"prompt": "ä", "completion": "b"}),
    Case("not-an-object", b"null", CHAT),
    Case("not-an-object", b"42", CHAT),
    Case("not-an-object", [CHAT], CHAT),
    Case("not-an-object", "text", CHAT),
    Case("unknown-format", {}, CHAT),
    Case("unknown-format", {"instruction": "a", "output": "b"}, PAIR),
    Case("unknown-format", {"conversations": []}, CHAT),
    Case("preference-pair", {"input": CHAT, "preferred_output": [ANSWER], "non_preferred_output": [ANSWER]}, CHAT),
    Case("preference-pair", {"input": CHAT, "non_preferred_output": [ANSWER]}, CHAT),
    Case("extra-key", CHAT | {"weight": 1}, CHAT | {"tools": [], "parallel_tool_calls": False}, field="weight"),
    Case("extra-key", PAIR | {"id": 7}, PAIR, field="id"),
    Case("extra-key", CHAT | PAIR, CHAT, field="completion"),
    Case("messages-empty", {"messages": []}, CHAT, field="messages"),
    Case("messages-not-a-list", {"messages": None}, CHAT, field="messages"),
    Case("messages-not-a-list", {"messages": "Hello"}, CHAT, field="messages"),
    Case("messages-not-a-list", {"messages": {"0": USER}}, CHAT, field="messages"),
    Case("tools-not-a-list", chat(USER, ANSWER, tools={}), chat(USER, ANSWER, tools=[]), field="tools"),
    Case("tools-not-a-list", chat(USER, ANSWER, functions="f"), chat(USER, ANSWER, functions=[]), field="functions"),
    Case(
        "parallel-not-boolean",
        chat(USER, ANSWER, parallel_tool_calls="yes"),
        chat(USER, ANSWER, parallel_tool_calls=True),
        field="parallel_tool_calls",
    ),
    Case("message-not-an-object", chat("Hello", ANSWER), CHAT, message=1),
    Case("message-not-an-object", chat(USER, None), CHAT, message=2),
    Case("role-missing", chat(USER, {"content": "Hello."}, ANSWER), CHAT, message=2, field="role"),
    Case("role-unknown", chat(USER, {"role": "bot", "content": "a"}), CHAT, message=2, field="role"),
    Case("role-unknown", chat({"role": None, "content": "a"}, ANSWER), CHAT, message=1, field="role"),
    Case("role-unknown", chat({"role": ["user"], "content": "a"}, ANSWER), CHAT, message=1, field="role"),
    Case("role-unknown", chat({"role": "User", "content": "a"}, ANSWER), CHAT, message=1, field="role"),
    Case("content-missing", chat({"role": "user"}, ANSWER), CHAT, message=1, field="content"),
    Case(
        "content-missing",
        chat(USER, {"role": "assistant", "content": None}),
        chat(USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}),
        message=2,
        field="content",
    ),
    Case(
        "content-missing",
        chat(USER, {"role": "assistant", "tool_calls": []}),
        chat(USER, {"role": "assistant", "function_call": {"name": "look", "arguments": "{}"}}),
        message=2,
        field="content",
    ),
    Case("content-not-text", chat({"role": "user", "content": 5}, ANSWER), CHAT, message=1, field="content"),
    Case("content-not-text", chat({"role": "user", "content": {}}, ANSWER), CHAT, message=1, field="content"),
    Case(
        "content-not-text",
        chat({"role": "user", "content": [{"type": "text"}]}, ANSWER),
        chat({"role": "user", "content": [{"type": "text", "text": "a"}]}, ANSWER),
        message=1,
        field="content",
    ),
    Case("content-not-text", chat({"role": "user", "content": []}, ANSWER), CHAT, message=1, field="content"),
    Case("content-not-text", chat({"role": "user", "content": ["a"]}, ANSWER), CHAT, message=1, field="content"),
    Case(
        "image",
        chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}, ANSWER),
        CHAT,
        message=1,
        field="content",
    ),
    Case("weight-wrong", chat(USER, ANSWER | {"weight": 2}, ANSWER), chat(USER, ANSWER | {"weight": 1}), 2, "weight"),
    Case("weight-wrong", chat(USER, ANSWER | {"weight": 0.5}, ANSWER), chat(USER, ANSWER | {"weight": 1}), 2, "weight"),
    Case("weight-wrong", chat(USER, ANSWER | {"weight": True}), chat(USER, ANSWER | {"weight": 1}), 2, "weight"),
    Case("weight-wrong", chat(USER, ANSWER | {"weight": "1"}), CHAT, 2, "weight"),
    Case("weight-wrong", chat(USER, ANSWER | {"weight": None}), CHAT, 2, "weight"),
    Case("weight-out-of-place", chat(USER | {"weight": 1}, ANSWER), chat(USER, ANSWER | {"weight": 1}), 1, "weight"),
    Case("calls-malformed", chat(USER, ANSWER | {"tool_calls": ["look"]}), CHAT, 2, "tool_calls"),
    Case(
        "calls-malformed",
        chat(USER, ANSWER | {"tool_calls": [{"function": "look"}]}),
        chat(USER, ANSWER | {"tool_calls": [CALL]}),
        2,
        "tool_calls",
    ),
    Case("calls-malformed", chat(USER, ANSWER | {"tool_calls": CALL}), CHAT, 2, "tool_calls"),
    Case("calls-malformed", chat(USER, ANSWER | {"function_call": "auto"}), CHAT, 2, "tool_calls"),
    Case("no-assistant", chat(USER), CHAT, field="messages"),
    Case(
        "nothing-trained",
        chat(USER, ANSWER | {"weight": 0}, USER, ANSWER | {"weight": 0}),
        chat(USER, ANSWER | {"weight": 0}, USER, ANSWER),
        field="weight",
    ),
    Case("pair-key-missing", {"prompt": "a"}, PAIR, field="completion"),
    Case("pair-key-missing", {"completion": "a"}, PAIR, field="prompt"),
    Case("pair-not-text", {"prompt": None, "completion": "a"}, PAIR, field="prompt"),
    Case("pair-not-text", {"prompt": "a", "completion": ["b"]}, PAIR, field="completion"),
    Case(
        "empty-completion", {"prompt": "a", "completion": " \n"}, {"prompt": "", "completion": "a"}, field="completion"
    ),
]

WARNINGS = [
    Case("key-unknown", chat(USER | {"id": 1}, ANSWER), chat(USER | {"name": "Ann"}, ANSWER), 1, "id"),
    Case("content-blank", chat({"role": "user", "content": " "}, ANSWER), CHAT, 1, "content"),
    Case(
        "content-blank",
        chat(USER, {"role": "assistant", "content": ""}),
        chat(USER, {"role": "assistant", "content": "", "tool_calls": [CALL]}),
        2,
        "content",
    ),
    Case("last-not-assistant", chat(USER, ANSWER, USER), CHAT, field="messages"),
    Case("system-not-first", chat(USER, {"role": "system", "content": "s"}, ANSWER), CHAT, message=2, field="role"),
    Case(
        "system-not-first",
        chat(USER, {"role": "developer", "content": "s"}, ANSWER),
        chat({"role": "developer", "content": "s"}, USER, ANSWER),
        message=2,
        field="role",
    ),
    Case("turn-repeated", chat(USER, USER, ANSWER), CHAT, message=2, field="role"),
    Case("turn-repeated", chat(USER, ANSWER, ANSWER), chat(USER, ANSWER, USER, ANSWER), message=3, field="role"),
]


def findings_of(lines: Sequence[Any], rule: str, fewest: int = 1) -> list[Finding]:
    content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return [finding for finding in check(jsonl(content), fewest=fewest) if finding.rule == rule]


@pytest.mark.parametrize("case", [*ERRORS, *WARNINGS], ids=lambda case: case.rule)
def test_a_rule_finds_what_is_wrong_at_its_line_message_and_field(case: Case) -> None:
    sound = PAIR if "prompt" in case.passed else CHAT
    found = findings_of([sound, b"", case.found, sound], case.rule)
    assert found
    assert {(finding.line, finding.message_index) for finding in found} == {(3, case.message)}
    assert case.field in [finding.field for finding in found]
    assert {finding.level for finding in found} == {"error" if case in ERRORS else "warning"}
    assert all(finding.message.endswith(".") and finding.remedy.endswith((".", "}")) for finding in found)


@pytest.mark.parametrize("case", [*ERRORS, *WARNINGS], ids=lambda case: case.rule)
def test_a_rule_passes_what_is_right(case: Case) -> None:
    assert not findings_of([case.passed], case.rule)
    assert not check(load([case.passed]), fewest=1).errors


@pytest.mark.parametrize(("first", "second"), [(CHAT, PAIR), (PAIR, CHAT)])
def test_a_file_with_two_formats_is_an_error_in_the_lines_that_differ_from_the_first(first: Any, second: Any) -> None:
    found = findings_of([first, second, first, second], "mixed-formats")
    assert [finding.line for finding in found] == [2, 4]
    assert not findings_of([first, first], "mixed-formats")


def test_a_line_of_no_format_does_not_make_the_others_mixed() -> None:
    assert not findings_of([{"a": 1}, CHAT, CHAT, b"42"], "mixed-formats")


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_error_of_the_whole_file(content: bytes) -> None:
    (finding,) = check(jsonl(content))
    assert (finding.rule, finding.level, finding.line) == ("empty-file", "error", None)


@pytest.mark.parametrize(("rows", "fewest", "wrong"), [(9, 10, True), (10, 10, False), (1, 1, False), (1, 2, True)])
def test_fewer_rows_than_a_job_needs_are_an_error_that_says_how_many_more(rows: int, fewest: int, wrong: bool) -> None:
    found = findings_of([CHAT] * rows, "too-few-examples", fewest)
    assert bool(found) == wrong
    if wrong:
        assert f"Add {fewest - rows} or more" in found[0].remedy


def test_an_empty_validation_file_is_not_asked_for_ten_rows() -> None:
    (finding,) = check(load(b""), fewest=1)
    assert "10" not in finding.remedy


def test_a_file_of_one_example_is_said_to_have_one_example() -> None:
    assert findings_of([CHAT], "too-few-examples", 10)[0].message == "The file has 1 example."


def test_what_a_person_wrote_is_shown_in_part_only() -> None:
    lines = [
        ["a" * 5000],
        {"messages": "a" * 5000},
        chat({"role": "a" * 5000, "content": ["a" * 5000]}),
        {"a" * 5000: 1},
    ]
    lines.append({f"key {n}": n for n in range(1000)})
    for finding in check(load(lines), fewest=1):
        assert len(str(finding)) < 500, finding.rule
