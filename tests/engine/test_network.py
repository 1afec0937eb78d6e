import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.engine import adapters, network
from ftwidgets.engine.batches import Batch
from ftwidgets.engine.loss import loss_and_accuracy

from .conftest import Model, logits

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text("utf-8"))
CLOSE = 2e-3
"""The reference's own two kernels differ by 2e-4; logits reach 40."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(REFERENCE["prompts"]))
def test_the_logits_are_those_of_the_hugging_face_implementation(pretrained: Model, name: str) -> None:
    prompt = REFERENCE["prompts"][name]
    scores = logits(pretrained, prompt["ids"])
    top = scores.max(axis=-1)
    log_sum_exp = top + np.log(np.exp(scores - top[:, None]).sum(axis=-1))
    assert np.abs(log_sum_exp - prompt["logsumexp"]).max() < CLOSE
    sure = np.array(prompt["margin"]) > 2 * CLOSE
    assert (scores.argmax(axis=-1) == prompt["argmax"])[sure].all()
    for last in prompt["last"]:
        here = scores[last["position"]]
        assert np.abs(here[last["top_ids"]] - last["top_logits"]).max() < CLOSE
        assert np.abs(here[REFERENCE["fixed_ids"]] - last["fixed_logits"]).max() < CLOSE


@pytest.mark.slow
def test_the_loss_of_a_batch_is_that_of_the_hugging_face_implementation(pretrained: Model) -> None:
    reference = REFERENCE["loss_batch"]
    ids, mask = np.array(reference["ids"], np.int32), np.array(reference["mask"])
    width = ids.shape[1]
    rows, columns = np.nonzero(mask)
    batch = Batch(
        ids,
        np.full(len(ids), width, np.int32),
        (rows * width + columns - 1).astype(np.int32),
        ids[rows, columns],
        np.ones(len(rows), np.float32),
    )
    start = adapters.start(pretrained.config, 0)
    loss, accuracy = loss_and_accuracy(start, pretrained.weights, batch, pretrained.config)
    assert abs(float(loss) - reference["loss"]) < 0.003
    assert 0 <= float(accuracy) <= 1


@settings(derandomize=True, deadline=None, max_examples=20)
@given(place=st.integers(0, 15), other=st.integers(3, 250))
def test_changing_a_token_leaves_the_logits_before_it_alone(tiny: Model, place: int, other: int) -> None:
    ids = list(range(40, 56))
    before = logits(tiny, ids)
    after = logits(tiny, [*ids[:place], other, *ids[place + 1 :]])
    assert np.array_equal(before[:place], after[:place])


def test_padding_changes_nothing(tiny: Model) -> None:
    ids = list(range(40, 50))
    padded = jnp.array([ids + [7] * 6])
    x = network.hidden(tiny.weights, {}, padded, jnp.array([len(ids)]), tiny.config)
    assert np.allclose(np.asarray(network.logits(tiny.weights, x))[: len(ids)], logits(tiny, ids), atol=1e-5)


def test_a_new_adapter_changes_nothing_yet_and_a_trained_one_does(tiny: Model) -> None:
    ids = list(range(40, 50))
    start = adapters.start(tiny.config, 1)
    assert np.allclose(logits(tiny, ids, adapters.scaled(start)), logits(tiny, ids), atol=1e-6)
    changed = {name: [b + 0.1 for b in value] if isinstance(value, list) else value for name, value in start.items()}
    assert not np.allclose(logits(tiny, ids, adapters.scaled(changed)), logits(tiny, ids), atol=1e-3)


def test_an_adapter_comes_back_from_its_file(tiny: Model, tmp_path: Path) -> None:
    start = adapters.start(tiny.config, 1)
    adapters.save(start, tmp_path / "adapter.safetensors")
    kept = adapters.load(tmp_path / "adapter.safetensors", tiny.config)
    ids = list(range(40, 50))
    assert np.array_equal(logits(tiny, ids, adapters.scaled(kept)), logits(tiny, ids, adapters.scaled(start)))
