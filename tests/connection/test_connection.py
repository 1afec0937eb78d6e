from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

import ftwidgets as ft
from ftwidgets import connection
from ftwidgets.errors import InputError, ServiceError

ROWS = [
    {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]} for n in range(120)
]
STEPS = 600
CHOSEN = {"model": "random-tiny", "n_epochs": 10, "batch_size": 2, "learning_rate_multiplier": 1.0, "seed": 5}
QUESTION = [{"role": "user", "content": "Hello"}]


@pytest.fixture(scope="module")
def home(new_home):
    """A home whose service is a process of its own, ended after the last test here."""
    home = new_home()
    yield home
    connection.stop(home)


@pytest.fixture(scope="module")
def client(home):
    with ft.connect(home=home) as client:
        yield client


@pytest.fixture
def unset(monkeypatch):
    """No variable of OpenAI's is set, nor stays set."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY", "OPENAI_API_VERSION", "AZURE_OPENAI_API_KEY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


def address_of(home):
    return json.loads((home / "service" / "address.json").read_bytes())


def processes():
    """Every process that has not ended: its id and its parent's."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def command(*words):
    return subprocess.run([sys.executable, "-m", "ftwidgets", *words], capture_output=True, text=True, check=False)


def test_connect_starts_a_service_and_finds_it_again(client, home):
    first = address_of(home)
    assert str(client.base_url) == first["base_url"] + "/"
    assert first["pid"] in processes()
    with ft.connect(home=home) as again:
        assert (again.base_url, again.api_key) == (client.base_url, client.api_key)
        assert "random-tiny" in [model.id for model in again.models.list()]
    assert address_of(home) == first
    assert connection.info(connection.find(home))["pid"] == first["pid"]


def test_the_home_may_be_named_by_a_variable(client, home, monkeypatch):
    monkeypatch.setenv("FTWIDGETS_HOME", str(home))
    with ft.connect() as again:
        assert again.base_url == client.base_url


def test_only_the_owner_can_read_the_key(client, home):
    for name in ("address.json", "key"):
        assert stat.S_IMODE((home / "service" / name).stat().st_mode) == 0o600
    assert client.api_key == address_of(home)["api_key"] == (home / "service" / "key").read_text()


@pytest.mark.slow
def test_many_who_connect_at_once_get_the_same_service(new_home):
    home = new_home()
    with ThreadPoolExecutor(4) as pool:
        addresses = list(pool.map(lambda _: connection.find(home) or connection.start(home), range(4)))
    assert len({address.pid for address in addresses}) == 1
    assert connection.stop(home)


@pytest.mark.slow
def test_stop_ends_the_service_and_the_next_one_has_the_same_address(new_home, wait_until):
    home = new_home()
    assert connection.stop(home) is False
    first = connection.start(home)
    assert connection.stop(home) is True
    assert connection.find(home) is None
    wait_until(lambda: first.pid not in processes())
    second = connection.start(home)
    assert (second.base_url, second.api_key) == (first.base_url, first.api_key)
    assert second.pid != first.pid
    connection.stop(home)


def test_the_environment_is_set_so_that_any_client_finds_the_service(client, home, unset):
    ft.connect(home=home, environment=True).close()
    with openai.OpenAI() as anyone:
        assert (anyone.base_url, anyone.api_key) == (client.base_url, client.api_key)
    assert os.environ["OPENAI_API_BASE"] == str(client.base_url).rstrip("/")  # clients before 1.0 look there
    ft.connect(home=home, environment=True).close()  # once more changes nothing, and is no error


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"])
def test_a_key_that_is_set_is_only_replaced_on_demand(client, home, unset, name):
    unset.setenv(name, "someone's own")
    with pytest.raises(InputError, match=f"{name} is set already.*replace=True"):
        ft.connect(home=home, environment=True)
    assert os.environ[name] == "someone's own"
    assert len([name for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE") if name in os.environ]) == 1
    ft.connect(home=home, environment=True, replace=True).close()
    assert os.environ["OPENAI_API_KEY"] == client.api_key


def test_without_being_asked_the_environment_is_left_alone(client, home, unset):
    ft.connect(home=home).close()
    assert "OPENAI_API_KEY" not in os.environ


def test_other_services_are_reached_by_their_name_or_address(unset):
    with pytest.raises(InputError, match="No client for 'openai'"):
        ft.connect("openai")
    with pytest.raises(InputError, match="'opnai' is not a service"):
        ft.connect("opnai")
    unset.setenv("OPENAI_API_KEY", "sk-mine")
    with ft.connect("openai") as client:
        assert (str(client.base_url), client.api_key) == ("https://api.openai.com/v1/", "sk-mine")
    with ft.connect("http://localhost:9/v1") as client:
        assert str(client.base_url) == "http://localhost:9/v1/"
    unset.setenv("AZURE_OPENAI_API_KEY", "az")
    # here, AzureOpenAI raises a ValueError
    with pytest.raises(InputError, match=r"No client for 'azure'.*AZURE_OPENAI_ENDPOINT"):
        ft.connect("azure")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"base_url": "http://127.0.0.1:9/v1"}'])
def test_an_address_file_that_says_nothing_is_passed_over(tmp_path, content):
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "address.json").write_text(content)
    assert connection.find(tmp_path) is None


