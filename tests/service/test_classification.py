"""The scores, held against their definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.service.classification import Classification
from ftwidgets.service.wire import WireError

CLASSES = st.sampled_from([" yes", " no", "?"])
JUDGED = st.lists(st.tuples(st.sampled_from([" yes", " no"]), CLASSES), min_size=1)
VALIDATED = {"compute_classification_metrics": True, "validation_file": "file-a"}


def f(judged, one, beta=1.0):
    """The F score by its definition in counts, as in van Rijsbergen's."""
    hits = sum(truth == answer == one for truth, answer in judged)
    false = sum(truth != one == answer for truth, answer in judged)
    missed = sum(truth == one != answer for truth, answer in judged)
    return (1 + beta**2) * hits / max(1e-9, (1 + beta**2) * hits + beta**2 * missed + false)


@given(JUDGED)
def test_the_scores_of_two_classes_are_those_of_their_definitions(judged):
    truth, answers = map(list, zip(*judged, strict=True))
    scores = Classification(positive_class=" yes", betas=(0.5, 2.0)).scores(truth, answers)
    right = [true for true, answer in judged if true == answer]
    assert scores == pytest.approx(
        {
            "accuracy": len(right) / len(judged),
            "precision": right.count(" yes") / max(1, answers.count(" yes")),
            "recall": right.count(" yes") / max(1, truth.count(" yes")),
            "auroc": None,
            "auprc": None,
            "f0.5": f(judged, " yes", 0.5),
            "f2.0": f(judged, " yes", 2.0),
        }
    )


@given(JUDGED)
def test_of_many_classes_each_counts_by_its_rows(judged):
    truth, answers = map(list, zip(*judged, strict=True))
    weighted = sum(f(judged, one) for one in truth) / len(truth)
    scores = Classification(n_classes=2).scores(truth, answers)
    assert scores["weighted_f1_score"] == pytest.approx(weighted)
    assert scores["accuracy"] == pytest.approx(sum(true == answer for true, answer in judged) / len(judged))


def test_spaces_around_an_answer_do_not_count():
    scores = Classification(n_classes=2).scores([" yes\n", " no\n"], [" yes", "no"])
    assert scores == {"accuracy": 1.0, "weighted_f1_score": 1.0}


@given(st.dictionaries(st.sampled_from(["classification_n_classes", "classification_positive_class"]), st.none()))
def test_nothing_is_classified_where_nothing_is_asked(body):
    assert Classification.of(body) is None
    assert Classification.of(body | {"compute_classification_metrics": False}) is None


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers())))
def test_any_value_is_taken_or_refused_with_a_sentence(value):
    for name in ("classification_n_classes", "classification_positive_class", "classification_betas"):
        try:
            asked = Classification.of(VALIDATED | {"classification_positive_class": "a", name: value})
        except WireError as error:
            assert error.status == 400
        else:
            assert asked is not None
            assert asked.wire()["compute_classification_metrics"] is True
