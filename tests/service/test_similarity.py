from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.service.similarity import MEASURES, longest_common, words

SAID, WANTED = "the cat sat on the mat today", "the cat is on the mat today"

EXPECTED = {
    "fuzzy_match": 0.9454545454545454,
    "bleu": 0.488923022434901,
    "gleu": 0.5909090909090909,
    "rouge_1": 12 / 14,
    "rouge_2": 8 / 12,
    "rouge_3": 4 / 10,
    "rouge_4": 2 / 8,
    "rouge_5": 0.0,
    "rouge_l": 12 / 14,
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_the_published_one(name):
    """The values are those of RapidFuzz 3.14, NLTK 3.10 and rouge-score 0.1 on the same texts."""
    assert MEASURES[name](SAID, WANTED) == pytest.approx(EXPECTED[name], abs=1e-9)


@given(st.text(), st.text())
def test_every_measure_lies_between_nothing_and_the_same(one, other):
    for name, measure in MEASURES.items():
        assert 0 <= measure(one, other) <= 1 + 1e-9
        enough = len(words(one)) >= 5 and one.isascii() and one.replace(" ", "").isalpha()
        if enough:
            assert measure(one, one) == pytest.approx(1), name


@given(st.text("ab c", max_size=12), st.text("ab c", max_size=12))
def test_the_longest_common_row_is_that_of_the_table(one, other):
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    assert longest_common(one, other) == table[-1][-1]
