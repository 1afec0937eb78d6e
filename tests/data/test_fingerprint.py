"""Fingerprints: equal for equal content, and told apart where data or split are others."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Dataset, load
from ftwidgets.data.fingerprint import content_hashes, split_fingerprint
from ftwidgets.errors import InputError
from tests.data.changing import DATA
from tests.data.examples import JSON

ROWS = [{"n": n} for n in range(20)]


@given(data=DATA, draw=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_not_in_the_fingerprint_and_their_number_is(data: Dataset, draw: Any) -> None:
    shuffled = list(range(len(data)))
    draw.shuffle(shuffled)
    assert data.take(shuffled).fingerprint == data.fingerprint
    if len(data):
        assert data.take([*shuffled, 0]).fingerprint != data.fingerprint


@given(
    value=st.dictionaries(st.text(max_size=5).map(lambda t: t.encode("utf-8", "replace").decode()), JSON, max_size=4)
)
def test_the_order_of_the_keys_and_the_spaces_are_not_in_the_fingerprint(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    one, other = load([value]), load(orjson.dumps(turned, option=orjson.OPT_INDENT_2).replace(b"\n", b" "))
    assert one.fingerprint == other.fingerprint
    assert content_hashes(one, 3).tolist() == content_hashes(other, 3).tolist()


def test_an_unreadable_row_is_not_taken_for_a_readable_one() -> None:
    assert load(b"{").fingerprint != load([{}]).fingerprint != load(b"").fingerprint


def test_a_split_that_was_noted_is_found_again() -> None:
    data = load(ROWS)
    noted = split_fingerprint(data.split(seed=7))
    assert len(noted) == 25
    for expect in (noted, noted.upper(), noted[:12], data.fingerprint, data.fingerprint[:6]):
        assert len(data.split(seed=7, expect=expect)) == 2


def test_a_split_that_is_another_is_told() -> None:
    data = load(ROWS)
    noted = split_fingerprint(data.split(seed=7))
    with pytest.raises(InputError, match="The data are the same, the split is another"):
        data.split(seed=8, expect=noted)
    with pytest.raises(InputError, match="not those that were split before"):
        data.edited(3, {"n": "three"}).split(seed=7, expect=noted)
    with pytest.raises(InputError, match="not those that were split before"):
        data.without(3).split(seed=7, expect=data.fingerprint)


@pytest.mark.parametrize("expect", ["", "abc", "seven-eight", "a1b2c3-", "a1b2c3-xyz"])
def test_what_is_no_fingerprint_is_told(expect: str) -> None:
    with pytest.raises(InputError, match=r"no fingerprint|not those"):
        load(ROWS).split(expect=expect)
