import json
import math
from itertools import islice
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ftwidgets.bases.chat import Rendered
from ftwidgets.engine import adapters, network
from ftwidgets.engine.batches import Batch
from ftwidgets.engine.examples import Pair, pair, rows_of, shortened, teaches, tokens, trained
from ftwidgets.engine.loss import Supervised
from ftwidgets.engine.preference import PairBatches, Preference
from ftwidgets.engine.training import Checkpoint, Pause, Recipe, Step, learning_rate, train

from .conftest import Model

Said = list[Step | Checkpoint | Pause]

REFERENCE = json.loads((Path(__file__).parent / "preference_reference.json").read_text("utf-8"))

RECIPE = Recipe(epochs=3, batch_size=4, learning_rate_multiplier=5.0, seed=3, beta=0.1)


def rows(count: int) -> list[dict[str, Any]]:
    """Questions of letters, of which a short answer is preferred to a long one."""
    letters = [chr(ord("a") + n % 25) for n in range(count)]
    return [
        {
            "input": {"messages": [{"role": "user", "content": letter * (1 + n % 7)}]},
            "preferred_output": [{"role": "assistant", "content": letter}],
            "non_preferred_output": [{"role": "assistant", "content": f"{letter} {letter * 4} {letter}!"}],
        }
        for n, letter in enumerate(letters)
    ]


def pairs(model: Model, count: int = 18) -> list[Pair]:
    return [pair(model.template, row) for row in rows(count)]


def disturbed(model: Model, seed: int = 1) -> adapters.Adapter:
    """An adapter that changes something: its B is not zero."""
    random = np.random.default_rng(seed)
    start = adapters.start(model.config, seed)
    return jax.tree.map(lambda part: part + random.normal(0, 0.05, part.shape).astype(np.float32), start)


def run(model: Model, folder: Path, recipe: Recipe = RECIPE, *, stop_after: int | None = None, **options: Any) -> Said:
    examples = pairs(model)
    said = train(model.weights, model.config, examples, examples[:5], recipe, folder=folder, **options)
    return list(islice(said, stop_after))


def steps(said: Said) -> list[Step]:
    return [event for event in said if isinstance(event, Step)]


@pytest.fixture(scope="module")
def whole(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return run(tiny, tmp_path_factory.mktemp("whole"))


def test_both_answers_follow_the_same_input_and_only_they_are_trained(tiny: Model) -> None:
    asked = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]
    asked.append({"role": "user", "content": "Where?"})
    row = {
        "input": {"messages": asked},
        "preferred_output": [{"content": "Here."}],  # the role may be left out
        "non_preferred_output": [{"role": "assistant", "content": "There."}],
    }
    one = pair(tiny.template, row)
    start = tiny.template.prompt(asked)
    for side, text in ((one.chosen, "Here."), (one.rejected, "There.")):
        assert list(side.ids[: len(start)]) == start
        assert sum(side.mask[: len(start)]) == 0
        learned = [token for token, mark in zip(side.ids, side.mask, strict=True) if mark]
        assert learned == [*tiny.tokenizer.encode(text), tiny.tokenizer.eos]
    assert tokens(one) == len(one.chosen.ids) + len(one.rejected.ids)
    assert trained(one) == sum(one.chosen.mask) + sum(one.rejected.mask)


def test_a_pair_of_which_one_answer_is_cut_off_teaches_nothing(tiny: Model) -> None:
    one = pairs(tiny)[0]
    assert teaches(one)
    assert not teaches(shortened(one, one.chosen.mask.index(1)))
    assert isinstance(shortened(one, 8), Pair)


def test_the_preferred_answers_are_the_first_half_of_a_batch_and_each_pair_comes_once(tiny: Model) -> None:
    examples = pairs(tiny, 7)
    batches = PairBatches(examples, 3, 1, lambda batch: jnp.zeros(len(batch.ids)))
    seen = []
    for batch in batches.epoch(5, 0):
        assert batch.rows.ids.shape[0] == 6
        for n in range(3):
            chosen, rejected = (tuple(batch.rows.ids[row, : batch.rows.lengths[row]].tolist()) for row in (n, n + 3))
            if len(chosen) > 1:
                seen.append((chosen, rejected))
    assert sorted(seen) == sorted((one.chosen.ids, one.rejected.ids) for one in examples)


