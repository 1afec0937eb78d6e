"""The Monitor: one run's curves while it learns, and the answers to the learner's own prompts beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

import traitlets

from ftwidgets import page
from ftwidgets.errors import FtwidgetsError, InputError
from ftwidgets.run import Run
from ftwidgets.run.figure import picture
from ftwidgets.run.probing import Prober
from ftwidgets.run.standing import standing
from ftwidgets.widgets.script import joined
from ftwidgets.widgets.widget import Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS_AT_ONCE = 2000
"""A message has at most so many points: a long story comes in several."""


class Monitor(Widget):
    """Shows a run live: loss and token accuracy by step, its checkpoints, and how far it is; draws in place.

    `probes` are prompts of your own: the base answers them, and each checkpoint as it lands, greedily and in up to 32
    tokens. They are asked as the training rows are, after the system message that those share; `system` replaces it,
    and "" leaves it out. `smoothing` (0 to below 1) is the weight of the past in the smoothed training loss.

    The run is followed in a daemon thread, whether a cell runs or not. Several monitors of one run are fine;
    `close` ends one.

    Raises:
        InputError: `run` is not a run, or a probe is not a text.
    """

    _esm = joined("monitor.js")
    _ends: Sequence[Callable[[], None]] = ()

    story = traitlets.Dict().tag(sync=True, to_json=lambda _, monitor: monitor.snapshot())
    smoothing = traitlets.Float(0.8, min=0, max=0.999).tag(sync=True)

    def __init__(self, run: Run, probes: Iterable[str] = (), *, system: str | None = None) -> None:
        if not isinstance(run, Run):
            raise InputError(
                f"{run!r:.60} is not a run. Give one: ft.Monitor(ft.attach(client)), or what ft.launch returns."
            )
        self.run = run
        self._lock = threading.Lock()
        self._sent = len(run.curves.changes())  # the snapshot that a view begins with has at least so many
        self._status = run.status
        self._shown: list[Any] = []
        self._prober = Prober(run, _texts(probes), self._changed, system=system)
        super().__init__()
        self.on_msg(self._asked)
        self._ends = (run.follow(self._changed), self._prober.close)
        self._prober.start()

    @property
    def title(self) -> str:
        """One line: the run, and how it stands."""
        stands = standing(self.run)
        return f"Monitor of {self.run.id}: " + " · ".join(part for part in (stands.label, stands.progress) if part)

    @property
    def answers(self) -> dict[str, dict[str, str | None]]:
        """The answers so far: by model title ("base", "step 25"), then by prompt."""
        prober = self._prober
        return {column.title: dict(zip(prober.prompts, column.answers, strict=True)) for column in list(prober.columns)}

    @property
    def code(self) -> str:
        """The same view in Python, for another notebook or after a restart."""
        probes = f", probes={list(self._prober.prompts)!r}" if self._prober.prompts else ""
        return f'run = ft.attach(client, "{self.run.id}")\nft.Monitor(run{probes})'

    def figure(self) -> Figure:
        """The curves as they are now, as a matplotlib figure for the record."""
        return self.run.figure()

    def close(self) -> None:
        """Take the widget off the page, and end its threads where no other monitor needs them."""
        for end in self._ends:
            end()
        super().close()

    def twin(self) -> str:
        """The curves as a picture, the sentence that goes with them, and the answers as a table."""
        stands = standing(self.run)
        parts = [f"<p><b>{escape(self.title)}</b></p>"]
        if stands.note:
            parts.append(page.paragraph(stands.note))
        if self.run.curves.step:
            losses = {"training": self.run.curves["train_loss"], "validation": self.run.curves.validation()}
            spoken = ", ".join(f"{name} loss {points[-1][1]:.2f}" for name, points in losses.items() if points)
            parts += [
                picture(self.run.curves, escape(spoken), epochs=self.run.epoch_ends),
                page.paragraph(f"{spoken}."),
            ]
        answers = {title: said for title, said in self.answers.items() if None not in said.values()}
        if answers:
            rows = [
                [escape(prompt), *(escape(_shown(answers[title][prompt])) for title in answers)]
                for prompt in self._prober.prompts
            ]
            parts.append(page.table(["your prompts", *answers], rows))
        return "".join(parts)

    def _changed(self) -> None:
        """Send what is new; called from the threads that follow and ask."""
        self._prober.look()
        with self._lock:
            new = self.run.curves.changes(self._sent)
            for first in range(0, max(len(new), 1), POINTS_AT_ONCE):
                part = new[first : first + POINTS_AT_ONCE]
                self.send({"kind": "story", "from": self._sent, "points": _rounded(part), "head": self._head()})
                self._sent += len(part)
            for place, column in enumerate(list(self._prober.columns)):
                if self._shown[place : place + 1] != [column]:
                    self._shown[place : place + 1] = [column]
                    self.send({"kind": "story", "from": self._sent, "points": [], "columns": [_wire(place, column)]})
            if self.run.status != self._status:
                self._status = self.run.status
                self.send_state("story")  # what a saved notebook will show

    def _asked(self, _: Any, message: dict[str, Any], __: Any) -> None:
        """A view lacks points, or its button was pressed."""
        if message.get("kind") == "from":
            known = int(message.get("known", 0))
            points = _rounded(self.run.curves.changes(known))
            self.send({"kind": "story", "from": known, "points": points, "head": self._head()})
        elif message.get("kind") == "cancel":
            self._cancel()

    def _cancel(self) -> None:
        with suppress(FtwidgetsError):  # it had ended already, or the service is away: both are told anyway
            self.run.cancel()
        self._changed()

    def snapshot(self) -> dict[str, Any]:
        """All that is known of the run, as plain values: what a new view begins with."""
        fixed = {"code": self.code, "prompts": list(self._prober.prompts)}
        columns = [_wire(place, column) for place, column in enumerate(list(self._prober.columns))]
        points = _rounded(self.run.curves.changes())
        return {"kind": "story", "from": 0, "points": points, "head": self._head() | fixed, "columns": columns}

    def _head(self) -> dict[str, Any]:
        run, stands = self.run, standing(self.run)
        return {
            "title": run.name,
            "about": run.base_model,
            "system": self._prober.system,
            "label": stands.label,
            "kind": stands.kind,
            "progress": stands.progress,
            "note": stands.note,
            "note_kind": stands.note_kind,
            "step": stands.step,
            "total": stands.total,
            "epochs": stands.epochs,
            "checkpoints": [{"step": one.step, "best": one.step == stands.best} for one in run.checkpoints],
            "can_cancel": not run.ended and not run.trouble and run.away_since is None,
        }


def _texts(probes: Iterable[str]) -> list[str]:
    texts = [probes] if isinstance(probes, str) else list(probes)
    for text in texts:
        if not isinstance(text, str):
            raise InputError(f"The probe {text!r:.60} is not a text. Give prompts: probes=['Where is my parcel?']")
    return texts


def _shown(answer: str | None) -> str:
    return "…" if answer is None else answer or "no text"


def _rounded(points: list[tuple[str, int, float]]) -> list[tuple[str, int, float]]:
    """Five digits are more than a screen shows."""
    return [(name, step, float(f"{value:.5g}")) for name, step, value in points]


def _wire(place: int, column: Any) -> dict[str, Any]:
    return {"place": place, "title": column.title, "model": column.model, "answers": column.answers}
