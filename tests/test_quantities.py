import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.quantities import about, amount, count, duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under 1 s"),
        (0.4, "under 1 s"),
        (1, "1 s"),
        (23.7, "24 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (77, "1 min 20 s"),
        (119, "2 min"),
        (594, "9 min 50 s"),
        (597, "10 min"),
        (720, "12 min"),
        (3569, "59 min"),
        (3590, "1 h"),
        (5000, "1 h 25 min"),
        (100_000, "27 h 45 min"),
        (36_000_000, "10,000 h"),
    ],
)
def test_a_duration_is_told_with_the_digits_that_mean_something(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@given(st.floats(1, 1e7))
def test_a_duration_in_words_is_the_duration_up_to_a_tenth(seconds: float) -> None:
    unit = {"s": 1, "min": 60, "h": 3600}
    parts = re.findall(r"([\d,]+) (s|min|h)\b", duration(seconds))
    told = sum(int(number.replace(",", "")) * unit[name] for number, name in parts)
    assert abs(told - seconds) <= max(0.51, 0.09 * seconds)
    assert "60" not in [number for number, _ in parts]


def test_a_count_has_commas_and_its_noun_in_the_right_number() -> None:
    assert [count(61_204), count(1, "row"), count(2_000, "row"), count(0, "step")] == [
        "61,204",
        "1 row",
        "2,000 rows",
        "0 steps",
    ]


def test_what_is_only_known_roughly_has_two_digits() -> None:
    assert [about(x) for x in (642.7, 7.32, 12_345, 0.123, 99.6, 0)] == ["640", "7.3", "12,000", "0.12", "100", "0"]


@pytest.mark.parametrize(
    ("dollars", "words"),
    [(0, "$0"), (0.004, "under $0.01"), (0.38, "$0.38"), (4.5, "$4.50"), (99.994, "$99.99"), (1240.4, "$1,240")],
)
def test_dollars_in_words(dollars: float, words: str) -> None:
    assert amount(dollars) == words
