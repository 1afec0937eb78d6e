"""`ftwidgets run`: the whole walk in a terminal, from a file to a better model and a report."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ftwidgets.bases.catalogue import CATALOGUE, resolve
from ftwidgets.cli.progress import bar, fetch_shown
from ftwidgets.connection import connect
from ftwidgets.data import Dataset
from ftwidgets.data.soundness import sound
from ftwidgets.data.terms import FEWEST
from ftwidgets.errors import BaseModelError, FtwidgetsError, JobError
from ftwidgets.evaluation import Report, evaluate
from ftwidgets.evaluation.question import questions
from ftwidgets.home import home as home_folder
from ftwidgets.lessons import data_set, data_sets
from ftwidgets.run import Run, launch

out = Console(highlight=False, soft_wrap=True, markup=False)

HELD_OUT = 0.2
"""The share of the rows that is kept for the test where no other file is given."""


@dataclass(frozen=True)
class Rows:
    """What is trained on, watched, and judged by; and what must be said about the judging rows."""

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    note: str | None = None


def run(
    train: Annotated[
        str, typer.Argument(help=f"A JSONL file, or a data set of the package: {', '.join(data_sets())}.")
    ],
    valid: Annotated[Path | None, typer.Option(help="Rows to watch the loss on.", show_default=False)] = None,
    test: Annotated[Path | None, typer.Option(help="Rows to judge the model by.", show_default=False)] = None,
    model: Annotated[
        str, typer.Option(help="A base, an OpenAI id that it stands in for, or a fine-tuned model.")
    ] = "smollm2-135m-instruct",
    epochs: Annotated[
        int | None,
        typer.Option(help="Passes over the data. Default: by OpenAI's rule.", show_default=False, min=1, max=50),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Decides the order of the rows and the adapters' start.", min=0, max=2**31 - 1)
    ] = 0,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report. Default: a new one here.", show_default=False)
    ] = None,
    home: Annotated[Path | None, typer.Option(help="As for the other commands.", show_default=False)] = None,
) -> None:
    """Fine-tune a model on a file, compare it with its base on rows it has not seen, and write a report."""
    from ftwidgets.cli import files  # draws: only this command waits for matplotlib

    rows = _rows(train, valid, test, seed)
    place = home_folder(home)
    with files.new_folder(out_folder) as folder:
        _fetch_base(model, place)
        client = connect(home=place)
        began = time.monotonic()
        job = launch(client, rows.train, rows.validation, model=model, n_epochs=epochs or "auto", seed=seed)
        out.print(f"Job {job.id}: {len(rows.train)} rows to train on, {len(rows.test or ())} to judge by.")
        _follow(job)
        report, note = _judged(client, job, rows)
        files.write(folder, job, report, time.monotonic() - began, note)
        _tell(job, report, note, folder)
    if job.status != "succeeded":
        raise JobError(job.outcome)


def _rows(train: str, valid: Path | None, test: Path | None, seed: int) -> Rows:
    if train in data_sets() and not Path(train).exists():
        named = data_set(train)
        train, valid, test = str(named["train"]), valid or named["validation"], test or named["test"]
    rows = sound(train)
    if test is not None:
        return Rows(rows, sound(valid, 1) if valid else None, _judges(test))
    if valid is not None:
        note = "The model is judged by the validation rows, on which its loss was watched; --test names other rows."
        watched = _judges(valid)
        return Rows(rows, watched, watched, note)
    if len(rows) * (1 - HELD_OUT) < FEWEST:
        note = f"With {len(rows)} rows none could be held out: whether the model is better is not known."
        return Rows(rows, None, None, note)
    kept, held = rows.split(validation=HELD_OUT, seed=seed)
    drawn = f"{len(held)} of the {len(rows)} rows, drawn by seed {seed},"
    note = f"{drawn} were held out to judge the model; their loss was watched as well."
    return Rows(kept, held, held, note)


def _judges(file: Path) -> Dataset:
    """The rows of a file that have an answer to judge by."""
    data = sound(file, 1)
    questions(data)
    return data


def _fetch_base(model: str, home: Path) -> None:
    """Fetch the base here, with a bar; an id that only the service knows is left to it."""
    try:
        base = resolve(model, home / "bases").base
    except BaseModelError:
        return
    if base in CATALOGUE:
        fetch_shown(base, home)


def _follow(job: Run) -> None:
    """Show the job's progress until it ends."""
    try:
        with bar("Training", out) as report:

            def heard(run: Run) -> None:
                losses = run.curves["train_loss"]
                note = f"loss {losses[-1][1]:.2f}" if losses else run.status.replace("_", " ")
                report(run.curves.step, run.curves.total_steps or 1, note)

            job.wait(seconds=0.5, heard=heard)
    except KeyboardInterrupt:
        out.print(f"The job {job.id} goes on in the service: `ftwidgets status` tells how far it is.")
        raise typer.Exit(130) from None
    except JobError:
        pass  # told, with its reason, after the report is written


def _judged(client: object, job: Run, rows: Rows) -> tuple[Report | None, str | None]:
    """The comparison, and what must be said of it; a training is not lost when it cannot be made."""
    if rows.test is None or job.fine_tuned_model is None:
        return None, rows.note
    try:
        with bar("Comparing", out) as progress:
            models = [job.base_model, job.fine_tuned_model]
            return evaluate(client, rows.test, models, train=rows.train, progress=progress), rows.note
    except FtwidgetsError as error:
        return None, f"The model was not judged: {error}"


def _tell(job: Run, report: Report | None, note: str | None, folder: Path) -> None:
    for line in [*job.notes, *([note] if note else [])]:
        out.print(line)
    losses = job.curves["train_loss"]
    if losses:
        out.print(f"Training loss: {losses[0][1]:.2f} at step 1, {losses[-1][1]:.2f} at step {losses[-1][0]}.")
    if report:
        out.print("Exact match on the test rows (95 % interval):")
        for score in report.scores:
            out.print(f"  {score.model}: {score}")
        for sentence in report.notes:
            out.print(sentence)
    if job.fine_tuned_model:
        out.print(f"The model: {job.fine_tuned_model}")
    out.print(f"The report: {folder / 'report.html'}")
