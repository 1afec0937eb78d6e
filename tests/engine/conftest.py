"""A tiny base for quick tests, and the pretrained one for the slow ones."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import pytest
from numpy.typing import NDArray

from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.config import Config
from ftwidgets.bases.fetch import fetch
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.engine import adapters, network, weights
from ftwidgets.home import home


class Model(NamedTuple):
    folder: Path
    config: Config
    weights: weights.Weights
    tokenizer: Tokenizer
    template: ChatTemplate


@partial(jax.jit, static_argnames="config")
def _all_logits(weights: Any, adapter: Any, ids: Any, length: Any, config: Config) -> Any:
    return network.logits(weights, network.hidden(weights, adapter, ids, length, config))


def logits(model: "Model", ids: list[int], adapter: adapters.Adapter | None = None) -> NDArray[Any]:
    """The scores (T, V) after each of `ids`."""
    room = -(-len(ids) // 64) * 64
    rows = np.array([ids + [0] * (room - len(ids))], np.int32)
    scores = _all_logits(model.weights, adapter or {}, rows, np.array([len(ids)]), model.config)
    return np.asarray(scores)[: len(ids)]


def opened(folder: Path) -> Model:
    config, tokenizer = Config.read(folder), Tokenizer(folder)
    return Model(folder, config, weights.load(folder, config), tokenizer, ChatTemplate(tokenizer))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return opened(fetch("random-tiny", tmp_path_factory.mktemp("bases")))


@pytest.fixture(scope="session")
def pretrained() -> Model:
    return opened(fetch(DEFAULT, home() / "bases"))
