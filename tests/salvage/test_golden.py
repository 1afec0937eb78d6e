from __future__ import annotations

import json

import pytest

import ftwidgets as ft
from ftwidgets.salvage.golden import example_of
from tests.salvage.conftest import SYSTEM

ASKED = [{"role": "user", "content": "A?"}]


def answered(message, finish="stop"):
    choice = {"finish_reason": finish, "message": {"role": "assistant", "refusal": None, **message}}
    return {"messages": ASKED, "reply": {"choices": [choice]}}


def test_an_answer_becomes_the_last_message_of_a_chat():
    example = example_of(answered({"content": "B"}) | {"tools": [1]})
    assert example == {"messages": [*ASKED, {"role": "assistant", "content": "B"}], "tools": [1]}


def test_a_call_of_a_tool_is_an_answer():
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    example = example_of(answered({"content": None, "tool_calls": calls}, "tool_calls"))
    assert example["messages"][-1] == {"role": "assistant", "tool_calls": calls}


@pytest.mark.parametrize(
    "record",
    [
        {"messages": ASKED, "error": "no"},
        answered({"content": "B"}, "length"),
        answered({"content": "B"}, "content_filter"),
        answered({"content": ""}),
        answered({"content": " \n"}),
        answered({"content": None, "refusal": "I will not."}),
        {"messages": ASKED, "reply": {"choices": [{"message": "B"}]}},
        {"messages": ASKED, "reply": {}},
    ],
)
def test_what_is_no_whole_answer_is_no_example(record):
    assert example_of(record) is None


@pytest.mark.slow
def test_golden_passes_the_check_serves_as_a_test_set_and_trains(host, tmp_path):
    prompts = [f"Is {n} a number?" for n in range(12)]
    done = ft.rescue(host.client, tmp_path, prompts, [host.model], True, system=SYSTEM).recording
    (golden,) = done.golden
    assert golden == tmp_path / "golden.jsonl"
    data = ft.load(golden)
    assert [row["messages"][1]["content"] for row in data] == prompts
    assert not ft.check(data).errors
    report = ft.evaluate(host.client, data, [host.model])
    assert report.score(host.model).accuracy == 1
    run = ft.launch(host.client, data, model="random-tiny", n_epochs=1, batch_size=4)
    assert run.wait(seconds=0.02).status == "succeeded"


def test_several_models_have_a_file_each_and_the_one_of_one_alone_goes(host, tmp_path):
    prompts = ["Is 1 a number?", "Is 2 a number?"]
    rescue = ft.rescue(host.client, tmp_path)
    rescue.record(prompts, host.model, True, system=SYSTEM)
    assert (tmp_path / "golden.jsonl").exists()
    done = rescue.record(prompts, [host.model, "random-tiny"], True, system=SYSTEM, most_tokens=8)
    names = sorted(path.name for path in tmp_path.glob("golden*"))
    assert f"golden-{host.model.replace(':', '-')}.jsonl" in names
    assert "golden.jsonl" not in names
    assert {path.name for path in done.golden} == set(names)
    own = (tmp_path / f"golden-{host.model.replace(':', '-')}.jsonl").read_text().splitlines()
    assert [json.loads(line)["messages"][1]["content"] for line in own] == prompts
