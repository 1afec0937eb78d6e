"""What a job needs to go on at the step where it stopped: one file, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from ftwidgets.home import write_atomically

History = list[dict[str, Any]]
"""All that was said up to the saved step: said again after a resume, so that a listener who died has missed nothing."""


def save(path: Path, tree: Any, history: History) -> None:
    """Keep the arrays of `tree` (adapter and optimizer) as they are after the last step of `history`."""
    leaves = {str(n): np.asarray(leaf) for n, leaf in enumerate(jax.tree.leaves(tree))}
    write_atomically(path, lambda file: save_file(leaves, file, {"history": json.dumps(history)}))


def restore(path: Path, tree: Any) -> tuple[Any, History]:
    """The arrays kept in `path`, in the form of `tree`, and their history; without a file, `tree` and no history."""
    if not path.is_file():
        return tree, []
    leaves, form = jax.tree.flatten(tree)
    try:
        with safe_open(path, framework="numpy") as file:
            kept = [jax.numpy.asarray(file.get_tensor(str(n))) for n in range(len(leaves))]
            history: History = json.loads(file.metadata()["history"])
    except (SafetensorError, KeyError, TypeError, ValueError):
        return tree, []  # written by another version: the job begins again
    return jax.tree.unflatten(form, kept), history
