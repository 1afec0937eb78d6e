from __future__ import annotations

import json

import pandas as pd
import pytest

from ftwidgets.errors import InputError
from ftwidgets.salvage.prompts import prompts_of

CHAT = [{"role": "system", "content": "S"}, {"role": "user", "content": "A?"}]


def said(prompts):
    return [[message["content"] for message in prompt.messages] for prompt in prompts]


def test_a_text_file_has_a_prompt_on_each_line(tmp_path):
    path = tmp_path / "p.txt"
    path.write_text("One?\n\n Two?\nOne?\n")
    prompts = prompts_of(path, system="S")
    assert said(prompts) == [["S", "One?"], ["S", " Two?"]]
    assert [prompt.number for prompt in prompts] == [1, 3]
    assert all(prompt.has_system for prompt in prompts)


def test_of_chats_what_was_said_before_the_answer_is_asked_with_its_tools(tmp_path):
    path = tmp_path / "rows.jsonl"
    tools = [{"type": "function", "function": {"name": "f"}}]
    answered = {"messages": [*CHAT, {"role": "assistant", "content": "B", "weight": 1}], "tools": tools}
    preferred = {"input": {"messages": [{"role": "user", "content": "C?"}]}, "preferred_output": []}
    rows = [answered, {"messages": CHAT}, preferred, {"prompt": "D?", "completion": "E"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    prompts = prompts_of(path)
    assert said(prompts) == [["S", "A?"], ["S", "A?"], ["C?"], ["D?"]]
    assert prompts[0].beside == {"tools": tools}
    assert prompts[0].key != prompts[1].key


def test_a_table_has_them_in_its_column(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("id,question\n1,One?\n2,Two?\n")
    assert said(prompts_of(path, "question")) == [["One?"], ["Two?"]]
    with pytest.raises(InputError, match=r"it has id, question. Name the column of the prompts with --column"):
        prompts_of(path)
    path.write_text('question\n"One, or two?"\nThree?\n')
    assert said(prompts_of(path)) == [["One, or two?"], ["Three?"]]
    assert said(prompts_of(pd.DataFrame({"prompt": ["A?"], "id": [1]}))) == [["A?"]]


def test_a_list_of_texts_of_chats_or_of_both_will_do():
    assert said(prompts_of(["One?", CHAT, {"messages": CHAT}])) == [["One?"], ["S", "A?"]]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "There is no prompt"),
        (["  "], "Row 1 has not a prompt"),
        ([3], "Row 1 has not a prompt: it is 3"),
        ([{"messages": [{"role": "assistant", "content": "B"}]}], "Row 1 has not a prompt: it has messages"),
        ([[{"role": "user", "content": object()}]], "cannot be written as JSON"),
        ("no-such-file.jsonl", "there is no such file"),
        ("no-such-file.txt", "there is no such file"),
        (b'{"prompt": "A?"}\nnot json\n', "Line 2 of data cannot be read"),
    ],
)
def test_what_is_no_prompt_is_a_sentence(given, sentence):
    with pytest.raises(InputError, match=sentence):
        prompts_of(given)


def test_a_text_file_that_is_not_utf_8_is_a_sentence(tmp_path):
    (tmp_path / "p.txt").write_bytes(b"\xe4h?\n")
    with pytest.raises(InputError, match="byte 1 is not UTF-8"):
        prompts_of(tmp_path / "p.txt")