def test_the_reference_is_asked_once_about_each_pair(tiny: Model) -> None:
    asked: list[Batch] = []

    def refer(batch: Batch) -> Any:
        asked.append(batch)
        return jnp.arange(len(batch.ids), dtype=jnp.float32)

    batches = PairBatches(pairs(tiny, 10), 4, 3, refer)
    first = {batch.rows.ids.tobytes(): batch.reference for batch in batches.epoch(1, 0)}
    assert len(asked) == len(batches) == 3
    assert not np.isnan(batches.memory).any()
    again = {batch.rows.ids.tobytes(): batch.reference for batch in batches.epoch(1, 0)}
    assert all(np.array_equal(again[key], said) for key, said in first.items())
    assert len(list(batches.epoch(1, 1))) == 3
    assert len(asked) == 3


def straight(model: Model, adapter: adapters.Adapter, reference: adapters.Adapter, batch: Batch, beta: float) -> Any:
    """The DPO loss as the paper writes it, over all logits, and nothing else of the engine than its network."""

    def log_probabilities(part: adapters.Adapter) -> Any:
        x = network.hidden(model.weights, adapters.scaled(part), batch.ids, batch.lengths, model.config)
        said = jax.nn.log_softmax(x @ model.weights["head"].T.astype(jnp.float32))  # (N, V)
        own = said[batch.places, batch.targets] * batch.counts
        row = batch.places // batch.ids.shape[1]
        return jnp.stack([jnp.where(row == n, own, 0.0).sum() for n in range(len(batch.ids))])

    gain = log_probabilities(adapter) - jax.lax.stop_gradient(log_probabilities(reference))
    half = len(batch.ids) // 2
    present = jnp.array([float(batch.lengths[n] > 1) for n in range(half)])
    return (-jax.nn.log_sigmoid(beta * (gain[:half] - gain[half:])) * present).sum() / present.sum()


@pytest.mark.parametrize("count", [4, 3])
def test_the_loss_and_its_gradient_are_those_of_automatic_differentiation(tiny: Model, count: int) -> None:
    start, now = disturbed(tiny, 1), disturbed(tiny, 2)
    goal = Preference(start, tiny.weights, tiny.config, 0.3)
    (batch,) = goal.batches(pairs(tiny, count), 4).all()
    (loss, accuracy), gradient = goal.loss_and_gradient(now, tiny.weights, batch, tiny.config)
    scaled = jax.tree.map(jnp.asarray, adapters.scaled(now))

    def loss_of(by_scaled: adapters.Adapter) -> Any:
        part = {
            name: [b / (adapters.ALPHA / adapters.RANK) for b in value] if isinstance(value, list) else value
            for name, value in by_scaled.items()
        }
        return straight(tiny, part, start, batch.rows, 0.3)

    expected, slope = jax.value_and_grad(loss_of)(scaled)
    assert float(loss) == pytest.approx(float(expected), rel=1e-4)
    assert 0 <= float(accuracy) <= 1
    for own, other in zip(jax.tree.leaves(gradient), jax.tree.leaves(slope), strict=True):
        assert np.allclose(own, other, rtol=2e-3, atol=2e-3 * float(jnp.abs(other).max()))


def test_the_gradient_is_the_finite_difference_of_the_loss(tiny: Model) -> None:
    start, now = disturbed(tiny, 1), disturbed(tiny, 2)
    goal = Preference(start, tiny.weights, tiny.config, 0.5)
    (batch,) = goal.batches(pairs(tiny, 4), 4).all()
    _, gradient = goal.loss_and_gradient(now, tiny.weights, batch, tiny.config)
    by_own = adapters.scaled(gradient)  # the derivative by the adapter itself
    size = math.sqrt(sum(float((part**2).sum()) for part in jax.tree.leaves(by_own)))
    small = 1e-2 / size

    def moved(by: float) -> float:
        there = jax.tree.map(lambda part, slope: part + by * slope, now, by_own)
        return float(goal.loss_and_accuracy(there, tiny.weights, batch, tiny.config)[0])

    assert (moved(small) - moved(-small)) / (2 * small) == pytest.approx(size**2, rel=0.03)


def test_before_the_first_step_the_loss_is_log_2_and_the_accuracy_a_toss_up(whole: Said) -> None:
    first = steps(whole)[0]
    assert first.train_loss == pytest.approx(math.log(2), abs=1e-6)
    assert first.train_mean_token_accuracy == 0.5


