"""What `ftwidgets run` leaves behind: a report for people, one for programs, and the curves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from ftwidgets import page
from ftwidgets.data.drawing import png
from ftwidgets.errors import InputError
from ftwidgets.evaluation import Report, Score
from ftwidgets.home import write_atomically
from ftwidgets.run import Run

NAMES = ("report.json", "report.html", "curves.csv", "curves.png")


@contextmanager
def new_folder(asked: Path | None) -> Iterator[Path]:
    """The folder to write into: the one asked for, made if need be, else a new one here. Left empty, it goes again.

    Raises:
        InputError: it cannot be made, or holds a report already: nothing is overwritten.
    """
    folder = asked or next(path for n in range(1, 10_000) if not (path := Path(f"ftwidgets-report-{n}")).exists())
    for name in NAMES:
        if (folder / name).exists():
            raise InputError(f"{folder} holds a report already ({name}). Name another folder with --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # can it be written to?
            pass
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}. Name another folder with --out.") from error
    try:
        yield folder
    finally:
        with suppress(OSError):  # something was written
            folder.rmdir()


def write(folder: Path, run: Run, report: Report | None, seconds: float, note: str | None) -> None:
    """Write `report.json`, `report.html`, `curves.csv` and `curves.png` into `folder`."""
    contents = {
        "report.json": orjson.dumps(_values(run, report, seconds, note), option=orjson.OPT_INDENT_2),
        "report.html": _document(run, report, note).encode(),
        "curves.csv": run.curves.to_csv().encode(),
        "curves.png": png(run.figure()),
    }
    for name, content in contents.items():
        write_atomically(folder / name, lambda path, content=content: path.write_bytes(content))  # type: ignore[misc]


def _values(run: Run, report: Report | None, seconds: float, note: str | None) -> dict[str, Any]:
    tuned = report.score(run.fine_tuned_model) if report and run.fine_tuned_model else None
    return {
        "model": run.base_model,
        "fine_tuned_model": run.fine_tuned_model,
        "job": run.id,
        "status": run.status,
        "error": run.error,
        "steps": run.curves.step,
        "train_loss": run.curves["train_loss"],
        "valid_loss": run.curves.validation(),
        "base": _score(report.score(run.base_model) if report else None),
        "tuned": _score(tuned),
        "majority": _score(report.baseline if report else None),
        "trained_tokens": run.trained_tokens,
        "seconds": round(seconds, 1),
        "notes": [*([note] if note else []), *(report.notes if report else [])],
    }


def _score(score: Score | None) -> dict[str, Any] | None:
    return None if score is None else {"accuracy": score.accuracy, "n": score.n, "interval": list(score.interval)}


def _document(run: Run, report: Report | None, note: str | None) -> str:
    scores, answers = report.sections() if report else ("", "")
    return page.document(
        "From a file to a better model", page.paragraph(note) if note else "", scores, *run.sections(), answers
    )
