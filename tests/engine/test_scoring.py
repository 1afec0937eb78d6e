from __future__ import annotations

import numpy as np
import pytest

from ftwidgets.engine.scoring import ROWS, score

from .conftest import Model, logits


@pytest.mark.parametrize("size", [1, 2, ROWS + 1, ROWS + 2, 70])
def test_each_token_has_the_log_probability_that_the_network_gives_it(tiny: Model, size: int) -> None:
    ids = [int(n) for n in np.random.default_rng(size).integers(3, tiny.config.vocabulary, size)]
    scored = list(score(tiny.weights, tiny.config, ids, top=2))
    assert [token.id for token in scored] == ids[1:]
    scores = logits(tiny, ids)
    for before, token in enumerate(scored):
        logs = scores[before] - np.logaddexp.reduce(scores[before])
        assert token.logprob == pytest.approx(logs[token.id], abs=1e-4)
        assert [logprob for _, logprob in token.top] == pytest.approx(sorted(logs)[:-3:-1], abs=1e-4)