def test_the_address_of_a_service_that_has_gone_is_passed_over(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        about = {"base_url": f"http://127.0.0.1:{free.getsockname()[1]}/v1", "api_key": "k", "pid": 1, "version": "0"}
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "address.json").write_text(json.dumps(about))
    assert connection.find(tmp_path) is None


def test_a_second_service_of_the_same_home_is_refused_with_a_sentence(client, home):
    second = command("serve", "--home", str(home))
    assert second.returncode != 0
    assert "is running already" in second.stderr.replace("\n", " ")
    assert "Traceback" not in second.stderr
    assert client.models.list().data


def test_a_port_that_is_taken_is_refused_and_the_home_left_free(new_home):
    from ftwidgets.service.server import serve

    home = new_home()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for _ in range(2):
            with pytest.raises(ServiceError, match=f"Port {port} cannot be used"):
                serve(home, port=port, ready=print)


def test_a_service_that_cannot_start_says_why(tmp_path):
    (tmp_path / "service" / "store.sqlite").mkdir(parents=True)
    with pytest.raises(ServiceError, match=r"could not be started: .*unable to open database file"):
        connection.start(tmp_path)


@pytest.mark.slow
def test_a_stream_that_is_closed_early_leaves_the_service_answering(client):
    for n in (1, 2):
        stream = client.chat.completions.create(
            model="random-tiny", messages=QUESTION, stream=True, max_tokens=900, n=n
        )
        for _, chunk in zip(range(3), stream, strict=False):
            assert chunk.object == "chat.completion.chunk"
        stream.close()
    reply = client.chat.completions.create(model="random-tiny", messages=QUESTION, max_tokens=3)
    assert reply.usage.completion_tokens <= 3


@pytest.mark.slow
def test_many_requests_at_once_are_all_answered(client):
    def ask(n):
        return client.chat.completions.create(
            model="random-tiny", messages=[{"role": "user", "content": f"{n}"}], max_tokens=4, temperature=0
        )

    alone = [ask(n).choices for n in range(16)]
    with ThreadPoolExecutor(16) as pool:
        assert [reply.choices for reply in pool.map(ask, range(16))] == alone


@pytest.mark.slow
def test_a_job_survives_the_sudden_death_of_its_service(new_home, wait_until):
    home = new_home()
    with ft.connect(home=home) as client:
        run = ft.launch(client, ft.load(ROWS), **CHOSEN)
        wait_until(lambda: run.refresh().curves.step >= 23)  # past the first saved state
        assert not run.ended
    service = address_of(home)["pid"]
    (worker,) = [pid for pid, parent in processes().items() if parent == service]
    os.kill(service, signal.SIGKILL)
    wait_until(lambda: worker not in processes())  # by itself: it hears that nobody listens
    known = [event.id for event in run.events]
    assert connection.find(home) is None
    with ft.connect(home=home) as client:
        assert address_of(home)["pid"] != service
        run = ft.attach(client, run.id).wait(seconds=0.05)
        steps = [event.data["step"] for event in run.events if event.type == "metrics"]
    assert steps == list(range(1, STEPS + 1))
    assert [event.id for event in run.events][: len(known)] == known
    connection.stop(home)


@pytest.mark.slow
def test_a_service_that_nobody_asks_ends_by_itself_but_not_before_its_jobs(new_home, open_service, wait_until):
    home = new_home()
    with open_service(home) as before:
        job = before.job(ROWS)
        wait_until(lambda: before.seen(job.id).status != "validating_files")
    address = connection.start(home, idle_minutes=0.0001)
    wait_until(lambda: address.pid not in processes())
    with open_service(home) as after:
        assert after.seen(job.id).status == "succeeded"
    assert not (home / "service" / "address.json").exists()


def test_a_proxy_that_is_set_for_the_world_outside_is_not_asked(client, home, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert connection.find(home) is not None
    with ft.connect(home=home) as direct:
        assert [model.id for model in direct.models.list()] == [model.id for model in client.models.list()]
