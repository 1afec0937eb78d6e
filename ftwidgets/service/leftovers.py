"""What a job that has ended leaves on the disk and nobody can reach any more: adapters of no model, its last state."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson

from ftwidgets.service.schema import FINAL
from ftwidgets.service.store import Store


def tidy(store: Store, job: str) -> None:
    """Remove it. An adapter stays while a model has it, or a job that has not ended is to start from it."""
    folder = store.folder / "models" / job
    record = store.get("jobs", job)
    if record is None or record["status"] not in FINAL or not folder.is_dir():
        return
    used = {store.folder / adapter for _, adapter in store.pairs("models", "id", "adapter", job=job)}
    used |= _starts(store)
    for step in folder.glob("step-*"):
        if not used & set(step.iterdir()):
            shutil.rmtree(step, ignore_errors=True)
    (folder / "state.safetensors").unlink(missing_ok=True)


def tidy_all(store: Store) -> None:
    """The same of every job: an earlier process may have been killed before it could."""
    folder = store.folder / "models"
    for path in folder.iterdir() if folder.is_dir() else ():
        tidy(store, path.name)


def _starts(store: Store) -> set[Path]:
    """The adapters that jobs which have not ended start from."""
    plans = [orjson.loads(plan) for status, plan in store.pairs("jobs", "status", "plan") if status not in FINAL]
    return {Path(plan["adapter"]) for plan in plans if plan.get("adapter")}
