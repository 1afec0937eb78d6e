"""Diffs: which rows differ, in words, as a page, as a table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Dataset, load
from ftwidgets.data.changes.diff import Diff
from tests.data.changes.test_change import numbered
from tests.data.changing import DATA, histories


@given(states=histories(DATA))
def test_a_diff_has_each_row_that_was_changed_dropped_or_added_and_no_other(states: list[Dataset]) -> None:
    one, other = states[0], states[-1]
    before, after = ({row.number: row.raw for row in data.rows} for data in (one, other))
    expected = [
        (line, before.get(line), after.get(line))
        for line in sorted(before | after)
        if before.get(line) != after.get(line)
    ]
    assert [(change.line, change.before, change.after) for change in other.diff()] == expected
    assert len(other.diff()) == len(expected)


@given(one=st.lists(st.integers(0, 5), max_size=12), other=st.lists(st.integers(0, 5), max_size=12))
def test_a_diff_of_any_two_data_sets_has_what_is_only_in_one_of_them(one: list[int], other: list[int]) -> None:
    first, second = (load([{"n": n} for n in rows]) for rows in (one, other))
    changes = list(Diff(first, second))
    rest = first.to_bytes().splitlines()
    for change in changes:
        if change.before is not None:
            rest.remove(change.before)
    assert sorted([*rest, *(change.after for change in changes if change.after is not None)]) == sorted(
        second.to_bytes().splitlines()
    )
    assert all(change.before != change.after for change in changes)


def test_a_row_in_the_midst_that_differs_is_one_change_of_any_two_data_sets() -> None:
    one = load([{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}])
    other = load([{"n": 1}, {"n": "two"}, {"n": "more"}, {"n": 3}])
    assert str(Diff(one, other)).splitlines() == [
        "1 row changed, 1 row removed, 1 row added.",
        "Line 2 changed",
        '- {"n":2}',
        '+ {"n":"two"}',
        "Line 3 added",
        '+ {"n":"more"}',
        "Line 4 removed",
        '- {"n":4}',
    ]


def test_a_diff_is_told_in_words() -> None:
    data = numbered(9).edited(2, {"n": "two"}).without(3).added([{"n": 10}])
    assert str(data.diff()).splitlines() == [
        "1 row changed, 1 row removed, 1 row added.",
        "Line 2 changed: by hand",
        '- {"n":2}',
        '+ {"n":"two"}',
        "Line 3 removed: by hand",
        '- {"n":3}',
        "Line 10 added: by hand",
        '+ {"n":10}',
    ]
    assert repr(data.diff()) == str(data.diff())


SPACED = b'{"n": "a", "m":  "\\u00e9"}'


def test_a_diff_marks_the_values_that_differ_and_not_how_they_are_written() -> None:
    data = load(SPACED + b"\n").edited(1, b'{"n":"b","m":"\xc3\xa9"}')
    assert str(data.diff()).splitlines()[1:] == [
        "Line 1 changed: by hand",
        '- {"n":"a","m":"é"}',
        '+ {"n":"b","m":"é"}',
    ]
    ((_, before), (_, after)) = data.diff()[0].sides
    assert [part.text for part in [*before, *after] if part.changed] == ["a", "b"]
    assert (data.diff()[0].before, data.diff().frame["before"][0]) == (SPACED, SPACED.decode())


def test_a_row_of_which_only_the_writing_differs_is_said_to_be_so() -> None:
    diff = load(SPACED + b"\n").edited(1, b'{"n":"a","m":"\xc3\xa9"}').diff()
    words = "Line 1 changed: by hand (only how it is written: it says the same)"
    assert str(diff).splitlines() == ["1 row changed.", words]
    assert "<mark>" not in diff._repr_html_()
    assert f"<b>{words}</b></div>" in diff._repr_html_()


def test_a_line_that_cannot_be_read_is_shown_as_it_came() -> None:
    diff = load(b'{"n": 1\n').edited(1, b'{"n": 1}').diff()
    assert str(diff).splitlines()[1:] == ["Line 1 changed: by hand", '- {"n": 1', '+ {"n":1}']


def test_what_was_changed_back_is_no_difference() -> None:
    data = numbered(3).edited(2, {"n": "two"}).edited(2, {"n": 2}).added([{}]).without(4).reviewed(1)
    assert str(data.diff()) == "No row differs."
    assert list(data.diff()) == data.diff()[:] == []


def test_a_diff_as_a_page_marks_the_words_and_shows_no_markup_of_the_data() -> None:
    data = load([{"n": "a <b> c"}]).edited(1, {"n": "a <i> c"})
    page = data.diff()._repr_html_()
    assert "&lt;<mark>b</mark>&gt;" in page.replace(" </mark>", "</mark> ")
    assert "&lt;<mark>i</mark>&gt;" in page.replace(" </mark>", "</mark> ")
    assert "<b>Line 1 changed: by hand</b>" in page


def test_a_long_diff_shows_its_beginning_and_says_how_much_more_there_is() -> None:
    data = numbered(50).without(range(1, 31))
    assert str(data.diff()).endswith("… and 10 more rows")
    assert data.diff()._repr_html_().endswith("<p>… and 10 more rows</p>")
    assert len(data.diff()) == 30
    assert data.diff()[-1].line == 30


def test_a_diff_as_a_table_has_a_row_a_change() -> None:
    frame = numbered(4).edited(2, b"{ \xff").without(3).diff().frame
    assert list(frame.columns) == ["line", "before", "after", "step"]
    assert frame["line"].tolist() == [2, 3]
    assert frame["before"].tolist() == ['{"n":2}', '{"n":3}']
    assert frame["after"][0] == "{ \\xff" and frame["after"].isna().tolist() == [False, True]


def test_a_part_of_a_data_set_differs_by_the_rows_that_were_not_taken() -> None:
    data = numbered(6)
    assert [change.line for change in Diff(data, data[2:4])] == [1, 2, 5, 6]
