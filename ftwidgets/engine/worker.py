"""The process that trains one job: reads its order, says what happens, and ends when its input closes.

Run as `python -m ftwidgets.engine.worker`. The order is one line, the fields of `Order`; any further line tells it to
pause. What it says are lines with a `kind`: `started`, `step`, `checkpoint`, `paused`, `done`, or `failed` with a
sentence.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.data import jsonl
from ftwidgets.effort import Share, effort
from ftwidgets.engine import adapters, lines, weights
from ftwidgets.engine.compiled import keep_programs
from ftwidgets.engine.examples import Example, longest, pair, shortened, teaches, tokens
from ftwidgets.engine.meter import Measured, Meter
from ftwidgets.engine.training import Checkpoint, Recipe, Step, is_begun, train
from ftwidgets.errors import FtwidgetsError, InputError


@dataclass(frozen=True)
class Order:
    """What to train: folders and files as paths, and the learner's choices as in `Recipe`.

    With a `beta`, the files hold preferences. `asked_at` is when the order was given, in seconds since 1970.
    """

    base: str
    training_file: str
    validation_file: str | None
    adapter: str | None
    folder: str
    compiled: str
    epochs: int
    batch_size: int
    learning_rate_multiplier: float
    seed: int
    asked_at: float
    beta: float | None = None


class Halt:
    """The order to pause: heard at any time, obeyed after a step, or at once where none has been taken."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.begun = False

    def ask(self, _: object) -> None:
        """Called with the line that asks for it."""
        self._asked.set()
        if not self.begun:  # nothing would be lost, and to read the files may take long
            lines.say(kind="paused", step=None, path=None)
            os._exit(0)

    def is_asked(self) -> bool:
        """Whether to stop after this step."""
        return self._asked.is_set()


def main() -> None:
    """Train the job whose order comes on standard input."""
    heard = lines.hear()
    if heard is None:
        return
    order, halt = Order(**heard), Halt()
    lines.listen(halt.ask)
    lines.step_back(lines.TRAINING)
    try:
        _train(order, halt)
    except FtwidgetsError as error:
        lines.say(kind="failed", message=str(error))


def _train(order: Order, halt: Halt) -> None:
    base = Path(order.base)
    config = Config.read(base)
    template = ChatTemplate(Tokenizer(base))
    pairs = order.beta is not None
    whole, watched = (rendered(template, path, pairs=pairs) for path in (order.training_file, order.validation_file))
    examples = learnable([shortened(example, config.context) for example in whole], config.context)
    validation = [example for example in (shortened(one, config.context) for one in watched) if teaches(example)]
    keep_programs(Path(order.compiled))
    recipe = Recipe(order.epochs, order.batch_size, order.learning_rate_multiplier, order.seed, order.beta)
    start = adapters.load(Path(order.adapter), config) if order.adapter else None
    base_weights = weights.load(base, config)
    lines.say(
        kind="started",
        examples=len(whole),
        cut=sum(longest(example) > config.context for example in whole),
        left_out=len(whole) - len(examples),
        unwatched=len(watched) - len(validation),
    )
    meter = _meter(order, examples, validation)
    told = train(
        base_weights,
        config,
        examples,
        validation,
        recipe,
        folder=Path(order.folder),
        adapter=start,
        pausing=halt.is_asked,
    )
    for event in told:
        halt.begun = True
        if isinstance(event, Step):
            _refuse_divergence(event, order)
            lines.say(kind="step", **asdict(event))
            if meter:
                meter.step()
        elif isinstance(event, Checkpoint):
            if meter:
                meter.keep()
            lines.say(kind="checkpoint", step=event.step, path=str(event.path))
        else:
            lines.say(kind="paused", step=event.step, path=str(event.path) if event.path else None)
            return
    lines.say(kind="done", trained_tokens=sum(map(tokens, examples)) * order.epochs)


def _meter(order: Order, examples: Sequence[Example], validation: Sequence[Example]) -> Meter | None:
    """What measures this job's speed; nothing does where the job goes on after an earlier process.

    Nor where it learns from pairs: their tokens cost more, as the reference reads them too, and rates are of chats.
    """
    if is_begun(Path(order.folder)) or order.beta is not None:
        return None
    work = effort(_share(examples), _share(validation), n_epochs=order.epochs, batch_size=order.batch_size)
    measured = Measured(Path(order.folder).name, Path(order.base).name, order.batch_size, work, order.asked_at)
    return Meter(measured, Path(order.compiled))


def _share(examples: Sequence[Example]) -> Share:
    return Share(len(examples), sum(map(tokens, examples)))


def _refuse_divergence(step: Step, order: Order) -> None:
    if not math.isfinite(step.train_loss):
        raise InputError(
            f"At step {step.step} the loss is no number any more: the training has diverged. "
            f"Lower the learning rate multiplier, which is {order.learning_rate_multiplier:g}."
        )


def rendered(template: ChatTemplate, path: str | None, *, pairs: bool = False) -> list[Example]:
    """The examples of a file as ids and masks; none where there is no file."""
    rows = jsonl(Path(path)) if path else ()
    return [pair(template, row) if pairs else template.example(row) for row in rows]


def learnable(examples: list[Example], context: int) -> list[Example]:
    """The examples in which, after the cut, there is still something to learn.

    Raises:
        InputError: it is none of them.
    """
    left = [example for example in examples if teaches(example)]
    if not left:
        raise InputError(
            f"Every example is longer than the model's context of {context} tokens before its answer begins: "
            "nothing is left to learn. Shorten the prompts."
        )
    return left


if __name__ == "__main__":
    main()
