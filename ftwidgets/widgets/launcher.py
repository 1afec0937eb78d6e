"""The Launcher: choose a model and the epochs, see how long the job takes on this machine, and start it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from html import escape
from typing import Any

import openai
import traitlets

from ftwidgets import page
from ftwidgets.errors import FtwidgetsError
from ftwidgets.run import Estimate, Run
from ftwidgets.run.client import Client
from ftwidgets.run.draft import Choice, Draft, about_epochs, choices, part_of
from ftwidgets.run.launching import Source
from ftwidgets.widgets.offer import proposals, stands, told
from ftwidgets.widgets.script import joined
from ftwidgets.widgets.widget import Widget

PATIENCE = 30.0
"""Seconds that a question to the service may take."""


class Launcher(Widget):
    """Starts a job with `train` and `validation`, and says before how many steps, tokens and minutes it will take.

    What is chosen is in `model`, `n_epochs` ("auto" or a number) and `rows` (None for all of the training rows); set
    in Python, the widget follows. `estimate` is what is known of the job, `run` the last one that was started. `code`
    is what the button does.

    Raises:
        InputError: there is no such file.
    """

    _esm = joined("launcher.js")

    model = traitlets.Unicode("smollm2-135m-instruct").tag(sync=True)
    n_epochs = traitlets.Union([traitlets.Int(min=1, max=50), traitlets.Enum(["auto"])], default_value="auto").tag(
        sync=True
    )
    rows = traitlets.Int(None, min=1, allow_none=True).tag(sync=True)
    sheet = traitlets.Dict().tag(sync=True)

    _unfollow: Callable[[], None] | None = None

    def __init__(self, client: Client, train: Source, validation: Source | None = None, **chosen: Any) -> None:
        self.client = client
        self.estimate: Estimate | None = None
        self.run: Run | None = None
        self._train = part_of(train, "train")
        self._validation = None if validation is None else part_of(validation, "validation")
        self._fault = ""
        self._busy = ""
        self._lock = threading.Lock()
        self._choices = self._listed()
        super().__init__(**chosen)
        self.on_msg(self._asked)
        self.observe(self._chosen, ["model", "n_epochs", "rows"])
        self.look()

    @property
    def draft(self) -> Draft:
        """What would be started now."""
        return Draft(self._train, self._validation, self.model, self.n_epochs, self.rows)

    @property
    def code(self) -> str:
        """What the button does, in Python."""
        return self.draft.code

    @property
    def title(self) -> str:
        """One line: the data, and how the job stands or how large it would be."""
        about = self.run.outcome if self.run else str(self.estimate or self._fault)
        return f"Launcher of {self._train.data.name}: {about}"

    def look(self) -> None:
        """Ask again how long the job would take."""
        self._looked = self.draft
        self._try(self._estimate)

    def measure(self) -> None:
        """Let the service measure how fast its machine trains the model, in a thread: that takes about 15 s."""
        self._later("measuring", self._measure)

    def start(self) -> None:
        """Upload the data and start the job; `run` is then its run."""
        self._busy = "starting"
        self._show()
        self._try(self._launch)

    def close(self) -> None:
        """Take the widget off the page; the job goes on."""
        self._leave()
        super().close()

    def twin(self) -> str:
        """The choices and the estimate as a table."""
        facts: dict[str, object] = {"model": self.model, "epochs": self.n_epochs, "rows": self.draft.size}
        if self.estimate:
            facts |= {"steps": f"{self.estimate.steps:,}", "time": self.estimate.time or self.estimate.unknown}
        if self.run:
            facts |= {"job": self.run.id, "status": self.run.status}
        name = f"<p><b>New job</b> {escape(self._train.data.name)}</p>"
        return name + page.facts(facts) + (page.paragraph(self._fault) if self._fault else "")

    def _listed(self) -> list[Choice]:
        try:
            return choices(self.client.with_options(timeout=PATIENCE, max_retries=0).models.list())
        except openai.APIError:
            return []  # the host does not list them: the id is typed

    def _chosen(self, _: Any) -> None:
        if self.draft != self._looked:  # a button may change two traits at once
            self.look()

    def _asked(self, _: Any, message: dict[str, Any], __: Any) -> None:
        """A button was pressed."""
        action = {"start": self.start, "measure": self.measure, "look": self.look}.get(message.get("kind", ""))
        pressed_twice = message.get("kind") == "start" and message.get("after") != (self.run.id if self.run else None)
        if action and not self._busy and not pressed_twice:
            action()

    def _later(self, busy: str, work: Callable[[], None]) -> None:
        self._busy = busy
        self._show()
        threading.Thread(target=self._try, args=(work,), daemon=True, name=busy).start()

    def _try(self, work: Callable[[], None]) -> None:
        """Do what may be refused; the refusal is a sentence in the widget."""
        self._fault = ""
        try:
            work()
        except FtwidgetsError as error:
            self._fault = str(error)
        except Exception as error:  # whatever it is, it is told where the learner looks
            self._fault = f"{type(error).__name__}: {error}"
        finally:
            self._busy = ""
            self._show()

    def _estimate(self) -> None:
        self.estimate = None
        self.estimate = self.draft.estimate(self.client.with_options(timeout=PATIENCE, max_retries=0))

    def _measure(self) -> None:
        self.draft.measure(self.client)
        self._estimate()

    def _launch(self) -> None:
        self.run = self.draft.launch(self.client)
        self._leave()
        self._unfollow = self.run.follow(self._heard)

    def _leave(self) -> None:
        """Listen to no run any more; also where there never was one, or no whole launcher."""
        if self._unfollow:
            self._unfollow()

    def _heard(self) -> None:
        """The run has gone on; at its end there is a new model, and a rate that was measured."""
        self._show()
        if self.run and self.run.ended:  # asked in a thread of its own: others wait to hear of the end, too
            threading.Thread(target=self._ask_anew, daemon=True, name="asking anew").start()

    def _ask_anew(self) -> None:
        self._choices = self._listed()
        with suppress(openai.APIError, FtwidgetsError):
            self._estimate()
        self._show()

    def _show(self) -> None:
        """Send what is to be seen; called from the threads that measure and follow, too."""
        with self._lock:
            self.sheet = self.snapshot()

    def snapshot(self) -> dict[str, Any]:
        """All that is to be seen, as plain values."""
        draft, estimate, run = self.draft, self.estimate, self.run
        return {
            "name": self._train.data.name,
            "size": draft.size,
            "models": [{"id": one.id, "about": one.about} for one in self._choices],
            "epochs_about": about_epochs(estimate, self.n_epochs),
            "epochs": estimate.n_epochs if estimate else None,
            "estimate": told(estimate, measurable=run is None or run.ended),
            "proposals": proposals(draft, estimate),
            "fault": self._fault,
            "busy": self._busy,
            "run": stands(run),
            "code": draft.code,
        }
