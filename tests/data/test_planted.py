"""The planted files tell the truth: each fault is where it is said to be, and nothing else is wrong with the file."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import pytest

from ftwidgets.data import check, load
from tests.data.planting import lines_of, plant, planted, soil


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    return plant(tmp_path_factory.mktemp("field"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("clean"), clean=True)[0]


def messages(line: bytes) -> list[Any]:
    return orjson.loads(line)["messages"]


def roles(line: bytes) -> str:
    return "".join(message["role"][0] for message in messages(line))


def is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


WHOLE = {
    "trailing comma": lambda line: line.endswith((b"},}", b"],}")),
    "line cut off": lambda line: line.startswith(b'{"messages":[{') and not line.endswith(b"}"),
    "single quotes": lambda line: line.startswith(b"{'messages'"),
    "NaN": lambda line: line.endswith(b',"weight":NaN}]}'),
    "byte of Latin-1": lambda line: not is_utf8(line) and is_json(line.replace(b"\xe9", b"e")),
    "null": lambda line: line == b"null",
    "a list": lambda line: isinstance(orjson.loads(line), list),
    "other keys": lambda line: not {"messages", "prompt", "completion"} & set(orjson.loads(line)),
    "extra key": lambda line: set(orjson.loads(line)) == {"messages", "source"},
    "weight at the top": lambda line: set(orjson.loads(line)) == {"messages", "weight"},
    "messages are a text": lambda line: isinstance(messages(line), str),
    "messages are an object": lambda line: isinstance(messages(line), dict),
    "no messages": lambda line: messages(line) == [],
    "no answer": lambda line: roles(line) == "su",
    "all weights 0": lambda line: [one.get("weight") for one in messages(line)] == [None, None, 0, None, 0, None, 0],
    "prompt and completion": lambda line: set(orjson.loads(line)) == {"prompt", "completion"},
    "question at the end": lambda line: roles(line) == "suauau",
    "two questions": lambda line: roles(line) == "suauuaua",
    "two answers": lambda line: roles(line) == "suauaaua",
    "system in the middle": lambda line: roles(line) == "uasuaua",
    "twenty times longer": lambda line: len(line) > 40_000,
    "other language": lambda line: len(re.findall(rb"\b(?:the|and|was|that)\b", line)) == 0,
}
"""What is true of a line with a fault of the whole row."""

ONE = {
    "message is a text": lambda message: isinstance(message, str),
    "role missing": lambda message: "role" not in message,
    "role misspelt": lambda message: message["role"] == "usr",
    "role in capitals": lambda message: message["role"] == "Assistant",
    "content missing": lambda message: "content" not in message,
    "content null": lambda message: message["content"] is None and len(message) == 2,
    "content a number": lambda message: message["content"] == 42,
    "content an object": lambda message: isinstance(message["content"], dict),
    "weight of 2": lambda message: message["role"] == "assistant" and message["weight"] == 2,
    "weight a half": lambda message: message["role"] == "assistant" and message["weight"] == 0.5,
    "weight a text": lambda message: message["role"] == "assistant" and message["weight"] == "1",
    "weight of a user": lambda message: message["role"] == "user" and message["weight"] == 1,
    "call without function": lambda message: "function" not in message["tool_calls"][0],
    "empty answer": lambda message: message["role"] == "assistant" and message["content"] == "",
    "answer of spaces": lambda message: message["role"] == "assistant" and message["content"].isspace(),
    "unknown message key": lambda message: "timestamp" in message,
    "e-mail": lambda message: re.search(r"\w+\.\w+@\w+", message["content"]),
    "card number": lambda message: soil.passes_luhn(
        digits(re.search(r"paid with ([\d -]{16,}) then", message["content"])[1])
    ),
    "IBAN": lambda message: soil.passes_mod97(re.search(r"DE[\d ]{20,}", message["content"])[0].replace(" ", "")),
    "phone number": lambda message: len(digits(re.search(r"me at ([\d() +-]+) today", message["content"])[1])) >= 10,
    "secret key": lambda message: re.search(r"\bsk-[0-9a-f]{48}\b", message["content"]),
    "mojibake": lambda message: re.search("Ã[©¼¯]", message["content"]),
    "control character": lambda message: re.search(r"[\x00-\x08\x1b]", message["content"]),
    "HTML": lambda message: re.search(r"</?(div|br|p)\b", message["content"]),
    "refusal": lambda message: message["content"].startswith("As an AI language model, I cannot"),
}
"""What is true of a message with a fault of its own."""

NOT_JSON = ("trailing comma", "line cut off", "single quotes", "NaN", "byte of Latin-1")

PAIR = {
    "copy": lambda line, earlier: line == earlier,
    "other answer": lambda line, earlier: messages(line)[:-1] == messages(earlier)[:-1] and line != earlier,
    **dict.fromkeys(
        ("words changed", "words left out", "words put in"),
        lambda line, earlier: 0.85 <= soil.jaccard(orjson.loads(line), orjson.loads(earlier)) < 1,
    ),
}
"""What is true of a line and the earlier one that it is like."""


@pytest.mark.parametrize("kind", planted.RULES)
def test_a_planted_fault_is_where_the_truth_says(kind: str, field: tuple[Path, list[Any]]) -> None:
    path, plants = field
    lines = lines_of(path)
    mine = [one for one in plants if one.kind == kind]
    assert mine
    for one in mine:
        line = lines[one.line]
        assert (one.rule, one.level) == planted.RULES[kind]
        if kind in PAIR:
            assert one.other_line < one.line
            assert PAIR[kind](line, lines[one.other_line])
        elif kind in ONE:
            assert ONE[kind](messages(line)[one.message_index - 1])
        else:
            assert one.message_index is None
            assert WHOLE[kind](line)
        assert is_json(line) == (one.kind not in NOT_JSON)


def test_the_check_finds_errors_at_the_lines_with_planted_errors_and_nowhere_else(
    field: tuple[Path, list[Any]],
) -> None:
    path, plants = field
    errors = {one.line for one in plants if one.level == "error"}
    assert {finding.line for finding in check(load(path)).errors} == errors


def test_each_planted_fault_is_found_by_its_name_at_its_line_and_message(field: tuple[Path, list[Any]]) -> None:
    path, plants = field
    found = {(one.rule, one.level, one.line, one.message_index) for one in check(load(path))}
    places = {(rule, level, line) for rule, level, line, _ in found}
    for one in plants:
        lines = {one.line, one.other_line or one.line}
        if one.message_index is None:
            assert places & {(one.rule, one.level, line) for line in lines}, one
        else:
            assert (one.rule, one.level, one.line, one.message_index) in found, one


def test_nothing_is_wrong_with_a_clean_file(clean: Path) -> None:
    assert len(check(load(clean))) == 0
    content = clean.read_bytes()
    assert content.endswith(b"}\n")
    assert content.count(b"\n") == 2_000
    assert not re.search(rb"[\w.]+@\w|(\d[ -]?){9}|\bsk-\d|<[a-z/]|[\x00-\x09\x0b-\x1f]", content)


def test_a_clean_file_holds_nothing_that_the_cookbooks_steps_cannot_count(clean: Path) -> None:
    for line in clean.read_bytes().splitlines():
        assert all(type(value) is str for message in messages(line) for value in message.values())


def test_no_two_rows_of_a_clean_file_are_alike(clean: Path) -> None:
    rows = [orjson.loads(line) for line in clean.read_bytes().splitlines()[:600]]
    near = orjson.loads(orjson.dumps(rows[9]).replace(b" the ", b" this ", 1))
    assert alike([*rows, rows[7], near]) == {(7, 600), (9, 601)}  # found where there are some


def alike(rows: list[Any]) -> set[tuple[int, int]]:
    """Pairs of rows with a similarity of 0.8 or more, of those that have several rare shingles in common."""
    holders: dict[int, list[int]] = defaultdict(list)
    shingles = []
    for number, row in enumerate(rows):
        words = soil.words(row)
        shingles.append({crc32(" ".join(words[n : n + 3]).encode()) for n in range(len(words) - 2)})
        for one in shingles[-1]:
            holders[one].append(number)
    rare = (numbers for numbers in holders.values() if len(numbers) <= 8)
    common = Counter(pair for numbers in rare for pair in combinations(numbers, 2))
    pairs = [pair for pair, count in common.items() if count >= 5]
    return {(a, b) for a, b in pairs if len(shingles[a] & shingles[b]) >= 0.8 * len(shingles[a] | shingles[b])}


def test_a_planted_file_is_odd_where_it_may_be(field: tuple[Path, list[Any]]) -> None:
    content = field[0].read_bytes()
    assert content.startswith(b"\xef\xbb\xbf{")
    assert content.endswith(b"}")
    assert 0 < content.count(b"}\r\n") < content.count(b"}\n")
    assert [line for line in lines_of(field[0]).values() if not line.strip()]
    assert b'"tool_calls"' in content
    assert b'"weight":0' in content


def test_the_same_seed_gives_the_same_file_and_another_gives_another(tmp_path: Path) -> None:
    files = []
    for name, seed in (("one", 0), ("two", 0), ("three", 1)):
        (tmp_path / name).mkdir()
        path, plants = plant(tmp_path / name, 500, seed=seed)
        files.append((path.read_bytes(), plants))
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_the_truth_beside_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    planted.generate(path, 1.5)
    assert abs(path.stat().st_size / 1.5e6 - 1) < 0.1
    truth = list(planted.read_truth(path))
    assert truth == planted.write(tmp_path / "again.jsonl", round(1.5e6 / planted.ROW_BYTES[False]))


def test_pairs_have_a_prompt_and_a_completion_and_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    planted.generate(path, 0.5, pairs=True)
    assert abs(path.stat().st_size / 0.5e6 - 1) < 0.1
    assert load(path).kind == "prompt/completion"
    levels = {finding.level for finding in check(load(path))}  # notes: it keeps none of the old conventions
    assert levels <= {"note"}


def test_too_few_rows_for_all_kinds_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="20 rows are too few"):
        plant(tmp_path, 20)
