"""The process that trains one job: reads its order, says what happens, and ends when its input closes.

Run as `python -m ftwidgets.engine.worker`. The order is one line, the fields of `Order`; what it says are lines with a
`kind`: `started`, `step`, `checkpoint`, `done`, or `failed` with a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ftwidgets.bases.chat import ChatTemplate, Rendered
from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.data import jsonl
from ftwidgets.effort import Share, effort
from ftwidgets.engine import adapters, lines, weights
from ftwidgets.engine.compiled import keep_programs
from ftwidgets.engine.meter import Measured, Meter
from ftwidgets.engine.training import Recipe, Step, is_begun, train
from ftwidgets.errors import FtwidgetsError, InputError


@dataclass(frozen=True)
class Order:
    """What to train: folders and files as paths, and the learner's choices as in `Recipe`.

    `asked_at` is when the order was given, in seconds since 1970.
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


def main() -> None:
    """Train the job whose order comes on standard input."""
    heard = lines.hear()
    if heard is None:
        return
    order = Order(**heard)
    lines.listen(lambda _: None)
    lines.step_back()
    try:
        _train(order)
    except FtwidgetsError as error:
        lines.say(kind="failed", message=str(error))


def _train(order: Order) -> None:
    base = Path(order.base)
    config = Config.read(base)
    template = ChatTemplate(Tokenizer(base))
    whole, watched = rendered(template, order.training_file), rendered(template, order.validation_file)
    examples = learnable([shortened(example, config.context) for example in whole], config.context)
    seen = [shortened(example, config.context) for example in watched]
    validation = [example for example in seen if any(example.mask)]
    keep_programs(Path(order.compiled))
    recipe = Recipe(order.epochs, order.batch_size, order.learning_rate_multiplier, order.seed)
    start = adapters.load(Path(order.adapter), config) if order.adapter else None
    base_weights = weights.load(base, config)
    lines.say(
        kind="started",
        examples=len(whole),
        cut=sum(len(example.ids) > config.context for example in whole),
        left_out=len(whole) - len(examples),
        unwatched=len(watched) - len(validation),
    )
    meter = _meter(order, examples, validation)
    for event in train(base_weights, config, examples, validation, recipe, folder=Path(order.folder), adapter=start):
        if isinstance(event, Step):
            _refuse_divergence(event, order)
            lines.say(kind="step", **asdict(event))
            if meter:
                meter.step()
        else:
            if meter:
                meter.keep()
            lines.say(kind="checkpoint", step=event.step, path=str(event.path))
    lines.say(kind="done", trained_tokens=sum(len(example.ids) for example in examples) * order.epochs)


def _meter(order: Order, examples: Sequence[Rendered], validation: Sequence[Rendered]) -> Meter | None:
    """What measures this job's speed; nothing does where the job goes on after an earlier process."""
    if is_begun(Path(order.folder)):
        return None
    work = effort(_share(examples), _share(validation), n_epochs=order.epochs, batch_size=order.batch_size)
    measured = Measured(Path(order.folder).name, Path(order.base).name, order.batch_size, work, order.asked_at)
    return Meter(measured, Path(order.compiled))


def _share(examples: Sequence[Rendered]) -> Share:
    return Share(len(examples), sum(len(example.ids) for example in examples))


def _refuse_divergence(step: Step, order: Order) -> None:
    if not math.isfinite(step.train_loss):
        raise InputError(
            f"At step {step.step} the loss is no number any more: the training has diverged. "
            f"Lower the learning rate multiplier, which is {order.learning_rate_multiplier:g}."
        )


def rendered(template: ChatTemplate, path: str | None) -> list[Rendered]:
    """The examples of a file as ids and masks; none where there is no file."""
    return [template.example(example) for example in jsonl(Path(path))] if path else []


def shortened(example: Rendered, context: int) -> Rendered:
    """The example, cut at the end where it is longer than the context, as OpenAI does."""
    return Rendered(example.ids[:context], example.mask[:context])


def learnable(examples: list[Rendered], context: int) -> list[Rendered]:
    """The examples in which, after the cut, there is still something to learn.

    Raises:
        InputError: it is none of them.
    """
    left = [example for example in examples if any(example.mask)]
    if not left:
        raise InputError(
            f"Every example is longer than the model's context of {context} tokens before its answer begins: "
            "nothing is left to learn. Shorten the prompts."
        )
    return left


if __name__ == "__main__":
    main()
