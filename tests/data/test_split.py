"""Splits: nothing lost, nothing repeated, groups together, labels in proportion, and frozen ones that stay."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ftwidgets.data import Dataset, load
from ftwidgets.data.labels import answer_of
from ftwidgets.errors import InputError

SHARE = st.sampled_from([0.0, 0.1, 0.2, 0.25, 1 / 3])
SEED = st.integers(0, 1000)
WAYS = st.fixed_dictionaries(
    {"validation": SHARE, "test": SHARE, "seed": SEED},
    optional={"frozen": st.booleans(), "groups": st.just("duplicates")},
)


def labelled(answers: list[str]) -> Dataset:
    return load([{"prompt": str(n), "completion": answer} for n, answer in enumerate(answers)])


def contents(data: Dataset) -> list[bytes]:
    return list(data.raws())


def parts_of(data: Dataset, **ways: Any) -> tuple[Dataset, ...]:
    try:
        return data.split(**ways)
    except InputError as refused:
        assert "nothing to train on" in str(refused)
        assume(False)
        raise


def numbers(data: Dataset) -> list[int]:
    return data.index.number.tolist()


def answers(data: Dataset) -> Counter[str | None]:
    return Counter(map(answer_of, data))


@given(values=st.lists(st.integers(0, 20), max_size=50), ways=WAYS)
def test_no_split_loses_or_repeats_a_row_or_changes_the_order(values: list[int], ways: dict[str, Any]) -> None:
    parts = parts_of(load([{"n": value} for value in values]), **ways)
    assert sorted(row for part in parts for row in numbers(part)) == list(range(1, len(values) + 1))
    assert all(numbers(part) == sorted(numbers(part)) for part in parts)
    assert len(parts) == (3 if ways["test"] else 2)


def test_a_split_is_the_one_that_it_was_before_there_were_other_ways() -> None:
    data = load([{"n": n} for n in range(30)])
    order = np.random.default_rng(7).permutation(30)
    train, validation, test = data.split(0.2, 0.1, 7)
    assert [[example["n"] for example in part] for part in (validation, test, train)] == [
        sorted(order[:6].tolist()),
        sorted(order[6:9].tolist()),
        sorted(order[9:].tolist()),
    ]


# Groups


@given(groups=st.lists(st.integers(-1, 8), min_size=1, max_size=60), validation=SHARE, test=SHARE, seed=SEED)
def test_the_rows_of_a_group_stay_together(groups: list[int], validation: float, test: float, seed: int) -> None:
    data = load([{"n": n} for n in range(len(groups))])
    parts = parts_of(data, validation=validation, test=test, seed=seed, groups=groups)
    held = [{groups[n - 1] for n in numbers(part)} - {-1} for part in parts]
    assert sum(map(len, held)) == len(set(groups) - {-1})
    for part, share in zip(parts[1:], (validation, test), strict=False):
        missing = round(len(groups) * share) - len(part)
        assert missing >= 0
        sizes = Counter(groups[n - 1] if groups[n - 1] >= 0 else -n for n in numbers(parts[0]))
        assert all(size > missing for size in sizes.values())


@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=40), seed=SEED, frozen=st.booleans())
def test_exact_duplicates_stay_together_where_groups_are_asked_for(values: list[int], seed: int, frozen: bool) -> None:
    data = load([{"n": value, "a": 0} if n % 2 else {"a": 0, "n": value} for n, value in enumerate(values)])
    parts = parts_of(data, validation=0.3, test=0.2, seed=seed, groups="duplicates", frozen=frozen)
    held = [{example["n"] for example in part} for part in parts]
    assert sum(map(len, held)) == len(set(values))


def test_groups_are_joined_by_the_duplicates_between_them() -> None:
    data = load([{"n": n} for n in (1, 2, 2, 3, 3, 4)])
    groups = [10, 10, 11, 11, 12, 12]  # all of them hang together, link by link
    for seed in range(5):
        train, validation = data.split(0.5, seed=seed, groups=groups)
        assert (len(train), len(validation)) == (6, 0)


@pytest.mark.parametrize("groups", [[1, 2], "nonsense", [0.5, 1.0, 2.0], [[1, 2, 3]]], ids=str)
def test_what_are_no_groups_is_refused(groups: Any) -> None:
    with pytest.raises(InputError, match=r"one whole number a row|'duplicates'"):
        load([{"n": n} for n in range(3)]).split(groups=groups)


# Labels


@given(
    sizes=st.lists(st.integers(2, 40), min_size=1, max_size=5),
    validation=SHARE,
    test=SHARE,
    seed=SEED,
)
def test_a_stratified_part_has_of_each_label_its_share_within_a_row(
    sizes: list[int], validation: float, test: float, seed: int
) -> None:
    data = labelled([f"label {n}" for n, size in enumerate(sizes) for _ in range(size)])
    train, *others = parts_of(data, validation=validation, test=test, seed=seed, stratify=True)
    for label, size in answers(data).items():
        assert answers(train)[label] >= 1
        for part, share in zip(others, (validation, test), strict=False):
            assert answers(part)[label] < size * share + 1
            assert answers(part)[label] > size * share - 1 or answers(train)[label] == 1
    for part, share in zip(others, (validation, test), strict=False):
        assert len(part) <= round(len(data) * share)


def test_a_stratified_split_keeps_the_proportions() -> None:
    data = labelled((["spam"] * 1 + ["ham"] * 7) * 50 + ["rare", "rare"])
    train, validation, test = data.split(0.2, 0.1, seed=3, stratify=True)
    assert answers(validation) == {"ham": 70, "spam": 10}
    assert answers(test) == {"ham": 35, "spam": 5}
    assert answers(train) == {"ham": 245, "spam": 35, "rare": 2}


def test_answers_that_are_no_labels_cannot_be_stratified() -> None:
    with pytest.raises(InputError, match="10 rows have 10 different answers: no labels"):
        labelled([str(n) for n in range(10)]).split(stratify=True)
    with pytest.raises(InputError, match="Use one of the two"):
        labelled(["a"] * 10).split(stratify=True, frozen=True)


# Frozen


@given(
    values=st.sets(st.integers(0, 200), min_size=5, max_size=60),
    more=st.sets(st.integers(201, 400), max_size=20),
    gone=st.sets(st.integers(0, 200)),
    seed=SEED,
    draw=st.randoms(use_true_random=False),
)
def test_a_frozen_row_stays_where_it_is_whatever_comes_goes_or_moves(
    values: set[int], more: set[int], gone: set[int], seed: int, draw: Any
) -> None:
    later = [*(values - gone), *more]
    draw.shuffle(later)
    one, other = (
        parts_of(load([{"n": n} for n in rows]), validation=0.3, test=0.3, seed=seed, frozen=True)
        for rows in (sorted(values), later)
    )
    where = [{example["n"]: n for n, part in enumerate(parts) for example in part} for parts in (one, other)]
    for value in values - gone:
        assert where[0][value] == where[1][value]


@pytest.mark.parametrize("groups", [None, "duplicates", [n // 3 for n in range(3000)]], ids=["alone", "same", "threes"])
def test_the_shares_of_a_frozen_split_hold_on_average(groups: Any) -> None:
    parts = load([{"n": n} for n in range(3000)]).split(0.2, 0.1, seed=1, frozen=True, groups=groups)
    assert [len(part) for part in parts] == pytest.approx([2100, 600, 300], abs=90)


def test_another_seed_freezes_another_split_and_a_larger_validation_share_moves_no_row_into_the_test() -> None:
    data = load([{"n": n} for n in range(200)])
    one, other = (data.split(0.2, 0.2, seed=seed, frozen=True) for seed in (1, 2))
    assert contents(one[1]) != contents(other[1])
    larger = data.split(0.4, 0.2, seed=1, frozen=True)
    assert contents(larger[2]) == contents(one[2])
    assert set(contents(one[1])) < set(contents(larger[1]))


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_are_nearly_alike_stay_on_one_side(seed: int) -> None:
    days = ["Monday", "Tuesday", "Friday", "Sunday"]
    long = {day: " ".join(f"{day}{n}" for n in range(60)) for day in days}
    rows = [{"prompt": f"{long[day]} {word}", "completion": "Lost."} for day in days for word in ("a", "b", "c")]
    data = load(rows)
    for part in data.split(0.5, seed=seed, groups="near-duplicates"):
        lines = [row.number - 1 for row in part.rows]
        assert len(lines) == 6
        assert all(line // 3 * 3 + n in lines for line in lines for n in range(3))
