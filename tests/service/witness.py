"""Someone who uses a service while its processes are killed, and remembers all that was ever acknowledged."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai

from tests.conftest import until

SAVED_EVERY = 20
EPOCHS, ROWS, BATCH = 3, 60, 2
STEPS = EPOCHS * ROWS // BATCH
CHOSEN = {"n_epochs": EPOCHS, "batch_size": BATCH, "learning_rate_multiplier": 1}
QUESTION: Any = [{"role": "user", "content": "Hello"}]


def processes() -> dict[int, tuple[int, str]]:
    """Every process that has not ended: its id, its parent's, and its command."""
    command = ["ps", "-A", "-o", "pid=,ppid=,stat=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()]
    return {int(row[0]): (int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")}


def children(parent: int, of: str = "") -> list[int]:
    """The processes that `parent` started, those whose command names `of`."""
    return [pid for pid, (above, command) in processes().items() if above == parent and of in command]


class Server:
    """The service of a home as a process that can be killed and started again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "ftwidgets", "serve", "--home", str(self.home), "--key", "sk-witness"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout
        said = self.process.stdout.readline()
        assert said.startswith("The service answers at"), said + self.process.stdout.read()
        self.client = openai.OpenAI(base_url=said.split()[-1], api_key="sk-witness", max_retries=0, timeout=60)

    def close(self) -> None:
        """End it in peace."""
        self.client.close()
        self.process.terminate()
        self.process.communicate()

    def kill(self, victim: str) -> bool:
        """Kill the service, or a process of the engine that it started, with SIGKILL; False where there is none."""
        below = children(self.process.pid)
        if victim != "service":
            found = children(self.process.pid, f"ftwidgets.engine.{victim}")
            with suppress(ProcessLookupError):
                for pid in found:
                    os.kill(pid, signal.SIGKILL)
            return bool(found)
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.client.close()
        until(lambda: not set(below) & set(processes()))  # none outlives it
        return True


@dataclass
class Seen:
    """What was told of one job."""

    file: str
    seed: int
    events: list[str] = field(default_factory=list)
    checkpoints: set[str] = field(default_factory=set)
    model: str | None = None


class Witness:
    """Uploads, trains and asks; `check` holds what the service says now against all that it has said before."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.chance = random.Random(seed)
        self.files: dict[str, str] = {}
        self.jobs: dict[str, Seen] = {}

    @property
    def client(self) -> openai.OpenAI:
        """A client of the process that runs now."""
        return self.server.client

    def upload(self) -> str:
        """Upload rows that no other file has, and remember the file once the service has acknowledged it."""
        content = self._rows()
        file = self.client.files.create(file=("rows.jsonl", content), purpose="fine-tune")
        self.files[file.id] = hashlib.sha256(content).hexdigest()
        return file.id

    def upload_in_parts(self) -> None:
        """The same through an upload in parts."""
        content = self._rows()
        upload = self.client.uploads.upload_file_chunked(
            file=content,
            filename="rows.jsonl",
            bytes=len(content),
            mime_type="application/jsonl",
            purpose="fine-tune",
            part_size=2000,
        )
        assert upload.file
        self.files[upload.file.id] = hashlib.sha256(content).hexdigest()

    def _rows(self) -> bytes:
        said = self.chance.randrange(10**9)
        rows = [
            {"messages": [{"role": "user", "content": f"{said} {n}"}, {"role": "assistant", "content": f"{n * n}"}]}
            for n in range(ROWS)
        ]
        return b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    def launch(self) -> str:
        """Create a job on a new file."""
        file, seed = self.upload(), self.chance.randrange(100)
        job = self.client.fine_tuning.jobs.create(
            model="random-tiny", training_file=file, hyperparameters=CHOSEN, seed=seed
        )
        self.jobs[job.id] = Seen(file, seed)
        return job.id

    def hear(self, job: str) -> int:
        """Listen to a job; how many steps it has told."""
        events = list(self.client.fine_tuning.jobs.list_events(job, limit=1000))[::-1]
        told = [event.id for event in events]
        known = self.jobs[job]
        assert told[: len(known.events)] == known.events, "an event was lost, or has changed its place"
        assert len(set(told)) == len(told)
        steps = [event.data["step"] for event in events if event.type == "metrics"]
        assert steps == list(range(1, len(steps) + 1)), steps
        known.events = told
        checkpoints = {one.fine_tuned_model_checkpoint for one in self.client.fine_tuning.jobs.checkpoints.list(job)}
        assert known.checkpoints <= checkpoints
        known.checkpoints = checkpoints
        known.model = self.client.fine_tuning.jobs.retrieve(job).fine_tuned_model or known.model
        return len(steps)

    def check(self) -> None:
        """All that was acknowledged is there, and as it was."""
        listed = {file.id for file in self.client.files.list()}
        for file, digest in self.files.items():
            assert file in listed
            assert hashlib.sha256(self.client.files.content(file).read()).hexdigest() == digest
        for job, known in self.jobs.items():
            model = known.model
            self.hear(job)
            assert model in (None, known.model)
            for name in (*known.checkpoints, *([known.model] if known.model else [])):
                assert self.client.models.retrieve(name).id == name

    def round(self) -> str:
        """Do something, kill a process in the middle of it, start what was killed again, and look at everything."""
        active = [job for job in self.jobs if self.client.fine_tuning.jobs.retrieve(job).finished_at is None]
        job = self.chance.choice(active) if len(active) > 1 else self.launch()
        victim = self.chance.choice(["service", "service", "worker", "inference"])
        deed = {"service": self.chance.choice(["train", "upload", "parts", "launch", "pause", "chat", "nothing"])}.get(
            victim, victim
        )
        if deed in ("train", "worker"):
            aim = min(STEPS - 1, self.hear(job) + self.chance.randrange(1, 2 * SAVED_EVERY))
            until(lambda: self.hear(job) >= aim or self._has_ended(job))
            self.server.kill(victim)
        else:
            deeds: dict[str, Callable[[], Any]] = {
                "upload": self.upload,
                "parts": self.upload_in_parts,
                "launch": self.launch,
                "pause": lambda: self.client.fine_tuning.jobs.pause(job),
                "nothing": lambda: None,
            }
            self._during(deeds.get(deed, self._chat), victim)
        if victim == "service":
            self.server.start()
        self.check()
        return f"{victim} while {deed}"

    def _during(self, deed: Callable[[], Any], victim: str) -> None:
        """Kill the victim at some moment of the deed, which may then fail; what it was not told is not remembered."""

        def act() -> None:
            with suppress(openai.APIError):
                deed()

        thread = threading.Thread(target=act)
        thread.start()
        thread.join(timeout=self.chance.random() * 0.3)
        if victim == "inference":
            until(lambda: self.server.kill(victim) or not thread.is_alive())
        else:
            self.server.kill(victim)
        thread.join()

    def _chat(self) -> None:
        stream = self.client.chat.completions.create(
            model="random-tiny", messages=QUESTION, max_tokens=200, stream=True
        )
        for _ in stream:
            pass

    def _has_ended(self, job: str) -> bool:
        """Whether it has; one that is paused goes on."""
        seen = self.client.fine_tuning.jobs.retrieve(job)
        if str(seen.status) == "paused":
            self.client.fine_tuning.jobs.resume(job)
        return seen.finished_at is not None

    def finish(self) -> None:
        """Every job comes to its end, with every step once."""
        for job in self.jobs:
            until(lambda job=job: self._has_ended(job))  # type: ignore[misc]
            ended = self.client.fine_tuning.jobs.retrieve(job)
            assert ended.status == "succeeded", ended.error
            assert self.hear(job) == STEPS
        self.check()

    def losses(self, job: str) -> list[float]:
        """What the job told of its training, step by step."""
        events = list(self.client.fine_tuning.jobs.list_events(job, limit=1000))[::-1]
        return [event.data["train_loss"] for event in events if event.type == "metrics"]

    def repeated(self, job: str) -> str:
        """The same job once more, undisturbed; its id."""
        known = self.jobs[job]
        again = self.client.fine_tuning.jobs.create(
            model="random-tiny", training_file=known.file, hyperparameters=CHOSEN, seed=known.seed
        )
        until(lambda: self._has_ended(again.id))
        return again.id
