"""Changes: each gives another data set, keeps the numbers of the lines, and can be undone exactly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from ftwidgets.data import Dataset, load
from ftwidgets.data.changes.change import as_loaded
from ftwidgets.data.changes.steps import named
from ftwidgets.errors import InputError
from tests.data.changing import DATA, histories

DEEP: Any = []
for _ in range(10_000):
    DEEP = [DEEP]


def numbered(n: int) -> Dataset:
    return load([{"n": i} for i in range(1, n + 1)])


def columns(data: Dataset) -> list[Any]:
    index = data.index
    return [column.tolist() for column in (index.offset, index.length, index.number, index.source)]


def lines(data: Dataset) -> list[int]:
    return data.index.number.tolist()


@given(states=histories(DATA))
def test_changes_undone_one_by_one_give_each_state_before_exactly(states: list[Dataset]) -> None:
    kept = [(columns(state), state.to_bytes(), state.reviewed_lines) for state in states]
    data = states[-1]
    for state, was in zip(reversed(states), reversed(kept), strict=True):
        while len(data.steps) > len(state.steps):
            data = data.undone()
        assert (columns(data), data.to_bytes(), data.reviewed_lines) == was
        assert [column.dtype for column in vars(data.index).values()] == [
            column.dtype for column in vars(state.index).values()
        ]
    assert data.undone() is data


@given(states=histories(DATA))
def test_however_it_was_changed_a_data_set_knows_what_was_loaded(states: list[Dataset]) -> None:
    assert as_loaded(states[-1]).to_bytes() == states[0].to_bytes()


@given(states=histories(DATA))
def test_a_change_leaves_the_order_of_the_rows_and_no_number_is_given_twice(states: list[Dataset]) -> None:
    numbers = lines(states[-1])
    assert numbers == sorted(set(numbers))


@given(states=histories(DATA))
def test_a_change_is_read_back_as_it_was_written(states: list[Dataset]) -> None:
    data = states[-1]
    assert data.to_bytes() == b"".join(row.raw + b"\n" for row in data.rows)
    assert [row.number for row in data.rows] == lines(data)


def test_a_line_is_replaced_by_an_example_or_by_bytes_and_keeps_its_number() -> None:
    data = numbered(5).edited(2, {"n": "two"}).edited(4, b"{ broken")
    assert [row.raw for row in data.rows] == [b'{"n":1}', b'{"n":"two"}', b'{"n":3}', b"{ broken", b'{"n":5}']
    assert lines(data) == [1, 2, 3, 4, 5]
    assert data.unreadable == 1


def test_the_lines_of_a_file_are_those_of_the_file_where_blank_ones_were_passed_over() -> None:
    data = load(b'{"n": 1}\n\n\n{"n": 4}\n').edited(4, {"n": "four"})
    assert list(data) == [{"n": 1}, {"n": "four"}]
    assert lines(data.without(1)) == [4]


def test_rows_are_dropped_and_added_and_a_new_row_has_a_number_that_no_other_ever_had() -> None:
    data = numbered(3).without([1, 3]).added([{"n": "a"}]).without(4).added([{"n": "b"}, b"{"])
    assert lines(data) == [2, 5, 6]
    assert [row.raw for row in data.rows] == [b'{"n":2}', b'{"n":"b"}', b"{"]


def test_a_data_set_is_written_from_nothing() -> None:
    data = Dataset().added([{"n": 1}]).added([{"n": 2}])
    assert (data.examples, lines(data)) == ([{"n": 1}, {"n": 2}], [1, 2])


def test_what_was_before_a_change_stays_what_it_was_even_where_two_ways_part() -> None:
    data = numbered(3)
    once = data.edited(1, {"n": "once"})
    one, other = once.edited(1, {"n": "one"}), once.edited(1, {"n": "other"}).added([{"n": 4}])
    third = data.edited(3, {"n": "third"})
    assert [part.examples for part in (data, once, one, other, third)] == [
        [{"n": 1}, {"n": 2}, {"n": 3}],
        [{"n": "once"}, {"n": 2}, {"n": 3}],
        [{"n": "one"}, {"n": 2}, {"n": 3}],
        [{"n": "other"}, {"n": 2}, {"n": 3}, {"n": 4}],
        [{"n": 1}, {"n": 2}, {"n": "third"}],
    ]


def test_reviewed_lines_stay_marked_when_others_go_and_a_mark_can_be_undone() -> None:
    data = numbered(5).reviewed([2, 4]).without([1, 2]).reviewed(5).edited(4, {"n": "four"}).added([{"n": 6}])
    assert data.reviewed_lines == [4, 5]
    while data.steps:
        data = data.undone()
    assert data.reviewed_lines == []


def test_a_change_that_changes_nothing_is_no_step() -> None:
    data = numbered(3)
    assert data.edited(2, {"n": 2}) is data
    assert data.added([]) is data
    assert data.without([]) is data


def test_a_step_says_what_was_done_and_which_lines_it_changed() -> None:
    data = numbered(20).edited(3, {}).without([1, 2]).without(range(5, 12)).added([{}, {}]).reviewed(4)
    assert [(step.words, step.doing) for step in data.steps] == [
        ("line 3 edited", "edit"),
        ("lines 1, 2 deleted", "delete"),
        ("7 lines deleted", "delete"),
        ("2 rows added", "add"),
        ("line 4 reviewed", "reviewed"),
    ]
    assert [step.lines for step in data.steps] == [[3], [1, 2], list(range(5, 12)), [21, 22], [4]]
    assert repr(data.steps[0]) == "Step('line 3 edited')"
    assert named([7]) == "line 7"


def test_another_name_keeps_the_steps_and_a_part_is_what_was_taken() -> None:
    data = numbered(6).edited(2, {"n": "two"}).reviewed(3)
    assert data.named("other").undone().undone().examples == numbered(6).examples
    part = data[1:3]
    assert (part.steps, part.examples) == ((), [{"n": "two"}, {"n": 3}])
    assert part.edited(3, {"n": "three"}).undone().to_bytes() == part.to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.edited(4, {}),
        lambda data: data.edited(0, {}),
        lambda data: data.without([1, 4]),
        lambda data: data.without(-1),
        lambda data: data.reviewed(9),
    ],
)
def test_a_line_that_is_not_there_is_told(change: Callable[[Dataset], Dataset]) -> None:
    with pytest.raises(InputError, match=r"There is no line -?\d+ in 'data'; its last line is 3"):
        change(numbered(3))
    with pytest.raises(InputError, match="it has no rows"):
        change(load(b""))


@pytest.mark.parametrize("lines", [1.5, "1", b"\x01", True, np.True_, None, 2**70, float("nan"), [2.5], [True, False]])
def test_what_is_no_number_of_a_line_is_refused_and_touches_no_row(lines: Any) -> None:
    for change in (Dataset.without, Dataset.reviewed, lambda data, lines: data.edited(lines, {}), Dataset.line):
        with pytest.raises(InputError, match=r"is no line\. Give whole numbers"):
            change(numbered(3), lines)


@pytest.mark.parametrize(
    "value", [b"", b" ", b"{}\n{}", {"a": {1}}, {1: 2}, DEEP], ids=["nothing", "space", "two", "set", "key", "deep"]
)
def test_what_is_no_line_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="line 2"):
        numbered(3).edited(2, value)
    with pytest.raises(InputError, match="Example 2"):
        numbered(3).added([{}, value])


@pytest.mark.parametrize("examples", [{}, "a", b"a", None, 5])
def test_one_example_is_not_a_list_of_examples(examples: Any) -> None:
    with pytest.raises(InputError, match="list of examples"):
        numbered(3).added(examples)


def test_a_file_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n')
    data = load(path).edited(1, {"n": "one"}).without(2).added([{"n": 3}])
    data.write(tmp_path / "new.jsonl")
    assert path.read_bytes() == b'{"n": 1}\n{"n": 2}\n'
    assert (tmp_path / "new.jsonl").read_bytes() == b'{"n":"one"}\n{"n":3}\n'


def test_a_step_keeps_what_it_changed_and_not_the_rest() -> None:
    step = numbered(1000).edited(500, {"n": "five hundred"}).steps[-1]
    parts = (step.touched, step.gone, *vars(step.before).values(), *vars(step.after).values())
    assert {len(np.atleast_1d(part)) for part in parts} == {1}
