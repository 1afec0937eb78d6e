"""A run that is followed, from a real service in a process of its own and from hosts that have no stream."""

from __future__ import annotations

import os
import signal
import threading
from types import SimpleNamespace

import openai
import pytest

import ftwidgets as ft
from ftwidgets import connection
from ftwidgets.run import following
from ftwidgets.run.run import Run

ROWS = [
    {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]} for n in range(80)
]
LONG = {"model": "random-tiny", "n_epochs": 20, "batch_size": 1, "learning_rate_multiplier": 1.0, "seed": 5}
SHORT = LONG | {"n_epochs": 2, "batch_size": 16}


@pytest.fixture(scope="module")
def home(new_home):
    home = new_home()
    yield home
    connection.stop(home)


@pytest.fixture
def client(home):
    with ft.connect(home=home) as client:
        yield client


def threads(run):
    return [thread for thread in threading.enumerate() if thread.name == f"follow {run.id}"]


@pytest.mark.slow
def test_a_followed_run_hears_everything_without_being_asked(client, wait_until):
    run = ft.launch(client, ft.load(ROWS), ft.load(ROWS[:5]), **SHORT)
    heard = []
    run.follow(lambda: heard.append((run.status, run.curves.step)))
    wait_until(lambda: run.ended and not threads(run))
    assert heard[-1] == ("succeeded", 10)
    steps = [step for _, step in heard]
    assert steps == sorted(steps)  # several at once where the machine is busy
    assert [checkpoint.step for checkpoint in run.checkpoints] == [5, 10]
    assert run.curves.rows() == ft.attach(client, run.id).curves.rows()
    assert [event.id for event in run.events] == [event.id for event in ft.attach(client, run.id).events]
    assert run.checkpoints == ft.attach(client, run.id).checkpoints
    assert run.n_epochs == 2
    assert run.curves.seconds_left == 0


@pytest.mark.slow
def test_following_and_waiting_at_once_hear_the_same(client, wait_until):
    run = ft.launch(client, ft.load(ROWS), **SHORT)
    heard = []
    run.follow(lambda: heard.append(run.status))
    run.wait(seconds=0.01)
    wait_until(lambda: not threads(run))
    assert heard[-1] == "succeeded"
    assert run.curves.rows() == ft.attach(client, run.id).curves.rows()
    assert len({event.id for event in run.events}) == len(run.events)


@pytest.mark.slow
def test_one_thread_serves_all_listeners_and_ends_with_the_last(client, wait_until):
    run = ft.launch(client, ft.load(ROWS), **LONG)
    counts = [0, 0]

    def count(n):
        counts[n] += 1

    ends = [run.follow(lambda n=n: count(n)) for n in range(2)]
    wait_until(lambda: all(counts))
    assert len(threads(run)) == 1
    ends[0]()
    ends[0]()  # a second time does no harm
    seen = counts[1]
    wait_until(lambda: counts[1] > seen)
    ends[1]()
    wait_until(lambda: not threads(run))
    again = threading.Event()
    run.follow(again.set)
    wait_until(again.is_set)
    run.cancel()
    wait_until(lambda: not threads(run))
    assert run.status == "cancelled"


@pytest.mark.slow
def test_a_service_that_was_killed_is_looked_for_until_it_is_back(home, client, wait_until):
    run = ft.launch(client, ft.load(ROWS), **LONG)
    run.follow(lambda: None)
    wait_until(lambda: run.curves.step > 30)
    address = connection.find(home)
    os.kill(address.pid, signal.SIGKILL)
    wait_until(lambda: run.away_since)
    assert run.trouble is None
    seen = run.curves.step
    connection.start(home)
    wait_until(lambda: run.curves.step > seen + 20)
    assert run.away_since is None
    rows = run.curves.rows()
    assert [row["step"] for row in rows] == list(range(1, len(rows) + 1))
    run.cancel()
    wait_until(lambda: not threads(run))


def test_a_job_that_the_service_does_not_know_is_told_in_its_words(client, wait_until):
    run = Run(client, SimpleNamespace(id="ftjob-none", status="running"))
    run.follow(lambda: None)
    wait_until(lambda: run.trouble and not threads(run))
    assert run.trouble == "Could not find fine tune: ftjob-none"


