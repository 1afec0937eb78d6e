"""`serve`, `status`, `stop`, `logs`, `env`: the service, steered from a terminal."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest

from ftwidgets import connection
from tests.cli.conftest import Call, Walk, environment
from tests.conftest import until


@contextmanager
def served(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service in the foreground, and the first line that it says."""
    command = [sys.executable, "-m", "ftwidgets", "serve", *options]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.terminate()
            process.communicate()


def test_a_served_home_says_its_address_and_ends_when_it_is_stopped(new_home: Callable[[], Path], call: Call) -> None:
    home = new_home()
    with served(home, "--port", "0", "--key", "my-key") as (process, said):
        assert said.startswith("The service answers at http://127.0.0.1:")
        address = said.split()[-1]
        client = openai.OpenAI(base_url=address, api_key="my-key")
        assert "random-tiny" in [model.id for model in client.models.list()]
        client.close()
        assert "my-key" not in said

        second = call("serve", home=home)
        assert "is running already" in second.sentence
        assert "ftwidgets stop" in second.sentence

        assert call("status", home=home).out.startswith(f"The service answers at {address} (process {process.pid},")
        assert call("stop", home=home).out == "The service has ended.\n"
        assert process.wait(timeout=30) == 0
    assert not (home / "service" / "address.json").exists()
    assert call("status", home=home).status == 3


def test_a_service_that_is_told_to_end_leaves_no_address_behind(new_home: Callable[[], Path]) -> None:
    home = new_home()
    with served(home) as (process, said):
        assert "answers at" in said
        address = home / "service" / "address.json"
        until(address.exists)
        process.terminate()
        assert process.wait(timeout=30) == 0
        assert not address.exists()


def test_a_port_that_is_taken_is_one_sentence(call: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        sentence = call("serve", "--port", port).sentence
    assert f"Port {port} cannot be used: Address already in use" in sentence
    assert "--port" in sentence


def test_a_home_without_a_service_has_status_3_and_nothing_to_stop(call: Call, tmp_path: Path) -> None:
    done = call("status")
    assert (done.status, done.err) == (3, "")
    assert done.out == f"No service runs for {tmp_path / 'home'}. Start one with: ftwidgets serve\n"
    assert call("stop").out == f"No service runs for {tmp_path / 'home'}.\n"
    assert call("stop").status == 0


@pytest.mark.parametrize("command", ["status", "stop"])
def test_a_home_with_brackets_in_its_name_is_no_markup(call: Call, tmp_path: Path, command: str) -> None:
    assert str(tmp_path / "home[/b]") in call(command, home=tmp_path / "home[/b]").out


def test_a_home_that_is_a_file_is_one_sentence(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be made" in call("status", "--home", tmp_path / "file").sentence


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"base_url": "http://127.0.0.1:9/v1", "api_key": "k", "pid": 1, "version": "0"}',
        '{"base_url": "nonsense", "api_key": "k", "pid": 1, "version": "0"}',
        '{"base_url": "", "api_key": "", "pid": 1, "version": "0"}',
        '{"base_url": 5, "api_key": null, "pid": 1, "version": "0"}',
    ],
)
def test_an_address_that_leads_nowhere_is_no_service(call: Call, tmp_path: Path, content: str) -> None:
    (tmp_path / "home" / "service").mkdir(parents=True)
    (tmp_path / "home" / "service" / "address.json").write_text(content)
    assert call("status").status == 3


def test_a_running_service_tells_its_jobs(walk: Walk, call: Call) -> None:
    done = call("status", home=walk.home)
    job = json.loads((walk.folder / "report.json").read_bytes())
    assert done.status == 0
    assert f"  {job['job']}  succeeded  {job['fine_tuned_model']}" in done.out


def test_the_log_of_the_service_and_of_a_job_are_shown(walk: Walk, call: Call) -> None:
    job = json.loads((walk.folder / "report.json").read_bytes())["job"]
    for arguments in ((), (job,)):
        done = call("logs", *arguments, home=walk.home)
        assert (done.status, done.err) == (0, ""), done


def test_as_many_lines_are_shown_as_are_asked_for(call: Call, tmp_path: Path) -> None:
    log = tmp_path / "home" / "service" / "logs" / "service.log"
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"line [/b] {n}\n" for n in range(100)))
    assert call("logs", "--lines", "2").out == "line [/b] 98\nline [/b] 99\n"
    assert len(call("logs").out.splitlines()) == 50
    assert call("logs", "--lines", "0").out == ""


def test_a_log_that_is_not_there_is_told_with_those_that_are(call: Call, tmp_path: Path) -> None:
    assert "Those that are there: none" in call("logs").sentence
    (tmp_path / "home" / "service" / "logs").mkdir(parents=True)
    (tmp_path / "home" / "service" / "logs" / "ftjob-1.log").write_text("")
    assert "Those that are there: ftjob-1" in call("logs", "ftjob-2").sentence


def test_env_prints_what_a_shell_needs_to_find_the_service(walk: Walk, call: Call) -> None:
    done = call("env", home=walk.home)
    shown = subprocess.run(
        ["sh", "-c", f'{done.out}\nprintf "%s %s %s" "$OPENAI_BASE_URL" "$OPENAI_API_BASE" "$OPENAI_API_KEY"'],
        capture_output=True,
        text=True,
        check=True,
    )
    address = connection.find(walk.home)
    assert address is not None
    assert shown.stdout == f"{address.base_url} {address.base_url} {address.api_key}"


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"])
def test_env_does_not_replace_what_is_set_unless_told_to(
    walk: Walk, call: Call, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "mine")
    done = call("env", home=walk.home)
    assert done.sentence.startswith(f"{name} is set already, and is left as it is.")
    assert "--replace" in done.sentence
    assert done.out == ""
    assert "export OPENAI_API_KEY=" in call("env", "--replace", home=walk.home).out


def test_env_that_refuses_starts_no_service(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "mine")
    try:
        assert "is set already" in call("env").sentence
        assert connection.find(tmp_path / "home") is None
    finally:
        connection.stop(tmp_path / "home")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_what_leads_to_the_service_is_for_its_owner_alone(walk: Walk) -> None:
    for name in ("address.json", "key"):
        assert (walk.home / "service" / name).stat().st_mode & 0o077 == 0
