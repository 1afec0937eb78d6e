"""The learner's own prompts, answered by the base and by each checkpoint as it lands: how the answers change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import openai

from ftwidgets.run.client import sentence
from ftwidgets.run.run import Run

LONGEST_ANSWER = 32
"""Tokens: enough to see what kind of answer it is, little for the machine that trains meanwhile."""

AT_ONCE = 8
"""Prompts asked at the same time: the local engine answers them as one batch."""

ASK_AGAIN = 2.0
"""Seconds until a model that did not answer is asked again."""


@dataclass(frozen=True)
class Column:
    """One model's answers, in the order of the prompts; None where there is none yet."""

    title: str
    model: str
    answers: tuple[str | None, ...]


class Prober:
    """Asks in a daemon thread, and calls `heard` after each change of `columns`.

    The prompts are asked as the training rows are: after `system`, which is their own system message unless it is
    given. A model that is not reached is asked again; what a service refuses is shown in the place of the answer.
    """

    def __init__(
        self, run: Run, prompts: Sequence[str], heard: Callable[[], None], *, system: str | None = None
    ) -> None:
        self.prompts = tuple(prompts)
        self.system = system
        self.columns: list[Column] = []
        self._run = run
        self._heard = heard
        self._turn = threading.Event()
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin to ask."""
        if self.prompts:
            threading.Thread(target=self._ask_all, daemon=True, name=f"probe {self._run.id}").start()

    def look(self) -> None:
        """Ask what has come meanwhile: the run may have a new checkpoint."""
        self._turn.set()

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()
        self._turn.set()

    def _ask_all(self) -> None:
        self._read_system()
        while not self._closed.is_set():
            self._turn.clear()
            for title, model in self._models():
                if model not in [column.model for column in self.columns] and not self._closed.is_set():
                    self._ask(title, model)
            if self._finished():
                return
            self._turn.wait()

    def _models(self) -> list[tuple[str, str]]:
        run = self._run
        models = [("base", run.base_model), *((f"step {one.step}", one.model) for one in run.checkpoints)]
        if run.fine_tuned_model and len(models) == 1:  # a host that keeps no checkpoints
            models.append(("tuned", run.fine_tuned_model))
        return models

    def _finished(self) -> bool:
        asked = {column.model for column in self.columns}
        return self._run.ended and all(model in asked for _, model in self._models())

    def _ask(self, title: str, model: str) -> None:
        place = len(self.columns)
        self.columns.append(Column(title, model, (None,) * len(self.prompts)))
        self._heard()
        answers: list[str | None] = [None] * len(self.prompts)

        def ask(n: int) -> None:
            answers[n] = self._answer(model, self.prompts[n])

        for first in range(0, len(answers), AT_ONCE):  # in threads that keep no process from ending
            numbers = range(first, min(first + AT_ONCE, len(answers)))
            asking = [threading.Thread(target=ask, args=(n,), daemon=True) for n in numbers]
            for thread in asking:
                thread.start()
            for thread in asking:
                thread.join()
        self.columns[place] = Column(title, model, tuple(answers))
        self._heard()

    def _answer(self, model: str, prompt: str) -> str | None:
        while not self._closed.is_set():
            try:
                return self._said(model, prompt)
            except openai.APIStatusError as error:
                return f"no answer: {sentence(error)}"
            except openai.APIError:
                self._closed.wait(ASK_AGAIN)
            except Exception as error:  # another host's reply may be anything
                return f"no answer: {type(error).__name__}: {error}"
        return None

    def _said(self, model: str, prompt: str) -> str:
        system = [{"role": "system", "content": self.system}] if self.system else []
        reply = self._run.client.chat.completions.create(
            model=model,
            messages=[*system, {"role": "user", "content": prompt}],
            temperature=0,
            max_completion_tokens=LONGEST_ANSWER,
        )
        choice = reply.choices[0]
        text = (choice.message.content or "").strip()
        return f"{text}…" if text and choice.finish_reason == "length" else text

    def _read_system(self) -> None:
        """The training rows' own system message, as soon as the service tells it."""
        while self.system is None and not self._closed.is_set():
            try:
                self.system = self._run.system_message or ""
            except openai.APIError:
                self._closed.wait(ASK_AGAIN)
