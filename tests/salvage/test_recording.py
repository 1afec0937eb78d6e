from __future__ import annotations

import json
import signal
import subprocess
import sys

import openai
import pytest

import ftwidgets as ft
from ftwidgets import connection
from ftwidgets.salvage.answers import Answers, choice_of
from ftwidgets.salvage.prompts import prompts_of
from ftwidgets.salvage.recording import MOST_TROUBLES, milder, options_of, record
from tests.data.test_core_alone import EXTRAS
from tests.salvage.conftest import ROWS, SYSTEM

PROMPTS = prompts_of([f"Is {n} a number?" for n in range(8)], system=SYSTEM)


def recorded(host, folder, prompts=PROMPTS, most_tokens=16):
    answers = Answers(folder)
    work = {host.model: answers.missing(host.model, prompts, most_tokens)}
    _, notes = record(host.client, work, answers, most_tokens=most_tokens)
    return notes, Answers(folder)


def test_each_answer_is_kept_whole_with_its_twenty_top_log_probabilities(host, tmp_path):
    notes, answers = recorded(host, tmp_path)
    assert notes == []
    assert [one["number"] for one in answers.of(host.model)] == list(range(1, 9))
    records = [json.loads(line) for line in answers.path.read_bytes().splitlines()]
    assert len(records) == 8
    asked = {"temperature": 0, "logprobs": True, "top_logprobs": 20, "max_completion_tokens": 16}
    for one in records:
        assert one["options"] == asked
        assert one["messages"][0] == {"role": "system", "content": SYSTEM}
        assert choice_of(one)["message"]["content"] == "Y"
        tokens = choice_of(one)["logprobs"]["content"]
        assert [len(token["top_logprobs"]) for token in tokens] == [20] * len(tokens)
    assert all(body["model"] == host.model and body["temperature"] == 0 for body in host.door.bodies)


def test_what_is_recorded_is_not_asked_again_and_a_half_written_line_is(host, tmp_path):
    recorded(host, tmp_path)
    path = tmp_path / "answers.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    torn = json.loads(whole.splitlines()[-1])["key"]
    host.door.bodies.clear()
    _, answers = recorded(host, tmp_path)
    assert [prompts_of([body["messages"]])[0].key for body in host.door.bodies] == [torn]
    assert answers.missing(host.model, PROMPTS, 16) == []
    assert path.read_bytes().startswith(whole[:-100] + b"\n")


def test_another_prompt_model_or_a_longer_answer_is_asked(host, tmp_path):
    _, answers = recorded(host, tmp_path, most_tokens=1)
    assert all(choice_of(one)["finish_reason"] == "length" for one in answers.of(host.model))
    assert answers.missing(host.model, PROMPTS, 1) == []
    assert answers.missing(host.model, PROMPTS, 2) == PROMPTS
    assert answers.missing("another", PROMPTS, 1) == PROMPTS
    assert len(answers.missing(host.model, prompts_of(["New?"]), 1)) == 1


def test_the_error_of_a_prompt_is_kept_and_it_is_asked_again_the_next_time(host, tmp_path):
    def judge(body):
        return (400, "This prompt was filtered.") if "3" in body["messages"][-1]["content"] else None

    host.door.judge = judge
    _, answers = recorded(host, tmp_path)
    (failed,) = (one for one in answers.of(host.model) if "error" in one)
    assert (failed["error"], failed["status"]) == ("This prompt was filtered.", 400)
    assert len(answers.of(host.model)) == len(PROMPTS)
    host.door.judge = None
    host.door.bodies.clear()
    _, answers = recorded(host, tmp_path)
    assert host.door.asked == 1
    assert not any("error" in one for one in answers.of(host.model))


def test_a_model_that_is_gone_is_left_after_some_refusals(host, tmp_path):
    host.door.rules = {"/chat/": (404, "The model does not exist")}
    prompts = prompts_of([f"Is {n} a number?" for n in range(60)])
    notes, answers = recorded(host, tmp_path, prompts)
    assert MOST_TROUBLES <= host.door.asked < len(prompts)
    assert notes == [f"{host.model} is asked no more for now. The host says: The model does not exist"]
    assert len(answers.missing(host.model, prompts, 16)) == len(prompts)


