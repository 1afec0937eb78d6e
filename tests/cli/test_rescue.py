"""`rescue`: what there is, the files, and the answers, in a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ftwidgets as ft
from ftwidgets import connection
from tests.cli.conftest import ROWS, Call, environment


@pytest.fixture(scope="module")
def rescued(new_home: Callable[[], Path]) -> Iterator[tuple[Path, str]]:
    """A home whose service has a fine-tuned model, and the model."""
    home = new_home()
    try:
        with ft.connect(home=home) as client:
            run = ft.launch(client, ft.load(ROWS, "rows"), model="random-tiny", n_epochs=1, batch_size=8).wait()
        yield home, str(run.fine_tuned_model)
    finally:
        connection.stop(home)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.txt"
    path.write_text("Is 1 even?\nIs 2 even?\n")
    return path


def test_the_list_alone_writes_nothing(rescued: tuple[Path, str], call: Call) -> None:
    home, model = rescued
    done = call("rescue", "--list", home=home)
    assert done.out.startswith("Asked is the embedded service; --from names another host (http://127.0.0.1:")
    assert model in done.out
    assert "none: the service is your own" in done.out
    assert list(Path().iterdir()) == []


def test_files_are_saved_and_nothing_is_sent_without_a_yes(
    rescued: tuple[Path, str], call: Call, prompts: Path
) -> None:
    home, _ = rescued
    done = call("rescue", "kept", "--prompts", prompts, home=home)
    assert done.sentence == "Nothing was sent. To send the prompts, say so: --yes"
    assert "2 of 2 files of the jobs are in kept." in done.out
    assert "2 requests to 1 model: " in done.out
    assert not Path("kept/answers.jsonl").exists()
    sent = call("rescue", "kept", "--prompts", prompts, "--most-tokens", "4", "--yes", home=home)
    assert "2 prompts asked; the answers are in kept/answers.jsonl." in sent.out
    again = call("rescue", "kept", "--prompts", prompts, "--most-tokens", "4", home=home)
    assert (again.status, again.err) == (0, "")
    assert "All of it is recorded already." in again.out


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX's")
@pytest.mark.parametrize(("answer", "sent"), [("n", False), ("y", True)])
def test_in_a_terminal_it_asks(
    rescued: tuple[Path, str], prompts: Path, tmp_path: Path, answer: str, sent: bool
) -> None:
    home, _ = rescued
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ftwidgets", "rescue", "kept", "--prompts", prompts, "--most-tokens", "4"]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, env=environment(home), cwd=tmp_path)
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    said, _ = process.communicate()
    os.close(ours)
    assert process.returncode == 0
    assert b"Send them? [y/N]" in said
    assert (tmp_path / "kept" / "answers.jsonl").exists() == sent
    assert (b"Nothing was sent." in said) != sent


def test_a_host_and_a_key_that_are_named_are_asked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    done = call("rescue", "--from", "http://127.0.0.1:9/v1", "--list")
    assert "Asked is http://127.0.0.1:9/v1" in done.out
    assert "does not answer" in done.sentence
    assert "is not a service" in call("rescue", "--from", "elsewhere").sentence


def test_prompts_that_cannot_be_read_are_a_sentence_before_anything_is_asked(call: Call, tmp_path: Path) -> None:
    assert "there is no such file" in call("rescue", "--prompts", tmp_path / "none.txt").sentence


def test_without_the_engine_and_without_a_key_it_says_which_to_set(tmp_path: Path) -> None:
    program = "import sys\nfor n in ('jax', 'starlette', 'uvicorn', 'tokenizers'): sys.modules[n] = None\n"
    program += "sys.argv = ['ftwidgets', 'rescue']\nfrom ftwidgets.cli import main\nmain()"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "OPENAI_API_KEY is not set. Set it to rescue from OpenAI, or name a host" in done.stderr
    assert "Traceback" not in done.stderr
