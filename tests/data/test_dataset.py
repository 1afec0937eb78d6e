"""A data set: loaded, sliced, split, written; nothing thrown away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Dataset, check, load
from ftwidgets.data.kinds import kind_of
from ftwidgets.errors import InputError

CHAT = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
PAIR = {"prompt": "a", "completion": "b"}
PREFERENCE = {"input": CHAT, "preferred_output": [], "non_preferred_output": []}


def numbered(n: int) -> Dataset:
    return load([{"n": i} for i in range(n)])


# Kinds


@pytest.mark.parametrize(
    ("examples", "kind"),
    [
        ([CHAT, CHAT], "chat"),
        ([PAIR], "prompt/completion"),
        ([{"completion": "b"}], "prompt/completion"),
        ([PREFERENCE], "preference"),
        ([{"input": CHAT, "non_preferred_output": []}], "preference"),
        ([CHAT, PAIR], "mixed"),
        ([{"a": 1}], "unknown"),
        ([], "unknown"),
    ],
)
def test_a_data_sets_kind_is_that_of_its_examples(examples: list[Any], kind: str) -> None:
    assert load(examples).kind == kind


@pytest.mark.parametrize("value", [None, 42, "messages", ["messages"], []])
def test_what_is_no_object_has_no_kind(value: Any) -> None:
    assert kind_of(value) == "unknown"


# Splitting

SHARES = st.floats(0, 0.6, allow_nan=False)


@given(n=st.integers(0, 60), validation=SHARES, test=st.floats(0, 0.3), seed=st.integers(0, 2**32))
def test_a_split_loses_nothing_and_repeats_nothing(n: int, validation: float, test: float, seed: int) -> None:
    data = numbered(n)
    try:
        parts = data.split(validation, test, seed)
    except InputError:
        return
    assert sorted(row.number for part in parts for row in part.rows) == [row.number for row in data.rows]
    assert len(parts) == (3 if test else 2)
    assert abs(len(parts[1]) - n * validation) <= 1


@given(n=st.integers(2, 40), seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_split(n: int, seed: int) -> None:
    one, other = (numbered(n).split(0.3, 0.2, seed) for _ in range(2))
    assert [part.to_bytes() for part in one] == [part.to_bytes() for part in other]


def test_another_seed_gives_another_split() -> None:
    one, other = (numbered(100).split(seed=seed)[1].to_bytes() for seed in (0, 1))
    assert one != other


def test_the_rows_of_a_part_stay_in_the_order_of_the_file_and_a_part_says_which_it_is() -> None:
    parts = load([{"n": i} for i in range(50)], name="words.jsonl").split(0.2, 0.2)
    assert [len(part) for part in parts] == [30, 10, 10]
    for part in parts:
        assert [example["n"] for example in part] == sorted(example["n"] for example in part)
    assert [part.name for part in parts] == [
        "words.jsonl (train)",
        "words.jsonl (validation)",
        "words.jsonl (test)",
    ]


def test_unreadable_rows_are_shared_out_too() -> None:
    parts = load(b"{\n" * 10).split(0.5)
    assert [len(part) for part in parts] == [5, 5]


@pytest.mark.parametrize(
    ("validation", "test"), [(-0.1, 0), (0, -0.1), (1, 0), (0, 1), (0.5, 0.5), (0.6, 0.6), (float("nan"), 0), (20, 0)]
)
def test_shares_that_leave_nothing_to_train_on_are_refused(validation: float, test: float) -> None:
    with pytest.raises(InputError, match="nothing to train on"):
        numbered(10).split(validation, test)


@pytest.mark.parametrize(("n", "validation", "test"), [(1, 0.9, 0), (3, 0.5, 0.49)])
def test_a_split_that_leaves_no_row_to_train_on_is_refused(n: int, validation: float, test: float) -> None:
    with pytest.raises(InputError, match="nothing to train on"):
        numbered(n).split(validation, test)


# Looking


def test_a_slice_is_a_data_set_and_an_index_an_example() -> None:
    data = numbered(5)
    assert isinstance(data[1:3], Dataset)
    assert list(data[1:3]) == [{"n": 1}, {"n": 2}]
    assert [row.number for row in data[-2:].rows] == [4, 5]
    assert (data[0], data[-1]) == ({"n": 0}, {"n": 4})
    with pytest.raises(IndexError):
        data[5]


def test_iterating_gives_the_examples_that_can_be_read() -> None:
    data = load(b'{"n": 1}\n{\n{"n": 2}\n')
    assert list(data) == data.examples == [{"n": 1}, {"n": 2}]
    assert len(data) == 3
    assert data[1] is None


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (load([CHAT, CHAT], name="words.jsonl"), "Dataset 'words.jsonl': 2 rows, chat"),
        (load(b'{"prompt": "a"}\n{'), "Dataset 'data': 2 rows, 1 of them unreadable, prompt/completion"),
        (load(b""), "Dataset 'data': 0 rows, unknown"),
        (load([CHAT]), "Dataset 'data': 1 row, chat"),
    ],
)
def test_a_data_set_shows_its_name_its_size_and_its_kind(data: Dataset, shown: str) -> None:
    assert repr(data) == shown


def test_the_frame_has_a_row_for_each_readable_line_and_a_column_for_each_key() -> None:
    frame = load(b'{"prompt": "a", "completion": "b"}\n{\n42\n{"prompt": "c"}\n').frame
    assert list(frame.columns) == ["line", "prompt", "completion"]
    assert frame["line"].tolist() == [1, 3, 4]
    assert frame["prompt"].fillna("-").tolist() == ["a", "-", "c"]


def test_the_line_in_the_frame_is_the_files_even_where_a_key_is_called_so() -> None:
    assert load(b'\n{"line": "mine"}\n').frame["line"].tolist() == [2]


# Writing


def test_a_data_set_is_written_byte_for_byte(tmp_path: Path) -> None:
    content = b'{"a":   1}\n{ broken\n{"b": "\xe4"}\n'
    path = load(content).write(tmp_path / "new.jsonl")
    assert path.read_bytes() == content


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text("mine")
    with pytest.raises(InputError, match=r"File exists.*Name a new file"):
        numbered(1).write(tmp_path / "old.jsonl")
    assert (tmp_path / "old.jsonl").read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"No such file or directory.*folder that is there"):
        numbered(1).write(tmp_path / "not" / "there.jsonl")


@pytest.mark.parametrize("path", ["a\0b", "~no-such-user-at-all/new.jsonl"])
def test_a_path_that_cannot_be_is_told(path: str) -> None:
    with pytest.raises(InputError, match=r"cannot be written: .*[^.]\. Name a new file"):
        numbered(1).write(path)


def test_a_file_that_could_not_be_written_whole_is_not_left_behind(disk: Callable[[str], Path]) -> None:
    target = disk("64k") / "new.jsonl"
    with pytest.raises(InputError, match="No space left"):
        load([{"a": "b" * 100_000}]).write(target)
    assert not target.exists()


# Loading


def test_a_file_is_loaded_by_its_path_and_named_after_it(tmp_path: Path) -> None:
    path = tmp_path / "words.jsonl"
    path.write_bytes(b'{"n": 1}\n')
    for source in (path, str(path)):
        assert repr(load(source)) == repr(load([{"n": 1}], name="words.jsonl"))
    assert load(path, name="other").name == "other"


def test_a_tilde_is_ones_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "words.jsonl").write_bytes(b'{"n": 1}\n')
    assert load("~/words.jsonl")[0] == {"n": 1}


def test_a_list_of_examples_is_numbered_from_1_and_written_as_jsonl() -> None:
    data = load([{"n": "ä"}, {"n": [1, None]}])
    assert [row.number for row in data.rows] == [1, 2]
    assert data.to_bytes() == '{"n":"ä"}\n{"n":[1,null]}\n'.encode()


def test_what_is_checked_is_what_will_be_written() -> None:
    """A list may hold what JSON has not: it is taken as it will be written."""
    data = load([{"messages": tuple(CHAT["messages"])}])
    assert not check(data, fewest=1).errors
    assert list(data) == list(load(data.to_bytes()))


def test_a_list_that_is_changed_afterwards_changes_nothing_in_the_data_set() -> None:
    example = {"prompt": "a", "completion": "b"}
    data = load([example])
    example["prompt"] = "changed"
    assert data[0] == {"prompt": "a", "completion": "b"}


@pytest.mark.parametrize("example", [{"a": {1, 2}}, {1: "a"}, {"a": object()}], ids=lambda e: ascii(e)[:20])
def test_an_example_that_json_cannot_hold_is_refused_with_its_number(example: dict[Any, Any]) -> None:
    with pytest.raises(InputError, match="Example 2"):
        load([CHAT, example])


@pytest.mark.parametrize("source", [None, 5, CHAT], ids=["None", "number", "one example"])
def test_what_is_neither_a_path_nor_bytes_nor_a_list_of_examples_is_refused(source: Any) -> None:
    with pytest.raises(InputError):
        load(source)


def test_a_missing_file_is_told_with_those_near_it(tmp_path: Path) -> None:
    for name in ("words.jsonl", "word-list.csv", "other.jsonl"):
        (tmp_path / name).touch()
    with pytest.raises(InputError) as missing:
        load(tmp_path / "words2.jsonl")
    assert "words2.jsonl cannot be read: there is no such file. Near it: word-list.csv, words.jsonl." in str(
        missing.value
    )


def test_a_folder_is_told_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is a folder; name a file in it"):
        load(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 300,
        "no\0such",
        "**all.jsonl",
        "[ab",
        "~no-such-user/words.jsonl",
        "words.jsonl/inside",
        "\udcff.jsonl",
    ],
    ids=["empty", "too long", "NUL", "stars", "bracket", "another's home", "inside a file", "not UTF-8"],
)
def test_a_path_that_cannot_be_is_a_sentence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load(name)


def test_a_device_that_is_there_is_not_said_to_be_missing() -> None:
    try:
        assert len(load("/dev/null")) == 0
    except InputError as refused:
        assert "there is no such file" not in str(refused)


@given(rows=st.integers(0, 30), taken=st.integers(0, 40), seed=st.integers(0, 9))
def test_a_sample_has_so_many_rows_each_once_in_the_files_order_and_the_same_each_time(rows, taken, seed):
    data = load([{"prompt": str(n), "completion": "x"} for n in range(rows)], "numbers")
    sample = data.sample(taken, seed)
    numbers = [int(example["prompt"]) for example in sample]
    assert len(numbers) == min(rows, taken)
    assert numbers == sorted(set(numbers))
    assert sample.to_bytes() == data.sample(taken, seed).to_bytes()
    assert sample.name == "numbers"


def test_a_sample_holds_no_more_bytes_than_are_allowed_and_at_least_one_row() -> None:
    data = load([{"n": "x" * n} for n in range(50)])
    for most in (0, 1, 100, 500, 10_000):
        drawn = data.sample(50, most_bytes=most)
        assert len(drawn) == 1 or sum(len(row.raw) for row in drawn.rows) <= most
    assert len(data.sample(50, most_bytes=10_000)) == 50
    assert data.sample(7, most_bytes=10_000).examples == data.sample(7).examples
    assert len(load([]).sample(5, most_bytes=5)) == 0


def test_at_the_end_of_a_cell_it_shows_its_first_rows_and_what_to_do_with_it() -> None:
    rows = [{"prompt": f"<b>{n}</b>", "completion": "yes"} for n in range(5)]
    shown = load(b"\n".join([*map(orjson.dumps, rows), b"{"]), "a <set>")._repr_html_()
    assert "<b>a &lt;set&gt;</b> 6 rows · prompt/completion · 1 line unreadable" in shown
    assert "&lt;b&gt;2&lt;/b&gt;" in shown
    assert "&lt;b&gt;3&lt;/b&gt;" not in shown
    assert "… and 3 more rows. ft.check(data) tells what is wrong with it" in shown
    assert "no rows" in Dataset()._repr_html_()
