"""`rescue`: list what an account has, save its files, and record what its models answer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ftwidgets import page
from ftwidgets.errors import InputError
from ftwidgets.quantities import count
from ftwidgets.run.client import Client
from ftwidgets.salvage.answers import Answers
from ftwidgets.salvage.golden import write_golden
from ftwidgets.salvage.inventory import Heard, Inventory, Tuned, inventory
from ftwidgets.salvage.notice import write_notice
from ftwidgets.salvage.prompts import Prompt, Source, prompts_of
from ftwidgets.salvage.quote import Prices, Quote, quote
from ftwidgets.salvage.recording import record
from ftwidgets.salvage.report import Recording
from ftwidgets.salvage.saving import Saved, save, system_of

if TYPE_CHECKING:
    import pandas as pd

MOST_TOKENS = 1024
"""Tokens that an answer may have where no other number is given."""

HEAD = ("model", "made from", "last day", "job", "files here")


class Rescue:
    """What an account has, and what of it is in `folder` by now; it shows itself as a table.

    `saved` are the jobs' files once `save` was called, `recording` what `record` did last.
    """

    def __init__(self, client: Client, folder: Path | None, found: Inventory, today: date) -> None:
        self.client = client
        self.inventory = found
        self.today = today
        self.saved: list[Saved] = []
        self.recording: Recording | None = None
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where everything is kept.

        Raises:
            InputError: none was named.
        """
        if self._folder is None:
            raise InputError('No folder was named to keep anything in. Name one: ft.rescue(client, "rescue")')
        return self._folder

    @property
    def models(self) -> tuple[Tuned, ...]:
        """The fine-tuned models and their checkpoints."""
        return self.inventory.models

    @property
    def frame(self) -> pd.DataFrame:
        """A row each: the model, its step where it is a checkpoint, base, last day, days left, who says so, its job."""
        import pandas as pd

        columns = ["model", "step", "base", "last_day", "days_left", "told", "job", "listed"]
        rows = [
            (one.id, one.step, one.base, one.end.day, one.end.days_left(self.today), one.end.told, one.job, one.listed)
            for one in self.models
        ]
        return pd.DataFrame(rows, columns=columns).astype({"step": "Int64", "days_left": "Int64"})

    def save(self, progress: Heard | None = None) -> Rescue:
        """Bring the files that the jobs read and wrote into the folder; those that are there already stay.

        Raises:
            InputError: the folder cannot be written, or the host takes no such key.
            ServiceError: nothing answers.
        """
        self.saved = save(self.client, self.inventory, self.folder, progress)
        write_notice(self.folder, self.inventory, self.today)
        return self

    def quote(
        self,
        prompts: Source,
        models: Sequence[str] | None = None,
        *,
        system: str | None = None,
        most_tokens: int = MOST_TOKENS,
        price: Prices | None = None,
    ) -> Quote | None:
        """The size and price of what `record` would send; None where everything is recorded. Nothing is sent.

        Raises:
            InputError: a prompt cannot be read, or no model is named and the account has none.
        """
        chosen = prompts_of(prompts, system=system)
        return self._quote(self._work(Answers(self.folder), chosen, models, most_tokens), most_tokens, price)

    def record(
        self,
        prompts: Source,
        models: Sequence[str] | None = None,
        yes: bool = False,
        *,
        system: str | None = None,
        most_tokens: int = MOST_TOKENS,
        price: Prices | None = None,
        progress: Heard | None = None,
    ) -> Recording:
        """Ask each model each prompt and keep what it says, with the log-probabilities; only with `yes` is it sent.

        What is recorded is not asked again, so that a broken run goes on where it was. `models` are by default the
        fine-tuned ones whose end is not past, without their checkpoints. `system` is said before prompts that are
        texts; `price` is yours for a million prompt tokens and a million tokens of answers, in dollars.

        Raises:
            InputError: a prompt cannot be read, no model is named and the account has none, or the disk is full.
        """
        chosen, answers = prompts_of(prompts, system=system), Answers(self.folder)
        asked = self._work(answers, chosen, models, most_tokens)
        sent, notes = 0, [] if asked else ["All of it is recorded already."]
        if asked and yes is True:  # and not any value that is taken for one, such as the text "no"
            write_notice(self.folder, self.inventory, self.today)
            sent, notes = record(self.client, asked, answers, most_tokens=most_tokens, heard=progress)
        golden, more = write_golden(self.folder, answers, answers.models)
        missing = None if sent else self._quote(asked, most_tokens, price)
        left = sum(map(len, self._work(answers, chosen, models, most_tokens).values()))
        if missing:
            notes.append("To send them: the same with yes=True")
        self.recording = Recording(sent, left, answers.path, missing, tuple(golden), (*notes, *more))
        return self.recording

    def _work(
        self, answers: Answers, prompts: Sequence[Prompt], models: Sequence[str] | None, most_tokens: int
    ) -> dict[str, list[Prompt]]:
        """What is not recorded yet, by model."""
        if isinstance(models, str):
            models = [models]
        missing = {model: answers.missing(model, prompts, most_tokens) for model in models or self._alive()}
        return {model: left for model, left in missing.items() if left}

    def _alive(self) -> list[str]:
        found = [one for one in self.models if one.step is None]
        alive = [one.id for one in found if (left := one.end.days_left(self.today)) is None or left >= 0]
        if not alive:
            why = "Every fine-tuned model is past its last day" if found else "No fine-tuned model was found"
            raise InputError(f"{why}. To ask one nevertheless, name it by its id.")
        return alive

    def _quote(self, work: dict[str, list[Prompt]], most_tokens: int, price: Prices | None) -> Quote | None:
        if not work:
            return None
        bases = {one.id: one.base for one in self.models}
        size = quote(work, bases, most=most_tokens, host=self.inventory.host, price=price)
        return replace(size, notes=tuple(self._advice(work)))

    def _advice(self, work: dict[str, list[Prompt]]) -> Iterator[str]:
        """Which models were trained on rows with a system message that the prompts are without."""
        jobs = {one.id: one.job for one in self.models}
        lacking: dict[str, list[str]] = {}
        for model, prompts in work.items():
            said = None if any(prompt.has_system for prompt in prompts) else system_of(self.saved, jobs.get(model))
            if said is not None:
                lacking.setdefault(said, []).append(model)
        for said, models in lacking.items():
            shown = said if len(said) <= 60 else f"{said[:57]}..."
            whose = models[0] if len(models) == 1 else f"{models[0]} and {len(models) - 1} more"
            yield (
                f"The rows that taught {whose} begin with the system message '{shown}', and the prompts have none: the "
                "answers may differ. Give it as the option system."
            )

    @property
    def notes(self) -> list[str]:
        """What one should know: what could not be listed or saved, and what was saved and recorded."""
        told = [*self.inventory.notes, *(one.trouble for one in self.saved if one.trouble)]
        if self.saved:
            here = sum(one.path is not None for one in self.saved)
            told.append(f"{here} of {count(len(self.saved), 'file')} of the jobs are in {self.folder}.")
        return told + (self.recording.sentences if self.recording else [])

    def cells(self, model: Tuned) -> list[str]:
        """A model as a row of a table, under `HEAD`."""
        shown = model.id if model.step is None else f"{model.id} (checkpoint, step {model.step})"
        doubt = ". The host does not list it: it may have been deleted" if model.listed is False else ""
        own = [one for one in self.saved if model.job in one.jobs]
        files = f"{sum(one.path is not None for one in own)} of {len(own)}" if own and model.step is None else ""
        return [shown, model.base, f"{model.end.in_words(self.today)}{doubt}", model.job or "not known", files]

    def _repr_html_(self) -> str:
        """The models as a table, with the days that are left, and the notes below it."""
        rows = [[escape(cell) for cell in self.cells(model)] for model in self.models]
        table = page.table(HEAD, rows) if rows else page.paragraph("No fine-tuned model was found.")
        return "\n".join([table, *map(page.paragraph, self.notes)])

    def __repr__(self) -> str:
        rows = ["  ".join(filter(None, self.cells(model))) for model in self.models]
        return "\n".join([*(rows or ["No fine-tuned model was found."]), *self.notes])


def rescue(
    client: Client,
    folder: str | os.PathLike[str] | None = "rescue",
    prompts: Source | None = None,
    models: Sequence[str] | None = None,
    yes: bool = False,
    *,
    system: str | None = None,
    most_tokens: int = MOST_TOKENS,
    price: Prices | None = None,
    today: date | None = None,
    progress: Heard | None = None,
) -> Rescue:
    """List an account's fine-tuned models with the days they have left, and save their jobs' files into `folder`.

    With `prompts` (a file, a list of texts, a data set), what the models answer is recorded too, as `Rescue.record`
    does: without `yes` the price is told and nothing is sent. With no folder, everything is listed only. `today` is
    the day from which the days are counted.

    Raises:
        InputError: the host takes no such key or lists nothing, the folder cannot be written, or a prompt is none.
        ServiceError: nothing answers at the client's address.
    """
    day = today or datetime.now(UTC).date()
    found = Rescue(client, None if folder is None else Path(folder).expanduser(), inventory(client, progress), day)
    if folder is not None:
        found.save(progress)
    if prompts is not None:
        found.record(prompts, models, yes, system=system, most_tokens=most_tokens, price=price, progress=progress)
    return found
