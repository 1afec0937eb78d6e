"""Records: what was done, kept, read again, done again, and shown as Python."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ftwidgets as ft
from ftwidgets.data import Dataset, check, load
from ftwidgets.data.changes.choices import chosen, mends_of
from ftwidgets.data.changes.fixing import fix
from ftwidgets.data.changes.record import Record
from ftwidgets.data.changes.replaying import replay
from ftwidgets.data.rules.samples import ANSWER, CHAT, USER, chat
from ftwidgets.errors import FileFormatError, InputError
from tests.data.changing import changed
from tests.data.examples import JSON
from tests.data.faulty import ENOUGH, MANY, asked, few

USR = chat(USER | {"role": "usr"}, ANSWER | {"role": "bot"})


@st.composite
def worked(draw: st.DrawFn) -> tuple[Dataset, Dataset]:
    """A data set, and what became of it by hand, by fixes, and by choices."""
    data = after = draw(MANY | ENOUGH)
    for _ in range(draw(st.integers(0, 4))):
        doing = draw(st.sampled_from(["hand", "fix", "lines", "choice", "undo"]))
        if doing == "hand":
            after = changed(draw, after)
        elif doing == "fix":
            after = fix(after, fewest=draw(st.sampled_from([1, 10])))
        elif doing == "lines" and len(after):
            after = fix(after, lines=draw(st.lists(st.sampled_from(after.index.number.tolist()))))
        elif doing == "choice":
            found = check(after)
            can = [n for n in range(len(found)) if mends_of(found, n)]
            with suppress(InputError):  # what would make an error is refused
                after = chosen(found, draw(st.sampled_from(can))) if can else after
        else:
            after = after.undone()
    return data, after


@few
@given(both=worked())
def test_a_record_replayed_on_the_original_gives_the_same_bytes_and_marks(both: tuple[Dataset, Dataset]) -> None:
    data, after = both
    again, missing = replay(Record.of(after), data)
    assert again.to_bytes() == after.to_bytes()
    assert again.index.number.tolist() == after.index.number.tolist()
    assert again.reviewed_lines == after.reviewed_lines
    assert missing == []
    assert Record.of(again) == Record.of(after)


@few
@given(both=worked())
def test_the_code_of_a_record_does_the_same(both: tuple[Dataset, Dataset]) -> None:
    data, after = both
    names: dict[str, Any] = {"ft": ft, "data": data}
    exec(Record.of(after).code, names)
    assert names["data"].to_bytes() == after.to_bytes()
    assert names["data"].reviewed_lines == after.reviewed_lines


@few
@given(both=worked(), other=MANY)
def test_a_record_can_be_replayed_on_any_data(both: tuple[Dataset, Dataset], other: Dataset) -> None:
    again, missing = replay(Record.of(both[1]), other)
    assert all(sentence.endswith(".") for sentence in missing)
    assert len(again.steps) or again is other


def test_a_record_is_written_and_read(tmp_path: Path) -> None:
    data = fix([USR, *([CHAT] * 10)], lines=[1]).edited(2, b"{ \xff").without([3]).added([CHAT]).reviewed(4)
    record = Record.of(data)
    assert Record.read(record.write(tmp_path / "record.json")) == record
    with pytest.raises(InputError, match="File exists"):
        record.write(tmp_path / "record.json")


def test_a_record_as_python_is_short() -> None:
    rows = [USR, *map(asked, range(12))]
    data = (
        fix(fix(rows, "role-unknown"), lines=[1], fewest=1).edited(2, {"a": 1}).edited(3, b'{"a":  1}').without([4, 5])
    )
    data = data.added([{"b": 2}]).reviewed([6])
    assert Record.of(data).code.splitlines() == [
        'data = ft.fix(data, "role-unknown")',
        "data = data.edited(2, {'a': 1})",
        "data = data.edited(3, b'{\"a\":  1}')",
        "data = data.without([4, 5])",
        "data = data.added([{'b': 2}])",
        "data = data.reviewed([6])",
    ]
    assert Record.of(fix(rows, lines=[1], fewest=1)).code == 'data = ft.fix(data, "role-unknown", lines=[1], fewest=1)'


def test_what_was_done_by_hand_is_found_again_where_rows_have_moved() -> None:
    rows = [asked(n) for n in range(8)]
    record = Record.of(load(rows).edited(3, asked(30)).without([5, 6]).reviewed(7))
    moved = load([*rows[4:], asked(9), *rows[:4]])
    again, missing = record.replay(moved)
    assert missing == []
    assert list(again) == [rows[6], rows[7], asked(9), rows[0], rows[1], asked(30), rows[3]]
    assert again.reviewed_lines == [3]


def test_what_cannot_be_done_again_is_told() -> None:
    data = load([USR, *map(asked, range(12))])
    record = Record.of(fix(data, lines=[1]).edited(2, {"a": 1}).without([3, 4]).added([{"b": 1}]))
    again, missing = replay(record, load([asked(9), asked(2)]).take([1]))
    assert list(again) == [{"b": 1}]
    assert missing == [
        "The fix of 'role-unknown' was asked for in line 1, which there is not.",
        "Line 2 was edited, and no row says what it said then.",
        "Line 3 was deleted, and no row says what it said then.",
    ]


def test_a_rule_that_there_is_no_more_is_told() -> None:
    record = Record("data", ({"do": "fix", "rule": "of-old"}, {"do": "add", "rows": ["{}"]}))
    again, missing = replay(record, [CHAT])
    assert list(again) == [CHAT, {}]
    assert len(missing) == 1 and "'of-old' is no rule" in missing[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 1}',
        b'{"version": 1, "name": "a", "done": [{"do": "dance"}]}',
        b'{"version": 1, "name": "a", "done": [{"do": "edit", "line": "x", "before": "", "after": ""}]}',
        b'{"version": 9, "name": "a", "done": []}',
        b'{"version": 1, "name": "a", "done": 5}',
    ],
    ids=lambda content: content.decode()[:40],
)
def test_what_is_no_record_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_bytes(content)
    with pytest.raises(FileFormatError, match="record"):
        Record.read(tmp_path / "record.json")


FIX = {"do": "fix", "rule": "role-unknown"}
EDIT = {"do": "edit", "line": 1, "before": "0", "after": "{}"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (None, "it says none of fix, edit, delete"),
        ({"do": ["fix"]}, "it says none of"),
        ({"do": "fix"}, "it has no 'rule'"),
        (FIX | {"rule": 'x"); print("'}, "its 'rule' cannot be"),
        (FIX | {"x=print(),y": 1}, r"it has 'x=print\(\),y', which is not known of a 'fix'"),
        (FIX | {"lines": 3}, "its 'lines' cannot be 3"),
        (FIX | {"lines": [[1]]}, r"its 'lines' cannot be \[\[1\]\]"),
        (FIX | {"lines": [0]}, "its 'lines' cannot be"),
        (FIX | {"method": "zzz"}, "its 'method' cannot be 'zzz'"),
        (FIX | {"fewest": True}, "its 'fewest' cannot be True"),
        (EDIT | {"line": 10**30}, "its 'line' cannot be"),
        (EDIT | {"after": {}}, "its 'after' cannot be"),
        (EDIT | {"after": {"base64": "a"}}, "its 'after' cannot be"),
        (EDIT | {"after": {"base64": 3}}, "its 'after' cannot be"),
        ({"do": "delete", "lines": [1, 2], "before": ["0"]}, "it names 2 lines, and of 1 what they said before"),
        ({"do": "delete", "lines": [1], "before": [[]]}, "its 'before' cannot be"),
        ({"do": "add", "rows": [3]}, "its 'rows' cannot be"),
        ({"do": "add", "rows": json.loads("[" * 900 + "]" * 900)}, "its 'rows' cannot be"),
        ({"do": "convert", "to": {"user": "a"}}, "its 'to' cannot be"),
        ({"do": "convert", "to": {"user": "a", "assistant": 3}}, "its 'to' cannot be"),
    ],
    ids=repr,
)
def test_an_entry_that_cannot_be_done_is_named(entry: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"version": 1, "name": "a", "done": [FIX, entry]}))
    with pytest.raises(FileFormatError, match=rf"Of entry 2: {words}"):
        Record.read(path)


ENTRY = st.dictionaries(st.sampled_from(["do", "rule", "lines", "line", "before", "after", "rows", "to"]), JSON)
DONE = st.sampled_from(["fix", "edit", "delete", "reviewed", "add", "convert"])


@given(done=st.lists(st.builds(lambda entry, do: entry | {"do": do}, ENTRY, DONE) | JSON, max_size=3) | JSON)
def test_any_record_is_replayed_or_refused_in_a_sentence(done: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.json"
        path.write_text(json.dumps({"version": 1, "name": "a", "done": done}))
        try:
            record = Record.read(path)
        except InputError as refused:
            assert str(refused).endswith(".")
        else:
            assert all(sentence.endswith(".") for sentence in record.replay([CHAT])[1])
            compile(record.code, "record", "exec")


def test_a_row_that_is_nested_too_deep_is_kept_in_the_code_too() -> None:
    deep = b"[" * 600 + b"]" * 600
    assert Record.of(load([CHAT]).added([deep])).code == f"data = data.added([{deep!r}])"


@pytest.mark.parametrize("other", ["record.json", {}, None])
def test_what_is_no_record_is_not_replayed(other: Any) -> None:
    with pytest.raises(InputError, match="is no record"):
        replay(other, [CHAT])


def test_a_pipe_is_no_record(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # to read it would wait for a writer
    with pytest.raises(InputError, match="not a file"):
        Record.read(tmp_path / "pipe")
    with pytest.raises(InputError, match="cannot be written"):
        Record("a", ()).write("a\0b")


def test_a_record_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Record.read(tmp_path / "none.json")