def test_a_host_that_takes_fewer_log_probabilities_or_none_is_asked_for_fewer_and_it_is_told(host, tmp_path):
    def judge(body):
        return (400, "top_logprobs must be <= 5") if body.get("top_logprobs", 0) > 5 else None

    host.door.judge = judge
    notes, answers = recorded(host, tmp_path / "five")
    assert notes == [f"The host gives 5 top log-probabilities of {host.model}, not 20."]
    assert {one["options"]["top_logprobs"] for one in answers.of(host.model)} == {5}
    host.door.judge = lambda body: (400, "logprobs are not supported") if "logprobs" in body else None
    notes, answers = recorded(host, tmp_path / "none")
    assert notes == [f"The host gives no log-probabilities of {host.model}."]
    assert {choice_of(one)["message"]["content"] for one in answers.of(host.model)} == {"Y"}


def test_options_are_spared_one_by_one_and_what_names_none_is_a_refusal():
    options = options_of(7)
    older = milder(options, "Unrecognized request argument supplied: max_completion_tokens")
    assert older == {"temperature": 0, "logprobs": True, "top_logprobs": 20, "max_tokens": 7}
    assert "temperature" not in milder(options, "Unsupported value: 'temperature' does not support 0")
    tops = []
    while options is not None and "logprobs" in options:
        tops.append(options["top_logprobs"])
        options = milder(options, "logprobs")
    assert tops == [20, 5, 0]
    assert milder(options, "logprobs") is None
    assert milder(options_of(7), "You said something bad.") is None


@pytest.mark.parametrize("page", ["<html>Please sign in</html>", "<"])
def test_a_reply_that_is_no_answer_is_an_error(host, tmp_path, page):
    host.door.rules = {"/chat/": (200, page)}
    notes, answers = recorded(host, tmp_path, PROMPTS[:4])
    assert "the reply holds no answer" in notes[0]
    assert len(answers.missing(host.model, PROMPTS[:4], 16)) == 4


def test_a_host_that_does_not_answer_is_told(tmp_path):
    with openai.OpenAI(api_key="x", base_url="http://127.0.0.1:9/v1") as nobody:
        answers = Answers(tmp_path)
        quick = nobody.with_options(max_retries=0)
        quick.with_options = lambda **_: quick  # no pauses between retries
        sent, notes = record(quick, {"m": PROMPTS[:3]}, answers, most_tokens=1)
    assert sent == 3
    assert notes == ["m is asked no more for now. The host says: Connection error."]


PROGRAM = """
import sys
for name in {extras}:
    sys.modules[name] = None  # importing it is a ModuleNotFoundError: neither engine nor service is needed
import ftwidgets as ft
with ft.connect(home=sys.argv[1]) as client:
    ft.rescue(client, sys.argv[2], [f"Is {{n}} a number?" for n in range(80)], sys.argv[3], True, most_tokens=16)
"""


@pytest.mark.slow
def test_a_recording_that_is_killed_goes_on_where_it_was_and_asks_nothing_twice(new_home, tmp_path, wait_until):
    home = new_home()
    try:
        with ft.connect(home=home) as client:
            run = ft.launch(client, ft.load(ROWS, "rows"), model="random-tiny", n_epochs=1, batch_size=2).wait()
            path = tmp_path / "answers.jsonl"
            command = [
                sys.executable,
                "-c",
                PROGRAM.format(extras=EXTRAS),
                str(home),
                str(tmp_path),
                run.fine_tuned_model,
            ]
            with subprocess.Popen(command) as process:
                wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") >= 5)
                process.send_signal(signal.SIGKILL)
            assert process.returncode == -signal.SIGKILL
            before = path.read_bytes()
            kept = before.count(b"\n")
            assert 5 <= kept < 80
            assert subprocess.run(command, check=False).returncode == 0
            lines = path.read_bytes()
            assert lines.startswith(before)
            whole = [json.loads(line) for line in lines[: before.rfind(b"\n") + 1].splitlines()]
            whole += [json.loads(line) for line in lines.splitlines()[kept:] if line.endswith(b"}")]
            assert all("reply" in one for one in whole)
            keys = [one["key"] for one in whole]
            assert len(keys) == len(set(keys)) == 80
    finally:
        connection.stop(home)
