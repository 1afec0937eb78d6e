"""A class at work: how long the service takes to answer 30 clients while a job trains, and what that costs the job.

    python benchmarks/service_load.py

A job trains the default base for as long as it takes. In turn, several times: nobody else asks anything; 30 clients
each ask once a second for the job, its events, the files, and now and then upload 100 rows; the same and one more
client has answers written all the time. Measured are the time of every GET, the steps trained in a second of each
turn by the times of the job's own events, and the pieces of text answered. The clients run in a process of their own,
on the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from machine import describe
from openai import APIError, AsyncOpenAI

import ftwidgets as ft
from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.bases.fetch import fetch
from ftwidgets.connection import Address, find, stop
from ftwidgets.home import home
from ftwidgets.lessons import data_set
from ftwidgets.run.extension import ask

CLIENTS = 30
TURN = 20.0
"""Seconds of one turn."""

SETTLING = 3.0
"""Seconds at a turn's beginning that do not count: a step begun before lasts into them."""

ROWS = b"".join(
    json.dumps(
        {"messages": [{"role": "user", "content": f"Word {n}?"}, {"role": "assistant", "content": f"Word {n * n}!"}]}
    ).encode()
    + b"\n"
    for n in range(100)
)
QUESTION: Any = [{"role": "user", "content": "Tell me a long story about a lighthouse keeper."}]


@dataclass
class Heard:
    """What the clients of one turn met."""

    gets: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lost: int = 0
    answered: int = 0


async def learner(number: int, address: Address, job: str, until: float, heard: Heard) -> None:
    """Ask once a second, and now and then upload; every event that was told must still be told."""
    chance, known = random.Random(number), list[str]()
    client = AsyncOpenAI(base_url=address.base_url, api_key=address.api_key, max_retries=0)
    await asyncio.sleep(chance.random())
    while time.time() < until:
        began = time.perf_counter()
        try:
            kind = chance.random()
            if kind < 0.1:
                await client.files.create(file=("rows.jsonl", ROWS), purpose="fine-tune")
                heard.uploads.append(time.perf_counter() - began)
            elif kind < 0.4:
                await client.fine_tuning.jobs.retrieve(job)
            elif kind < 0.9:
                page = await client.fine_tuning.jobs.list_events(job, limit=50)
                told = [event.id for event in page.data]
                heard.lost += bool(known) and known[0] not in told
                known = told
            else:
                await client.files.list(limit=20)
            if kind >= 0.1:
                heard.gets.append(time.perf_counter() - began)
        except APIError as error:
            heard.errors.append(repr(error))
        await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - began)))
    await client.close()


async def talker(address: Address, until: float, heard: Heard) -> None:
    """Have one answer after the other written, and count its tokens."""
    client = AsyncOpenAI(base_url=address.base_url, api_key=address.api_key, max_retries=0)
    while time.time() < until:
        stream = await client.chat.completions.create(model=DEFAULT, messages=QUESTION, stream=True, max_tokens=400)
        async for chunk in stream:
            if time.time() >= until:
                break
            heard.answered += bool(chunk.choices and chunk.choices[0].delta.content)
        await stream.close()
    await client.close()


def turn(address: Address, job: str, clients: int, *, talks: bool, until: float, out: Any) -> None:
    """One turn of the clients, in a process of its own."""
    heard = Heard()

    async def together() -> None:
        deeds = [learner(number, address, job, until, heard) for number in range(clients)]
        await asyncio.gather(*deeds, *([talker(address, until, heard)] if talks else []))

    asyncio.run(together())
    out.send(heard)


def measured(address: Address, job: str, clients: int, *, talks: bool) -> tuple[float, float, Heard]:
    """Let a turn pass: when it began to count, when it ended, and what its clients met."""
    start = time.time()
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=turn, args=(address, job, clients), kwargs={"talks": talks, "until": start + TURN, "out": there}
    )
    process.start()
    heard = here.recv()
    process.join()
    return start + SETTLING, start + TURN, heard


def told_steps(client: Any, job: str) -> list[dict[str, Any]]:
    """The job's metrics events, the oldest first."""
    events = (ask(client, f"jobs/{job}/events?limit=10000") or {})["data"]
    return [event for event in events if event["type"] == "metrics"]


def rate(events: list[dict[str, Any]], spans: list[tuple[float, float]]) -> float:
    """Steps a second in these spans, by the events' own times: the median over the spans."""
    times = [event["time"] for event in events]
    inside = [[moment for moment in times if start <= moment <= end] for start, end in spans]
    return median((len(part) - 1) / (part[-1] - part[0]) for part in inside if len(part) > 2)


def main() -> None:
    """Train, disturb, and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=4, help="of each kind")
    turns = parser.parse_args().turns
    base = fetch(DEFAULT, home() / "bases")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bases").mkdir()
        (Path(folder) / "bases" / DEFAULT).symlink_to(base)
        client = ft.connect(home=folder)
        address = find(folder)
        assert address is not None
        try:
            print(describe())
            rows = ft.load(data_set("words")["train"])
            run = ft.launch(client, rows, model=DEFAULT, n_epochs=50, batch_size=8, seed=1)
            client.chat.completions.create(model=DEFAULT, messages=QUESTION, max_tokens=5)  # the process is there
            while len(told_steps(client, run.id)) < 10:
                time.sleep(0.5)
            kinds = {"nobody": (0, False), "a class": (CLIENTS, False), "and an answer": (CLIENTS, True)}
            spans: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
            heard: dict[str, list[Heard]] = {kind: [] for kind in kinds}
            for _ in range(turns):
                for kind, (clients, talks) in kinds.items():
                    start, end, met = measured(address, run.id, clients, talks=talks)
                    spans[kind].append((start, end))
                    heard[kind].append(met)
            steps = told_steps(client, run.id)
            run.cancel()
            told(spans, heard, steps)
        finally:
            stop(folder)


def told(spans: dict[str, list[tuple[float, float]]], heard: dict[str, list[Heard]], events: list[Any]) -> None:
    """Print the table."""
    alone = rate(events, spans["nobody"])
    steps = [event["data"]["step"] for event in events]
    assert steps == list(range(1, len(steps) + 1)), "an event was lost"
    print("| | GETs | p50 ms | p95 ms | most ms | upload p95 ms | errors | lost | steps/s | slowed by | answered/s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for kind, met in heard.items():
        gets = [seconds * 1000 for one in met for seconds in one.gets]
        uploads = [seconds * 1000 for one in met for seconds in one.uploads]
        own = rate(events, spans[kind])
        cells = [len(gets), *(_spread(gets)), _spread(uploads)[1], sum(len(one.errors) for one in met)]
        answered = sum(one.answered for one in met) / (TURN * len(met))
        cells += [sum(one.lost for one in met), f"{own:.2f}", f"{1 - own / alone:.0%}", f"{answered:.0f}"]
        print(f"| {kind} | " + " | ".join(map(str, cells)) + " |")
        for error in {error for one in met for error in one.errors}:
            print(error)


def _spread(values: list[float]) -> list[str]:
    if len(values) < 20:
        return ["", "", ""]
    return [f"{median(values):.0f}", f"{quantiles(values, n=20)[18]:.0f}", f"{max(values):.0f}"]


if __name__ == "__main__":
    os.environ.pop("OPENAI_API_KEY", None)
    main()