def test_a_pair_of_two_equal_answers_has_the_loss_log_2_and_no_gradient(tiny: Model) -> None:
    row = rows(1)[0]
    one = pair(tiny.template, row | {"non_preferred_output": row["preferred_output"]})
    goal = Preference(disturbed(tiny, 1), tiny.weights, tiny.config, 0.1)
    (batch,) = goal.batches([one], 2).all()
    (loss, accuracy), gradient = goal.loss_and_gradient(disturbed(tiny, 2), tiny.weights, batch, tiny.config)
    assert (float(loss), float(accuracy)) == (pytest.approx(math.log(2), abs=1e-5), 0.5)
    assert max(float(jnp.abs(part).max()) for part in jax.tree.leaves(gradient)) < 1e-5


def test_it_learns_what_is_preferred(whole: Said) -> None:
    seen = steps(whole)
    assert seen[-1].train_loss < 0.9 * seen[0].train_loss
    assert seen[-1].train_mean_token_accuracy == 1.0
    assert seen[-1].full_valid_loss is not None
    assert seen[-1].full_valid_loss < math.log(2)
    assert seen[-1].full_valid_mean_token_accuracy == 1.0


def test_the_reference_is_the_model_that_the_job_starts_from(tiny: Model, tmp_path: Path) -> None:
    """Not the base, where the job goes on from an adapter: else the first loss would not be log 2."""
    first = run(tiny, tmp_path, stop_after=1, adapter=disturbed(tiny, 4))[0]
    assert isinstance(first, Step)
    assert first.train_loss == pytest.approx(math.log(2), abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("stop_after", [1, 6, 7, 12])
def test_stopped_anywhere_it_goes_on_with_the_losses_of_a_run_never_stopped(
    tiny: Model, whole: Said, tmp_path: Path, stop_after: int
) -> None:
    run(tiny, tmp_path, stop_after=stop_after)
    assert steps(run(tiny, tmp_path)) == steps(whole)


@pytest.mark.parametrize("at", [2, 5, 9])
def test_paused_anywhere_it_goes_on_with_the_losses_of_a_run_never_paused(
    tiny: Model, whole: Said, tmp_path: Path, at: int
) -> None:
    told: list[int] = []

    def pausing() -> bool:
        told.append(1)
        return len(told) == at + 1  # it is asked once before the first step

    said = run(tiny, tmp_path, pausing=pausing)
    assert isinstance(said[-1], Pause)
    assert said[-1].step == at
    assert steps(said) == steps(whole)[:at]
    assert steps(run(tiny, tmp_path)) == steps(whole)


def test_supervised_batches_hold_a_row_an_example(tiny: Model) -> None:
    (batch,) = Supervised().batches([one.chosen for one in pairs(tiny, 4)], 4).all()
    assert batch.ids.shape[0] == 4
    assert len(rows_of(pairs(tiny, 1)[0].chosen)) == 1


def against_the_reference(model: Model, folder: Path) -> list[tuple[Step, dict[str, float]]]:
    """Each step, and what TRL's trainer told of the same."""
    known, chosen = REFERENCE["bases"][model.folder.name], REFERENCE["recipe"]

    def row(one: dict[str, list[int]], answer: str) -> Rendered:
        return Rendered((*one["prompt_ids"], *one[answer]), (0,) * len(one["prompt_ids"]) + (1,) * len(one[answer]))

    examples = [Pair(row(one, "chosen_ids"), row(one, "rejected_ids")) for one in known["pairs"]]
    multiplier = chosen["rate"] / learning_rate(Recipe(1, 1, 1.0, 0, beta=chosen["beta"]))
    recipe = Recipe(chosen["steps"], len(examples), multiplier, chosen["seed"], beta=chosen["beta"])
    said = train(model.weights, model.config, examples, [], recipe, folder=folder)
    return list(zip(steps(list(said)), known["steps"], strict=True))


def test_the_losses_of_some_steps_are_those_of_trl(tiny: Model, tmp_path: Path) -> None:
    for here, there in against_the_reference(tiny, tmp_path):
        assert here.train_loss == pytest.approx(there["loss"], abs=2e-5)
        if here.step > 1:  # before, both answers have gained nothing, which TRL does not count as a half
            assert here.train_mean_token_accuracy == there["accuracy"]


@pytest.mark.slow
def test_the_losses_of_some_steps_on_the_pretrained_base_are_those_of_trl(pretrained: Model, tmp_path: Path) -> None:
    for here, there in against_the_reference(pretrained, tmp_path):
        assert here.train_loss == pytest.approx(there["loss"], abs=1e-3)
