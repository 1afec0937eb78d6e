"""What lies in a rescue's folder, told in a file beside it: it will be read when the models are long gone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ftwidgets.errors import InputError
from ftwidgets.home import write_atomically
from ftwidgets.salvage.answers import NAME
from ftwidgets.salvage.golden import TERMS
from ftwidgets.salvage.inventory import Inventory

PLACES = f"""| what | where |
|---|---|
| each job as the host told it: its model, hyperparameters, seed, checkpoints | `jobs/` |
| the training, validation and result files, each in a folder called by its id | `files/` |
| every answer that was recorded, whole, with its log-probabilities | `{NAME}` |
| prompts and answers as chats, made of these answers: a test set and a training file in one | `golden*.jsonl` |

{TERMS}

`golden*.jsonl` are written anew whenever answers are recorded: give a copy of your own another name.
A result file that came in base64 has its CSV beside it, `*.decoded.csv`.
"""


def write_notice(folder: Path, found: Inventory, today: date) -> Path:
    """Write `README.md` into the folder, with the models as they were found that day.

    Raises:
        InputError: the folder cannot be written.
    """
    rows = [f"| `{one.id}` | {one.base} | {one.end.day or ''} | {one.end.told} |" for one in found.models]
    table = "\n".join(["| model | made from | last day | by |", "|---|---|---|---|", *rows])
    content = f"# Fine-tuned models of {found.host}, as found on {today}\n\n{table}\n\n## In this folder\n\n{PLACES}"
    try:
        return write_atomically(folder / "README.md", lambda path: path.write_text(content, "utf-8"))
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from error
