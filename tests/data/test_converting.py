"""Conversion of whole data sets: one step, nothing lost, what cannot be converted left alone."""

from __future__ import annotations

import pytest

import ftwidgets as ft
from ftwidgets.data import Dataset, check, load
from ftwidgets.data.conversion import Template
from ftwidgets.data.converting import convert
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, USER, chat
from ftwidgets.errors import InputError

TABLE = [{"city": "Oslo", "sold": 3}, {"city": "Bergen", "sold": 7}]
SHAREGPT = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}
ALPACA = {"instruction": "Add.", "input": "1 and 2", "output": "3"}


def kinds(data: Dataset) -> str:
    return data.kind


@pytest.mark.parametrize("row", [PAIR, SHAREGPT, ALPACA, {"prompt": "a", "chosen": "b", "rejected": "c"}])
def test_rows_of_many_formats_become_chats_and_can_be_undone(row: object) -> None:
    data = load([row, CHAT])  # type: ignore[list-item]
    chats = convert(data, "chat")
    assert (chats.kind, len(chats.steps)) == ("chat", 1)
    assert not check(chats, fewest=1).errors
    assert chats.undone().to_bytes() == data.to_bytes()


def test_chats_of_one_question_become_pairs_and_others_stay() -> None:
    long = chat(USER, ANSWER, USER, ANSWER)
    data = convert(load([CHAT, long]), "prompt/completion")
    assert data[0] == {"prompt": USER["content"], "completion": ANSWER["content"]}
    assert data[1] == long
    assert data.steps[0].words == "line 1 made prompt/completion"


def test_a_table_becomes_chats_by_a_template() -> None:
    template = Template(user="How many were sold in {city}?", assistant="{sold}")
    data = convert(load(TABLE), template)
    assert [value["messages"][1]["content"] for value in data] == ["3", "7"]
    assert data[0]["messages"][0]["content"] == "How many were sold in Oslo?"


def test_a_column_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no column 'town'. Those there are: \{city\}, \{sold\}"):
        convert(load(TABLE), Template(user="{town}", assistant="{sold}"))


def test_two_files_of_chats_become_preference_pairs_by_their_questions() -> None:
    worse = chat(USER, {"role": "assistant", "content": "No idea."})
    other = chat({"role": "user", "content": "Else?"}, ANSWER)
    data = convert(load([CHAT, other]), "preference", rejected=[worse])
    assert data[0]["preferred_output"] == [ANSWER]
    assert data[0]["non_preferred_output"][0]["content"] == "No idea."
    assert data[1] == other


def test_what_cannot_be_converted_at_all_is_an_error_that_says_why() -> None:
    with pytest.raises(InputError, match=r"No row of data can be made chat. Line 1: "):
        convert(load(TABLE), "chat")
    with pytest.raises(InputError, match="'csv' is not a format"):
        convert(load(TABLE), "csv")  # type: ignore[arg-type]


def test_sharegpt_and_alpaca_are_mended_by_fix_too() -> None:
    assert ft.fix(load([SHAREGPT, ALPACA])).kind == "chat"


@pytest.mark.parametrize("to", ["chat", Template(user="{prompt}?", assistant="{completion}")])
def test_a_conversion_is_recorded_in_one_line_and_done_again(to: object) -> None:
    data = convert(load([PAIR] * 3), to)  # type: ignore[arg-type]
    (entry,) = data.record.entries
    again, missing = data.record.replay(load([PAIR | {"prompt": "else"}]))
    assert (entry["do"], missing, again.kind) == ("convert", [], "chat")
    scope = {"data": load([PAIR] * 3), "ft": ft}
    exec(data.record.code, scope)
    assert scope["data"].to_bytes() == data.to_bytes()  # type: ignore[attr-defined]
