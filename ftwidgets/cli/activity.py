"""What the service is doing, in sentences."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openai import OpenAI

from ftwidgets.bases.catalogue import is_fetched
from ftwidgets.connection import Address
from ftwidgets.run import attach
from ftwidgets.run.extension import ask

SECONDS = 0.5
"""Between two questions of how far a base model has come."""


def fetching(state: dict[str, Any]) -> str:
    """How far a base model that is on its way has come."""
    amount = f": {state['done'] / 1e6:.0f} of {state['total'] / 1e6:.0f} MB" if state["total"] else ""
    return f"Fetching the model {state['base']}{amount}"


def job_standing(client: OpenAI, job: str) -> str:
    """A job's status and, where it has made steps, which it is at."""
    run = attach(client, job)
    step, total = run.curves.step, run.curves.total_steps
    return f"step {step} of {total}" if total and not run.ended else run.status.replace("_", " ")


def watch_fetch(address: Address, home: Path, model: str, say: Callable[[str], object], ended: threading.Event) -> None:
    """Let the service fetch `model`, and say how it goes, a line for each tenth, until it is here or `ended` is set."""
    with address.client() as client:
        known = ask(client, "fetch", {"model": model})
        tenth = -1
        while known and (state := known["fetching"]):
            now = state["done"] * 10 // state["total"] if state["total"] else -1
            if state["base"] == model and now > tenth:
                say(fetching(state))
                tenth = now
            if ended.wait(SECONDS):
                return
            known = ask(client, "info")
    if is_fetched(model, home / "bases"):
        say("The model is here.")
    elif known:
        say(known.get("fetch_error") or known.get("error") or f"The model {model} is not here.")
