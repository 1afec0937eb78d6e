"""What "auto" means: OpenAI's own rule for the epochs, our measured values for the rest."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.cost.hyperparameters import Hyperparameters, auto_epochs
from ftwidgets.errors import InputError


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [
        (0, 25),
        (1, 25),
        (3, 25),
        (4, 25),
        (5, 20),
        (10, 10),  # as recorded jobs of OpenAI's show
        (20, 5),
        (25, 4),
        (32, 3),
        (33, 3),
        (34, 3),
        (50, 3),
        (8_333, 3),
        (8_334, 2),
        (12_500, 2),
        (12_501, 1),
        (25_000, 1),
        (25_001, 1),
        (1_000_000, 1),
    ],
)
def test_the_number_of_epochs_follows_openais_rule(examples: int, epochs: int) -> None:
    assert auto_epochs(examples) == epochs


@given(examples=st.integers(1, 10**7))
def test_the_rule_is_the_cookbooks(examples: int) -> None:
    epochs = 3  # Chat_finetuning_data_prep.ipynb, with its names
    if examples * epochs < 100:
        epochs = min(25, 100 // examples)
    elif examples * epochs > 25_000:
        epochs = max(1, 25_000 // examples)
    assert auto_epochs(examples) == epochs


@given(n=st.integers(1, 10**6))
def test_more_examples_never_mean_more_epochs(n: int) -> None:
    assert auto_epochs(n + 1) <= auto_epochs(n)


def test_auto_is_decided_and_what_was_chosen_stays() -> None:
    assert Hyperparameters().resolved(10) == Hyperparameters(10, 8, 1.0)
    assert Hyperparameters(2, 4, 0.5).resolved(10) == Hyperparameters(2, 4, 0.5)


def test_on_the_wire_what_was_not_chosen_is_auto() -> None:
    assert Hyperparameters(n_epochs=2).wire() == {
        "n_epochs": 2,
        "batch_size": "auto",
        "learning_rate_multiplier": "auto",
    }


def test_what_a_person_chose_is_auto_or_a_whole_number() -> None:
    assert Hyperparameters.chosen() == Hyperparameters()
    assert Hyperparameters.chosen(3, "auto") == Hyperparameters(3)
    for value in (0, -1, 1.5, "3", None, True):
        words = re.escape(f"batch_size is {value!r}. Use 'auto' or a whole number from 1.")
        with pytest.raises(InputError, match=words):
            Hyperparameters.chosen(3, value)


def test_beta_is_a_dpo_jobs_alone_and_auto_is_the_usual_value() -> None:
    assert "beta" not in Hyperparameters().wire()
    asked = Hyperparameters(n_epochs=2, method="dpo")
    assert asked.wire()["beta"] == "auto"
    chosen = asked.resolved(40)
    assert chosen.wire() == {"n_epochs": 2, "batch_size": 8, "learning_rate_multiplier": 1.0, "beta": 0.1}
    decided = chosen.chosen_for(asked)
    assert [one.split("=")[0] for one in decided] == ["batch_size", "learning_rate_multiplier", "beta"]
    assert Hyperparameters(beta=0.5, method="dpo").resolved(40).beta == 0.5
