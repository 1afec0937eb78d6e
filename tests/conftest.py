"""What the tests of the service and of its callers share: a home with a tiny base, and the real SDK against the app."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import openai
import pytest
from starlette.testclient import TestClient

hypothesis.settings.register_profile("house", derandomize=True, deadline=None)
hypothesis.settings.load_profile("house")

KEY = "sk-test"
PATIENCE = 60.0
ENDED = ("succeeded", "failed", "cancelled")

ROWS = [
    {"messages": [{"role": "user", "content": f"Word {n}?"}, {"role": "assistant", "content": f"Word {n * n}!"}]}
    for n in range(12)
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes takes more than seconds: `-m "not slow"` leaves it out, too."""
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.slow)


def jsonl(rows: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@dataclass(frozen=True)
class Service:
    """A running service: its home, its raw HTTP client, and the SDK's client of it."""

    home: Path
    http: Any
    client: openai.OpenAI

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.client.api_key}"}

    def get(self, path: str) -> Any:
        """The JSON that the service really sends for `path`."""
        return self.http.get(f"/v1/{path}", headers=self.headers).json()

    def post(self, path: str, body: Any) -> Any:
        """The reply to a body that the SDK might not send."""
        return self.http.post(f"/v1/{path}", json=body, headers=self.headers)

    def upload(self, rows: Sequence[Any] | bytes = ROWS) -> str:
        content = rows if isinstance(rows, bytes) else jsonl(rows)
        return self.client.files.create(file=("rows.jsonl", content), purpose="fine-tune").id

    def job(self, rows: Sequence[Any] | bytes = ROWS, validation: Sequence[Any] | None = None, **options: Any) -> Any:
        """A new job on the tiny base; where not told otherwise, twelve steps at a rate that shows."""
        chosen = {"n_epochs": 2, "batch_size": 2, "learning_rate_multiplier": 100}
        if validation is not None:
            options["validation_file"] = self.upload(validation)
        options = {"model": "random-tiny", "hyperparameters": chosen} | options
        return self.client.fine_tuning.jobs.create(training_file=self.upload(rows), **options)

    def long_job(self, **options: Any) -> Any:
        """A job that is surely still training when a test has looked at it."""
        chosen = {"n_epochs": 50, "batch_size": 1, "learning_rate_multiplier": 1}
        return self.job(ROWS * 20, hyperparameters=chosen, **options)

    def seen(self, job: str) -> Any:
        return self.client.fine_tuning.jobs.retrieve(job)

    def ended(self, job: str) -> Any:
        until(lambda: self.seen(job).status in ENDED)
        return self.seen(job)

    def events(self, job: str) -> list[Any]:
        """Every event of a job, the oldest first."""
        return list(self.client.fine_tuning.jobs.list_events(job, limit=1000))[::-1]

    def metrics(self, job: str) -> list[dict[str, Any]]:
        """The numbers of a job's metrics events, the oldest first."""
        return [event.data for event in self.events(job) if event.type == "metrics"]


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, not for a time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)


@contextmanager
def opened(home: Path) -> Iterator[Service]:
    """The service of `home` in this process."""
    from ftwidgets.service.app import create_app

    with TestClient(create_app(home, KEY, hosts=None), raise_server_exceptions=False) as http:
        yield Service(
            home, http, openai.OpenAI(api_key=KEY, base_url="http://testserver/v1", http_client=http, max_retries=0)
        )


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Callable[[], Path]:
    """A function that makes home folders; they share the tiny base and what was compiled, to spare time."""
    from ftwidgets.bases.fetch import fetch

    shared = tmp_path_factory.mktemp("shared")
    cache = getattr(pytestconfig, "cache", None)  # of the sessions before, too; None where pytest runs without
    (shared / "compiled").symlink_to(cache.mkdir("compiled") if cache else tmp_path_factory.mktemp("compiled"))
    fetch("random-tiny", shared / "bases")

    def make() -> Path:
        home = tmp_path_factory.mktemp("home")
        for name in ("bases", "compiled"):
            (home / name).symlink_to(shared / name)
        return home

    return make


@pytest.fixture(scope="module")
def pretrained_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that shares the pretrained base, which is fetched once for all; its service ends with the module."""
    from ftwidgets.bases.catalogue import DEFAULT
    from ftwidgets.bases.fetch import fetch
    from ftwidgets.connection import stop
    from ftwidgets.home import home

    folder = tmp_path_factory.mktemp("pretrained")
    (folder / "bases").mkdir()
    (folder / "bases" / DEFAULT).symlink_to(fetch(DEFAULT, home() / "bases"))
    yield folder
    stop(folder)


@pytest.fixture(scope="session")
def open_service() -> Callable[[Path], Any]:
    return opened


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], object]], None]:
    return until


@pytest.fixture(scope="session")
def service(new_home: Callable[[], Path]) -> Iterator[Service]:
    """One service in this process for all tests that do not end it."""
    with opened(new_home()) as service:
        yield service


@pytest.fixture(scope="session")
def strict(service: Service) -> openai.OpenAI:
    """The SDK's client of that service, which refuses replies that are not of its own types."""
    return service.client.with_options(_extra_kwargs={"_strict_response_validation": True})


@pytest.fixture(scope="module")
def unmeasured(new_home: Callable[[], Path]) -> Iterator[Service]:
    """A service on a machine where no job was trained yet, and whose rates are no other test's."""
    home = new_home()
    (home / "compiled").unlink()
    with opened(home) as service:
        yield service


@pytest.fixture(scope="session")
def trained(service: Service) -> Any:
    """A job that has succeeded: 12 rows, 4 for validation, 2 epochs of 6 steps, seed 7."""
    job = service.ended(service.job(validation=ROWS[:4], seed=7, suffix="Word Games").id)
    assert job.status == "succeeded", job.error
    return job
