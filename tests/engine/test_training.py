import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.bases.chat import Rendered
from ftwidgets.engine.batches import GRID, Batches, choose_lengths
from ftwidgets.engine.training import Checkpoint, Recipe, Step, train

from .conftest import Model

Said = list[Step | Checkpoint]

RECIPE = Recipe(epochs=3, batch_size=4, learning_rate_multiplier=5.0, seed=3)


def rows(model: Model, count: int) -> list[Rendered]:
    """Examples that can be learned: each letter is answered with the next one."""
    letters = [chr(ord("a") + n % 25) for n in range(count)]
    pairs = [{"prompt": letter * (1 + n % 5), "completion": chr(ord(letter) + 1)} for n, letter in enumerate(letters)]
    return [model.template.example(pair) for pair in pairs]


def losses(said: Said) -> list[float]:
    return [event.train_loss for event in said if isinstance(event, Step)]


def run(model: Model, folder: Path, recipe: Recipe = RECIPE, *, stop_after: int | None = None) -> Said:
    examples = rows(model, 40)
    said = train(model.weights, model.config, examples, examples[:10], recipe, folder=folder)
    return list(islice(said, stop_after))


@pytest.fixture(scope="module")
def whole(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return run(tiny, tmp_path_factory.mktemp("whole"))


def test_every_step_is_told_once_and_every_epoch_ends_with_a_checkpoint(whole: Said) -> None:
    steps = [event for event in whole if isinstance(event, Step)]
    assert [step.step for step in steps] == list(range(1, 31))
    assert {step.total_steps for step in steps} == {30}
    assert [event.step for event in whole if isinstance(event, Checkpoint)] == [10, 20, 30]


def test_validation_is_measured_every_ten_steps_and_whole_at_an_epochs_end(whole: Said) -> None:
    steps = [event for event in whole if isinstance(event, Step)]
    assert [step.step for step in steps if step.valid_loss is not None] == [10, 20, 30]
    assert [step.step for step in steps if step.full_valid_loss is not None] == [10, 20, 30]


def test_it_learns(whole: Said) -> None:
    seen = losses(whole)
    assert seen[-1] < 0.9 * seen[0]
    assert sum(seen[-5:]) < 0.95 * sum(seen[:5])


@pytest.mark.slow
def test_the_same_seed_gives_the_same_losses_and_another_seed_others(tiny: Model, whole: Said, tmp_path: Path) -> None:
    assert losses(run(tiny, tmp_path / "same")) == losses(whole)
    other = Recipe(RECIPE.epochs, RECIPE.batch_size, RECIPE.learning_rate_multiplier, seed=4)
    assert losses(run(tiny, tmp_path / "other", other)) != losses(whole)


@pytest.mark.slow
@pytest.mark.parametrize("stop_after", [1, 12, 13, 25])
def test_stopped_anywhere_it_goes_on_with_the_losses_of_a_run_never_stopped(
    tiny: Model, whole: Said, tmp_path: Path, stop_after: int
) -> None:
    run(tiny, tmp_path, stop_after=stop_after)
    again = run(tiny, tmp_path)
    assert losses(again) == losses(whole)
    assert [event.step for event in again] == [event.step for event in whole]
    assert all(event.path.is_file() for event in again if isinstance(event, Checkpoint))


def test_without_validation_rows_nothing_is_said_of_them(tiny: Model, tmp_path: Path) -> None:
    one_epoch = Recipe(1, 4, 1.0, 0)
    said = list(train(tiny.weights, tiny.config, rows(tiny, 12), [], one_epoch, folder=tmp_path))
    steps = [event for event in said if isinstance(event, Step)]
    assert len(steps) == 3
    assert all(step.valid_loss is None and step.full_valid_loss is None for step in steps)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(
    sizes=st.lists(st.integers(2, 300), min_size=1, max_size=40), batch_size=st.integers(1, 9), seed=st.integers(0, 9)
)
def test_an_epoch_has_every_example_exactly_once(sizes: list[int], batch_size: int, seed: int) -> None:
    examples = [Rendered(tuple([n + 1] * size), tuple([0] * (size - 1) + [1])) for n, size in enumerate(sizes)]
    batches = Batches(examples, batch_size)
    seen = list(batches.epoch(seed, 0))
    assert len(seen) == len(batches)
    rows_seen = [
        int(row[0]) for batch in seen for row, length in zip(batch.ids, batch.lengths, strict=True) if length > 1
    ]
    assert sorted(rows_seen) == list(range(1, len(sizes) + 1))
    assert sum(int(batch.counts.sum()) for batch in seen) == len(sizes)
    for batch in seen:
        trained = [int(target) for target, count in zip(batch.targets, batch.counts, strict=True) if count]
        assert sorted(trained) == sorted(int(row[0]) for row, n in zip(batch.ids, batch.lengths, strict=True) if n > 1)


def test_few_row_lengths_are_kept_where_padding_is_cheap_and_more_where_it_is_dear() -> None:
    random_source = random.Random(0)
    sizes = [random_source.randint(20, 120) for _ in range(30)]
    assert len(choose_lengths(sizes, 1)) < len(choose_lengths(sizes * 50, 3))
    assert choose_lengths([5], 1) == [GRID[0]]
    assert max(choose_lengths([5, 900], 1)) >= 900
