"""Wilson's interval, against published values and against its definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.evaluation.intervals import Z95, wilson


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0000),
    ],
)
def test_the_interval_has_the_published_values(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 10_000))
    return draw(st.integers(0, n)), n


@given(share=shares())
def test_its_ends_are_where_the_share_lies_z_deviations_away(share: tuple[int, int]) -> None:
    right, n = share
    for end in wilson(right, n):
        assert (right / n - end) ** 2 * n == pytest.approx(Z95**2 * end * (1 - end), abs=1e-9)


@given(share=shares())
def test_it_holds_the_share_and_lies_between_0_and_1(share: tuple[int, int]) -> None:
    right, n = share
    low, high = wilson(right, n)
    assert 0 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1


@given(share=shares())
def test_right_and_wrong_are_mirrored(share: tuple[int, int]) -> None:
    right, n = share
    low, high = wilson(n - right, n)
    assert wilson(right, n) == pytest.approx((1 - high, 1 - low))


def test_more_rows_make_it_narrower() -> None:
    widths = [high - low for low, high in (wilson(n // 2, n) for n in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


def test_without_rows_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