def test_a_key_that_is_refused_is_told(client, wait_until):
    run = Run(client.with_options(api_key="sk-wrong"), SimpleNamespace(id="ftjob-1", status="running"))
    run.follow(lambda: None)
    wait_until(lambda: run.trouble)
    assert "Incorrect API key" in run.trouble


class OtherHost:
    """A client of a host that has no stream: its job gains a step each time it is asked."""

    def __init__(self, stream):
        self.base_url = openai.OpenAI(api_key="k", base_url="http://other/v1").base_url
        self.fine_tuning = SimpleNamespace(jobs=self)
        self.checkpoints = SimpleNamespace(list=lambda *_, **__: SimpleNamespace(data=[]))
        self.stream = stream
        self.asked = 0

    def with_options(self, **_):
        return self

    def get(self, *_, **__):
        return self.stream()

    def retrieve(self, identity):
        self.asked += 1
        status = "succeeded" if self.asked >= 4 else "a status never seen before"
        return SimpleNamespace(id=identity, status=status)

    def list_events(self, *_, **__):
        events = [
            SimpleNamespace(id=f"e{n}", created_at=n, type="metrics", data={"step": n, "train_loss": 1 / n})
            for n in range(self.asked, 0, -1)
        ]
        return SimpleNamespace(data=events, has_more=False)


class Page:
    """What a host may answer where it has no stream: a page without a message in it."""

    def __iter__(self):
        return iter([])

    def close(self):
        pass


def missing():
    import httpx2

    raise openai.NotFoundError(
        "no", response=httpx2.Response(404, request=httpx2.Request("GET", "http://other")), body=None
    )


def test_a_listener_hears_the_end_whoever_asked_for_it(monkeypatch, wait_until):
    """The follower sleeps between its questions while another thread hears everything, the end too."""
    monkeypatch.setattr(following, "ASK_EVERY", 0.2)
    run = Run(OtherHost(missing), SimpleNamespace(id="ftjob-1", status="queued"))
    heard = []
    run.follow(lambda: heard.append((run.status, run.curves.step)))
    wait_until(lambda: heard)
    for _ in range(4):
        run.refresh()
    wait_until(lambda: not threads(run))
    assert heard[-1] == ("succeeded", run.curves.step)


def test_what_ends_while_the_service_is_away_is_not_looked_for(monkeypatch, wait_until):
    monkeypatch.setattr(following, "LONGEST_PAUSE", 0.01)
    gone = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0)
    with gone:
        run = Run(gone, SimpleNamespace(id="ftjob-1", status="running"))
        heard = []
        run.follow(lambda: heard.append(run.away_since))
        wait_until(lambda: run.away_since)
        run.take(job=SimpleNamespace(id="ftjob-1", status="cancelled"))
        wait_until(lambda: not threads(run))
    assert run.away_since is None
    assert heard[-1] is None


@pytest.mark.slow
def test_a_listener_that_fails_takes_nothing_from_the_others(client, wait_until, caplog):
    run = ft.launch(client, ft.load(ROWS), **SHORT)
    heard = []

    def fail():
        raise KeyError("x")

    run.follow(fail)
    run.follow(lambda: heard.append(run.status))
    wait_until(lambda: not threads(run))
    assert heard[-1] == "succeeded"
    assert [record.message for record in caplog.records] == [f"A listener of {run.id} has failed and hears no more"]


@pytest.mark.parametrize("stream", [missing, Page], ids=["not found", "an empty page"])
def test_a_host_without_a_stream_is_asked_every_few_seconds(monkeypatch, wait_until, stream):
    monkeypatch.setattr(following, "ASK_EVERY", 0.01)
    run = Run(OtherHost(stream), SimpleNamespace(id="ftjob-1", status="queued"))
    seen = []
    run.follow(lambda: seen.append((run.status, run.curves.step)))
    wait_until(lambda: not threads(run))
    assert seen == [*(("a status never seen before", n) for n in (1, 2, 3)), ("succeeded", 4)]
    assert run.trouble is None
