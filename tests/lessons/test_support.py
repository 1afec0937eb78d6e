"""The support chats: clean ones, and those with planted faults and their truth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ftwidgets.data import Dataset, check, load
from ftwidgets.lessons import data_set, path

SIZES = {"train": 160, "validation": 40, "test": 40}
FOLDER = path("support", "raw").parent
SYSTEM = "You are the help desk of Fern & Fable."
JOB_FAILS = {
    *("role-unknown", "role-missing", "extra-key", "trailing-comma"),
    *("truncated-line", "prompt-completion", "no-answer"),
}
"""The planted faults with which a job would fail."""


@pytest.fixture(scope="module")
def parts() -> dict[str, Dataset]:
    return {part: load(file) for part, file in data_set("support").items()}


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    return list(json.loads(path("support", "truth").read_text("utf-8")))


def lines(part: str) -> list[str]:
    return path("support", part).read_text("utf-8").splitlines()


def texts(example: Any) -> list[str]:
    return [message["content"] for message in example["messages"][1:]]


def everyone(parts: dict[str, Dataset]) -> list[Any]:
    return [example for data in parts.values() for example in data]


def shingles(example: Any) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", " ".join(texts(example)).lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def jaccard(a: set[tuple[str, ...]], b: set[tuple[str, ...]]) -> float:
    return len(a & b) / len(a | b)


def likeness(one: Any, other: Any) -> float:
    """The Jaccard index of the three-word shingles."""
    return jaccard(shingles(one), shingles(other))


def planted(truth: list[dict[str, Any]], start: str) -> list[dict[str, Any]]:
    found = [fault for fault in truth if fault["fault"].startswith(start)]
    assert found
    return found


@pytest.mark.parametrize("part", SIZES)
def test_each_file_has_its_rows_and_no_finding_but_the_voice(parts: dict[str, Dataset], part: str) -> None:
    assert len(parts[part]) == SIZES[part]
    assert {finding.rule for finding in check(parts[part], fewest=1)} == {"answers-alike"}  # Ivy signs each of them
    assert parts[part].system_message == SYSTEM


def test_every_answer_speaks_with_the_same_voice(parts: dict[str, Dataset]) -> None:
    for example in everyone(parts):
        for place, answer in enumerate(texts(example)[1::2]):
            assert answer.startswith(("Rustle, rustle. ", "Oh, a bent leaf. ")) == (place == 0), answer
            assert answer.count(" Next page: ") == 1, answer
            assert answer.endswith((". — Ivy", "? — Ivy")), answer
            assert 12 <= len(answer.split()) <= 45, answer


def test_both_greetings_are_in_each_file(parts: dict[str, Dataset]) -> None:
    for data in parts.values():
        greetings = Counter(texts(example)[1][:2] for example in data)
        assert min(greetings["Ru"], greetings["Oh"]) >= 0.1 * len(data)


def test_no_two_conversations_are_alike(parts: dict[str, Dataset]) -> None:
    assert max(jaccard(*two) for two in combinations(map(shingles, everyone(parts)), 2)) < 0.3
    questions = [texts(example)[0].lower() for example in everyone(parts)]
    assert len(set(questions)) == len(questions)


def test_some_conversations_go_on(parts: dict[str, Dataset]) -> None:
    turns = Counter(len(texts(example)) // 2 for example in everyone(parts))
    assert turns.keys() == {1, 2, 3}
    assert turns[2] + turns[3] == 33


@pytest.mark.parametrize(
    ("about", "days"),
    [
        ("guarantee", {"60"}),
        ("basket", {"two"}),
        ("gives you", {"14", "seven more"}),
        ("on the road", {"two"}),
        ("clean", {"30"}),
        ("torn|damage|broken|show us", {"three"}),
    ],
)
def test_what_a_sentence_says_keeps_the_days_of_the_house(
    parts: dict[str, Dataset], about: str, days: set[str]
) -> None:
    answers = [answer for example in everyone(parts) for answer in texts(example)[1::2]]
    sentences = [sentence for answer in answers for sentence in re.split(r"[.;:?] ", answer)]
    told = [re.findall(r"(\d+|two|three|five|seven more) days", one) for one in sentences if re.search(about, one)]
    assert {number for numbers in told for number in numbers} == days


def test_the_mended_raw_file_is_the_train_file(truth: list[dict[str, Any]]) -> None:
    train, told = lines("train"), {fault["line"]: fault for fault in truth}
    mended = []
    for number, line in enumerate(lines("raw"), 1):
        fault = told.get(number)
        if fault is None:
            mended.append(line)
        elif fault["mend"] == "change":
            assert line != train[fault["becomes_train_line"] - 1]
            mended.append(train[fault["becomes_train_line"] - 1])
    assert mended == train


def test_the_check_finds_an_error_exactly_where_one_was_planted(truth: list[dict[str, Any]]) -> None:
    found = {finding.line for finding in check(load(path("support", "raw"))).errors}
    assert found == {fault["line"] for fault in truth if fault["fault"] in JOB_FAILS}
    assert {fault["fault"] for fault in truth} >= JOB_FAILS


def test_a_copy_comes_after_what_it_copies(truth: list[dict[str, Any]]) -> None:
    raw = lines("raw")
    for fault in planted(truth, "exact-duplicate"):
        assert fault["line"] > fault["with_line"]
        assert raw[fault["line"] - 1] == raw[fault["with_line"] - 1]
    for fault in planted(truth, "near-duplicate"):
        assert fault["line"] > fault["with_line"]
        assert 0.8 <= likeness(*(json.loads(raw[fault[key] - 1]) for key in ("line", "with_line"))) < 1


def test_a_contradiction_has_the_same_question_and_may_come_first(truth: list[dict[str, Any]]) -> None:
    raw, before = lines("raw"), []
    for fault in planted(truth, "contradiction"):
        wrong, right = (texts(json.loads(raw[fault[key] - 1])) for key in ("line", "with_line"))
        assert wrong[0] == right[0]
        assert wrong[1] != right[1]
        before.append(fault["line"] < fault["with_line"])
    assert set(before) == {True, False}


def test_a_leak_is_a_row_of_the_validation_file(truth: list[dict[str, Any]]) -> None:
    raw, validation = lines("raw"), lines("validation")
    for fault in planted(truth, "leak"):
        trained, watched = raw[fault["line"] - 1], validation[fault["with_validation_line"] - 1]
        assert (trained == watched) == (fault["fault"] == "leak-exact")
        same = " ".join(trained.lower().split()) == " ".join(watched.lower().split())
        assert same == (fault["fault"] != "leak-near")
        assert likeness(json.loads(trained), json.loads(watched)) >= 0.8


def test_private_texts_are_shown_in_the_raw_file_alone(truth: list[dict[str, Any]]) -> None:
    assert Counter(fault["fault"] for fault in planted(truth, "private")) == Counter(
        f"private-{name}" for name in ("card", "email", "iban", "key", "phone")
    )
    raw = path("support", "raw").read_text("utf-8")
    clean = "".join("\n".join(lines(part)) for part in SIZES)
    for fault in planted(truth, "private"):
        text = fault["what"].split(": ")[1]
        assert text in raw.splitlines()[fault["line"] - 1]
        assert text not in clean


def test_the_card_and_the_account_number_have_valid_check_digits() -> None:
    raw = path("support", "raw").read_text("utf-8")
    card = re.search(r"\b\d{4} \d{4} \d{4} \d{4}\b", raw)
    iban = re.search(r"\b[A-Z]{2}\d\d [A-Z]{4}(?: \d+)+", raw)
    assert card and iban
    digits = [int(digit) for digit in reversed(card[0].replace(" ", ""))]
    assert sum(digits[::2] + [2 * digit - 9 * (digit > 4) for digit in digits[1::2]]) % 10 == 0
    account = iban[0].replace(" ", "")
    assert int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


def test_the_text_faults_are_there(truth: list[dict[str, Any]]) -> None:
    raw = lines("raw")
    shown = {fault["fault"]: raw[fault["line"] - 1] for fault in truth}
    assert "â€” Ivy" in shown["mojibake"]
    assert "<p>" in shown["html"]
    assert "AI language model" in "".join(raw)
    assert SYSTEM not in shown["system-differs"]
    assert len(shown["outlier"]) > 10 * max(map(len, lines("train")))
    assert texts(json.loads(shown["empty-answer"]))[-1] == ""


def test_the_readme_counts_right(truth: list[dict[str, Any]]) -> None:
    mends = Counter(fault["mend"] for fault in truth)
    readme = (FOLDER / "README.md").read_text("utf-8")
    told = f"{len(lines('raw'))} lines, {mends['change']} train rows among them damaged and {mends['remove']} lines"
    assert told in readme


def test_the_program_remakes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "make.py", tmp_path], check=True, capture_output=True)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert made.keys() == {"raw.jsonl", "train.jsonl", "validation.jsonl", "test.jsonl", "truth.json"}
    assert made == {name: (FOLDER / name).read_bytes() for name in made}
