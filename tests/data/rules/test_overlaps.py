"""One fault is told once: where several rules could speak of it, the one that says most does."""

from __future__ import annotations

from typing import Any

import pytest

from ftwidgets.data import check, load
from ftwidgets.data.rules.samples import ANSWER, CHAT, USER, chat, said

LONG = "I am sorry that nobody told you. It left our house on Monday and the carrier promises it for tomorrow."
OTHER = LONG.replace("tomorrow", "Friday")
MORE = "As soon as I know where it is I will write to you, and until then nothing is left for you to do."

ALL_THE_SAME = {
    "label-single",
    "completions-identical",
    "classification",
    "same-answer",
    "answers-alike",
    "completion-prefix",
}
LIKE_ANOTHER = {"contradiction", "near-duplicate", "duplicate", "duplicate-text", "prompts-identical", "label-variant"}
UNANSWERED = {"no-assistant", "last-not-assistant"}


def found(rows: list[Any], among: set[str]) -> set[str]:
    return among & set(check(load(rows), fewest=1).by_cause())


def pairs(answer: str, rows: int) -> list[dict[str, str]]:
    return [{"prompt": f"Where is parcel {n}? ->", "completion": answer} for n in range(rows)]


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        (pairs(" yes", 12), "label-single"),
        (pairs(" yes", 6), "completions-identical"),
        (pairs(f" {LONG}", 12), "completions-identical"),
        ([chat({"role": "user", "content": f"Where is {n}?"}, ANSWER) for n in range(12)], "label-single"),
        ([chat(USER | {"content": f"{n}?"}, ANSWER | {"content": LONG}) for n in range(12)], "same-answer"),
    ],
)
def test_that_all_answers_are_the_same_is_told_once(rows: list[Any], rule: str) -> None:
    assert found(rows, ALL_THE_SAME) == {rule}


def test_pairs_with_several_labels_are_told_to_be_for_classification() -> None:
    assert found([*pairs(" yes", 6), *pairs(" no", 6)], ALL_THE_SAME) == {"classification"}


def test_that_nobody_answers_is_told_once_and_stays_an_error() -> None:
    assert found([chat(USER)], UNANSWERED) == {"no-assistant"}
    assert found([chat(USER, ANSWER, USER)], UNANSWERED) == {"last-not-assistant"}
    assert len(check(load([chat(USER)]), fewest=1).errors) == 1


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([said(LONG), said(OTHER)], "contradiction"),
        ([said(LONG), said(LONG.upper())], "near-duplicate"),
        (
            [chat(USER | {"content": text}, ANSWER | {"content": MORE}) for text in (LONG, OTHER)],
            "near-duplicate",
        ),
        ([{"prompt": "Say something ->", "completion": f" {n}."} for n in range(4)], "prompts-identical"),
    ],
)
def test_that_a_row_is_like_another_is_told_once(rows: list[Any], rule: str) -> None:
    assert found(rows, LIKE_ANOTHER) == {rule}


def test_answers_to_no_question_contradict_nothing() -> None:
    assert not found([{"prompt": "", "completion": f" Story {n}."} for n in range(12)], LIKE_ANOTHER)


def test_a_label_in_another_spelling_contradicts_nothing() -> None:
    rows = [*[said("refund")] * 3, said("Refund.")]
    assert found(rows, {"contradiction"}) == set()
    assert found([*rows, said("return")], {"contradiction"}) == {"contradiction"}


def test_answers_that_call_other_tools_contradict_each_other() -> None:
    def calling(name: str) -> dict[str, Any]:
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": "{}"}}
        return chat(USER, ANSWER | {"tool_calls": [call]})

    assert found([calling("look_up"), calling("send")], LIKE_ANOTHER) == {"contradiction"}
    assert found([CHAT, chat(USER, ANSWER, USER), chat(USER, said("No.")["messages"][1], USER)], {"contradiction"})


AFFIXES = {"answers-alike", "prompts-alike", "completion-prefix", "prompt-prefix", "completion-stop-odd"}


def test_that_all_pairs_begin_with_the_same_words_is_told_once() -> None:
    alike = [{"prompt": f"Where is parcel {n}? ->", "completion": f" It is on its way, {n * 7}."} for n in range(12)]
    assert found(alike, AFFIXES) == {"prompt-prefix", "completion-prefix"}
    chats = [asked_and_said(one["prompt"], one["completion"].strip()) for one in alike]
    assert found(chats, AFFIXES) == {"prompts-alike", "answers-alike"}


def asked_and_said(question: str, answer: str) -> dict[str, Any]:
    return chat(USER | {"content": question}, ANSWER | {"content": answer})


@pytest.mark.parametrize(("rows", "rule"), [(12, "few-examples"), (60, "pairs-few")])
def test_that_there_are_few_pairs_is_told_once(rows: int, rule: str) -> None:
    assert {"few-examples", "pairs-few"} & set(check(load(pairs(" yes", rows))).by_cause()) == {rule}
