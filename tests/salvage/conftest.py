"""The embedded service behind a door that writes down what comes, and can refuse it as another host would."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import pytest
from starlette.testclient import TestClient

from tests.conftest import KEY, Service

SYSTEM = "Say Y."

ROWS = [
    {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"Is {n} a number?"},
            {"role": "assistant", "content": "Y"},
        ]
    }
    for n in range(12)
]


@dataclass
class Door:
    """Stands before the app: `seen` is each request's method and path; `rules` are refusals by what its path holds."""

    app: Any
    seen: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    rules: dict[str, tuple[int, str]] = field(default_factory=dict)
    judge: Callable[[dict[str, Any]], tuple[int, str] | None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.seen.append((scope["method"], scope["path"]))
        refusal = next((rule for part, rule in self.rules.items() if re.search(part, scope["path"])), None)
        if scope["path"].endswith("/chat/completions"):
            rest = receive
            message = await rest()
            body = json.loads(message["body"])
            self.bodies.append(body)
            refusal = refusal or (self.judge(body) if self.judge else None)
            messages = [message]

            async def again() -> Any:
                return messages.pop(0) if messages else await rest()  # what was read is given once more

            receive = again
        if refusal is None:
            await self.app(scope, receive, send)
            return
        status, said = refusal
        raw = said.encode() if said.startswith("<") else json.dumps({"error": {"message": said}}).encode()
        kind = b"text/html" if said.startswith("<") else b"application/json"
        headers = [(b"content-type", kind), (b"x-should-retry", b"false")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": raw})

    @property
    def asked(self) -> int:
        """How many chats were sent."""
        return len(self.bodies)


@dataclass(frozen=True)
class Host:
    """A service behind a door, and a job that has succeeded there."""

    client: openai.OpenAI
    door: Door
    job: Any

    @property
    def model(self) -> str:
        return str(self.job.fine_tuned_model)


@pytest.fixture(scope="session")
def opened_host(new_home: Callable[[], Path]) -> Iterator[Host]:
    from ftwidgets.service.app import create_app

    home = new_home()
    door = Door(create_app(home, KEY, hosts=None))
    with TestClient(door, raise_server_exceptions=False) as http:
        client = openai.OpenAI(api_key=KEY, base_url="http://testserver/v1", http_client=http, max_retries=0)
        service = Service(home, http, client)
        chosen = {"n_epochs": 40, "batch_size": 2, "learning_rate_multiplier": 300}
        job = service.ended(service.job(ROWS, ROWS[:4], hyperparameters=chosen, seed=7).id)
        assert job.status == "succeeded", job.error
        yield Host(client, door, job)


@pytest.fixture
def host(opened_host: Host) -> Iterator[Host]:
    """The same with nothing seen and nothing refused."""
    door = opened_host.door
    door.seen, door.bodies, door.rules, door.judge = [], [], {}, None
    yield opened_host
    door.rules, door.judge = {}, None
