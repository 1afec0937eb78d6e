"""The process that trains one job: reads its order, says what happens, and ends when its input closes.

Run as `python -m ftwidgets.engine.worker`. The order is one line, the fields of `Order`; what it says are lines with a
`kind`: `started`, `step`, `checkpoint`, `done`, or `failed` with a sentence.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from ftwidgets.bases.chat import ChatTemplate, Rendered
from ftwidgets.bases.config import Config
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.data import load
from ftwidgets.engine import adapters, lines, weights
from ftwidgets.engine.compiled import keep_programs
from ftwidgets.engine.training import Recipe, Step, train
from ftwidgets.errors import FtwidgetsError, InputError


@dataclass(frozen=True)
class Order:
    """What to train: folders and files as paths, and the learner's choices as in `Recipe`."""

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
    given = rendered(template, order.training_file, config.context)
    examples = learnable(given, config.context)
    watched = rendered(template, order.validation_file, config.context) if order.validation_file else []
    validation = [example for example in watched if any(example.mask)]
    keep_programs(Path(order.compiled))
    recipe = Recipe(order.epochs, order.batch_size, order.learning_rate_multiplier, order.seed)
    start = adapters.load(Path(order.adapter), config) if order.adapter else None
    base_weights = weights.load(base, config)
    cut = sum(len(example.ids) == config.context for example in given)
    lines.say(kind="started", examples=len(given), cut=cut, left_out=len(given) - len(examples))
    for event in train(base_weights, config, examples, validation, recipe, folder=Path(order.folder), adapter=start):
        if isinstance(event, Step):
            lines.say(kind="step", **asdict(event))
        else:
            lines.say(kind="checkpoint", step=event.step, path=str(event.path))
    lines.say(kind="done", trained_tokens=sum(len(example.ids) for example in examples) * order.epochs)


def rendered(template: ChatTemplate, path: str, context: int) -> list[Rendered]:
    """The examples of a file as ids and masks; those longer than the context are cut at the end, as OpenAI does."""
    whole = (template.example(example) for example in load(path).examples)
    return [Rendered(example.ids[:context], example.mask[:context]) for example in whole]


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
