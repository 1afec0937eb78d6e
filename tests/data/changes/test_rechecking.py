"""The check again, after a change: the same as from the beginning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Dataset, Findings, check, load
from ftwidgets.data.changes.fixing import fix
from ftwidgets.data.changes.rechecking import rechecked, relooked, row_hits
from ftwidgets.data.checks import text_sieve
from ftwidgets.data.loading import lines_of
from ftwidgets.data.rules.samples import CHAT, PAIR, PREFERENCE
from ftwidgets.data.source import Memory
from ftwidgets.errors import InputError
from tests.data.changing import histories
from tests.data.faulty import MANY, few


def same(one: Findings, other: Findings) -> None:
    """Equal hits, facts and terms, and so equal words."""
    assert one.hits.tolist() == other.hits.tolist()
    assert list(map(str, one)) == list(map(str, other))
    for mine, theirs in zip(one.surveys, other.surveys, strict=True):
        assert mine.terms == theirs.terms
        assert [column.tolist() for column in mine.facts] == [column.tolist() for column in theirs.facts]
        assert [column.dtype for column in mine.facts] == [column.dtype for column in theirs.facts]


@few
@given(states=histories(MANY), draw=st.data())
def test_a_check_after_changes_is_the_check_of_what_they_made(states: list[Dataset], draw: st.DataObject) -> None:
    before, after = (draw.draw(st.sampled_from(states)) for _ in range(2))
    same(rechecked(check(before), after), check(after))


@few
@given(data=MANY)
def test_a_check_after_fixes_and_after_their_undoing_is_the_same(data: Dataset) -> None:
    findings = check(data)
    fixed = fix(data)
    same(rechecked(findings, fixed), check(fixed))
    same(rechecked(rechecked(findings, fixed), data), findings)


@few
@given(data=MANY, draw=st.data())
def test_a_check_of_rows_taken_in_whatever_order_and_of_other_data_is_the_same(
    data: Dataset, draw: st.DataObject
) -> None:
    places = draw.draw(st.lists(st.integers(0, len(data) - 1))) if len(data) else []
    part, other = data.take(places), draw.draw(MANY)
    same(rechecked(check(data), part), check(part))
    same(rechecked(check(data), other), check(other))


@few
@given(train=histories(MANY, 3), validation=histories(MANY, 3))
def test_several_files_are_checked_again_together(train: list[Dataset], validation: list[Dataset]) -> None:
    found = check(train[0], validation[0])
    same(rechecked(found, train[-1], validation[-1]), check(train[-1], validation[-1]))


def test_where_the_first_example_has_another_format_now_all_is_looked_at_anew() -> None:
    data = load([PREFERENCE, PAIR, *([CHAT] * 10)])
    for after in (data.without(1), data.without([1, 2]), data.without(range(1, 13))):
        same(rechecked(check(data), after), check(after))


def test_the_terms_that_were_given_stay() -> None:
    data = load([PREFERENCE, *([CHAT] * 3)])
    found = check(data, fewest=1, method="supervised", n_epochs=3)
    same(rechecked(found, data.without(1)), check(data.without(1), fewest=1, method="supervised", n_epochs=3))


class Counted(Memory):
    """Bytes in memory, and how many of them were read."""

    seen = 0

    def read(self, offset: int, length: int) -> bytes:
        self.seen += length
        return super().read(offset, length)


def test_only_the_rows_that_were_changed_are_looked_at() -> None:
    source = Counted(load([CHAT] * 3000).to_bytes())
    data = lines_of(source, "rows")
    found = check(data, texts=False)
    after = data.edited(7, PAIR).without([1, 2]).added([CHAT])
    source.seen = 0
    look, _ = relooked(found.surveys[0], row_hits(found.hits), after, sieve=text_sieve())
    assert len(look.hits) == 1
    assert source.seen == 0


def test_each_of_the_data_sets_that_were_checked_is_needed() -> None:
    with pytest.raises(InputError, match="2 data sets were checked, and 1 given"):
        rechecked(check([CHAT], [CHAT]), load([CHAT]))
