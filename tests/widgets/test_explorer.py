"""The DataExplorer without a browser: its traits, what it sends, and its static twin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import load
from ftwidgets.errors import InputError
from ftwidgets.lessons import data_set
from ftwidgets.widgets import DataExplorer
from ftwidgets.widgets import explorer as module

ATTACK = "<img src=x onerror=\"document.title='taken'\">"


def chat(question: str, answer: str = "yes") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def explorer(n: int = 12) -> DataExplorer:
    return DataExplorer([chat(f"Is {number} a number?") for number in range(1, n + 1)])


def listened(widget: DataExplorer) -> list[dict[str, Any]]:
    """What the widget sends from now on."""
    sent: list[dict[str, Any]] = []
    widget.send = lambda content, buffers=None: sent.append(json.loads(json.dumps(content)))
    return sent


def ask(widget: DataExplorer, **message: Any) -> dict[str, Any]:
    """The last answer to a view's message."""
    sent = listened(widget)
    widget._asked(widget, message, [])
    return sent[-1]


def lines(window: dict[str, Any]) -> list[int]:
    return [row["line"] for row in window["rows"]]


def broken() -> bytes:
    rows = [json.dumps(chat(f"{n}?")) for n in range(1, 21)]
    rows[2] = json.dumps({"messages": [{"role": "usr", "content": "a"}, {"role": "assistant", "content": "b"}]})
    rows[6] = json.dumps({"messages": [{"role": "bot", "content": "a"}, {"role": "assistant", "content": "b"}]})
    rows[4] = rows[4][:-1]
    return "\n".join(rows).encode()


def test_of_a_large_set_only_the_findings_may_be_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 5)
    widget = DataExplorer(broken(), only_findings=True)
    assert len(widget.findings) == 3


def test_what_is_chosen_may_be_given_at_once_and_a_wrong_name_is_a_sentence() -> None:
    widget = DataExplorer([chat(f"{n}?") for n in range(20)], validation=0.1, test=0.4, selected=3)
    assert ([len(part) for part in widget.parts], widget.selected) == ([10, 2, 8], 3)
    with pytest.raises(InputError, match=r"DataExplorer takes no 'shares'\. What can be chosen: .*validation"):
        DataExplorer([], shares=2)


# What it takes and says


def test_it_takes_a_path_bytes_examples_and_a_data_set(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(broken())
    sources = [path, str(path), broken(), load(path)]
    assert {DataExplorer(source).title.split(":")[1] for source in sources} == {  # type: ignore[arg-type]
        " 19 conversations and 1 unreadable line, 3 errors"
    }


@pytest.mark.parametrize(("source", "sentence"), [(None, "None is not a data set."), ("nowhere.jsonl", "no such file")])
def test_anything_else_is_refused_in_a_sentence(source: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        DataExplorer(source)


def test_its_repr_is_one_line_that_says_how_the_data_stands() -> None:
    words = DataExplorer(data_set("words")["train"])
    assert repr(words) == "DataExplorer of train.jsonl: 200 conversations, nothing to mend"
    assert repr(DataExplorer([{"prompt": "a", "completion": "b"}])) == "DataExplorer of data: 1 pair, 1 error"


def test_the_snapshot_holds_rows_causes_and_split() -> None:
    snapshot = DataExplorer(broken()).get_state()["view"]
    assert snapshot["head"] == {
        "name": "data",
        "about": "19 conversations and 1 unreadable line · chat",
        "tally": "3 errors",
        "total": 20,
    }
    first = snapshot["causes"]["list"][0]
    assert first["message"] == "Line 3, message 1: 'usr' is not a role."
    assert (first["level"], first["lines"], first["more"]) == ("error", [3, 7], 0)
    assert snapshot["split"]["words"] == "split: train 12 · validation 4 · test 4, seed 7"
    assert lines(snapshot["window"]) == list(range(1, 21))


def test_a_row_carries_its_findings_each_at_its_message() -> None:
    rows = DataExplorer(broken()).snapshot()["window"]["rows"]
    assert rows[2]["turns"][0]["notes"] == [
        {"level": "error", "text": "'usr' is not a role. Use system, user, assistant or tool."}
    ]
    assert rows[4]["notes"][0]["text"].startswith("This line is not valid JSON: ")
    assert rows[4]["turns"][0]["label"] == "the line as it is"


# Search, selection


def test_a_search_shows_the_first_row_that_holds_the_text_in_any_case() -> None:
    widget = DataExplorer([chat("Straße"), chat("ÉTÉ"), chat("été")])
    widget.search = "Été"
    assert (widget.selected, list(widget._found)) == (2, [1, 2])


def test_a_search_that_finds_nothing_leaves_the_row() -> None:
    widget = explorer()
    widget.selected = 5
    widget.search = "nowhere"
    assert (widget.selected, list(widget._found)) == (5, [])


def test_only_findings_keeps_the_rows_that_have_some() -> None:
    widget = DataExplorer(broken())
    widget.only_findings = True
    assert widget.selected == 3
    widget.search = "bot"
    assert list(widget._found) == []


def test_a_row_that_is_asked_for_is_shown_whatever_was_searched() -> None:
    widget = explorer()
    widget.search = "Is 7 "
    assert widget.selected == 7
    widget.selected = 2
    assert (widget.selected, widget.search) == (2, "")


def test_a_jump_from_a_finding_keeps_only_findings() -> None:
    widget = DataExplorer(broken())
    widget.only_findings = True
    widget.search = "7?"
    widget.set_state({"search": "", "selected": 7})
    assert (widget.selected, widget.search, widget.only_findings) == (7, "", True)


def test_a_line_without_a_row_cannot_be_selected() -> None:
    widget = explorer()
    with pytest.raises(InputError, match=r"data has no row in line 99\. Its rows are in the lines 1 to 12\."):
        widget.selected = 99
    assert widget.selected == 1


def test_few_rows_are_all_there_and_the_view_searches_them() -> None:
    widget = explorer()
    sent = listened(widget)
    assert widget.snapshot()["window"]["whole"]
    widget.search = "7"
    assert sent == []


def test_of_many_rows_those_around_the_selected_one_are_sent() -> None:
    widget = explorer(1000)
    assert lines(widget.snapshot()["window"]) == list(range(1, 201))
    window = ask(widget, kind="window", line=500)["window"]
    assert lines(window) == list(range(401, 601))
    assert (window["first"], window["count"], window["whole"]) == (400, 1000, False)


def test_a_search_in_many_rows_sends_those_that_are_found() -> None:
    widget = explorer(1000)
    sent = listened(widget)
    widget.search = "77"
    found = [n for n in range(1, 1001) if "77" in str(n)]
    assert lines(sent[-1]["window"]) == found
    assert sent[-1]["window"]["search"] == "77"
    assert widget.selected == found[0]


def test_a_row_that_python_selects_is_sent_where_the_view_lacks_it() -> None:
    widget = explorer(1000)
    widget.snapshot()
    sent = listened(widget)
    widget.selected = 150
    assert sent == []
    widget.selected = 500
    widget.search = "77"
    widget.set_state({"search": "", "selected": 900})
    assert [message["window"]["line"] for message in sent] == [500, 77, 900]


@given(st.integers(1, 1000), st.sampled_from(["", "7", "10"]))
def test_a_window_holds_the_row_and_both_its_neighbours(line: int, search: str) -> None:
    found = [n for n in range(1, 1001) if search in str(n)]
    line = min(found, key=lambda n: abs(n - line))
    MANY.search = search
    window = MANY._window(line)
    n = found.index(line)
    assert set(found[max(0, n - 1) : n + 2]) <= set(lines(window))
    assert lines(window) == found[window["first"] : window["first"] + len(window["rows"])]


MANY = explorer(1000)


def test_huge_rows_are_cut_and_say_how_much_is_left() -> None:
    widget = DataExplorer([chat("é" * 50_000, "no"), {"messages": [{"role": "user", "content": "a"}] * 50}] * 100)
    window = widget.snapshot()["window"]
    assert len(json.dumps(window, ensure_ascii=False).encode()) < 250_000
    first, second = window["rows"][:2]
    assert [turn["more"] for turn in first["turns"]] == ["44,000 more characters", ""]
    assert (len(second["turns"]), second["more"]) == (40, "10 more messages")
    assert not window["whole"]


def test_many_rows_are_checked_in_a_thread_and_the_view_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 5)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(DataExplorer, "send", lambda self, content, buffers=None: sent.append(content))
    widget = DataExplorer(broken())
    widget.only_findings = True  # waits for the check
    assert len(widget.findings) == 3
    widget._checking.join()
    told = [message["head"]["tally"] for message in sent if "head" in message]
    assert told == ["3 errors"]
    assert (widget.selected, lines(sent[-1]["window"])) == (3, list(range(1, 21)))


# The split


def test_the_parts_are_those_of_the_code_that_is_shown() -> None:
    widget = explorer(20)
    widget.validation, widget.test, widget.seed = 0.1, 0.4, 3
    data = widget.data
    scope = {"data": data}
    exec(widget.code, scope)
    assert widget.code == "train, validation, test = data.split(validation=0.1, test=0.4, seed=3)"
    for part, same in zip(widget.parts, (scope["train"], scope["validation"], scope["test"]), strict=True):
        assert list(part.rows) == list(same.rows)


def test_without_a_test_share_there_are_two_parts() -> None:
    widget = explorer(20)
    widget.test = 0.0
    assert widget.code == "train, validation = data.split(validation=0.2, test=0.0, seed=7)"
    assert [len(part) for part in widget.parts] == [16, 4]


def test_typed_shares_are_in_percent_and_answered_with_the_counts() -> None:
    widget = explorer(20)
    split = ask(widget, kind="split", validation=10, test=40, seed=3)["split"]
    assert split["words"] == "split: train 10 · validation 2 · test 8, seed 3"
    assert (widget.validation, widget.test, widget.seed) == (0.1, 0.4, 3)
    assert (split["validation"], split["test"], split["problem"]) == (10, 40, "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"test": 90}, "Shares of 0.2 and 0.9 leave nothing to train on."),
        ({"validation": -1}, "leave nothing to train on."),
        ({"test": None}, "The test share is not a number."),
        ({"seed": "x"}, "The seed is not a number."),
        ({"seed": 1.5}, "The seed 1.5 is not a whole number."),
        ({"seed": -1}, "The seed -1 is below 0."),
    ],
)
def test_a_bad_share_is_answered_with_a_sentence_and_changes_nothing(typed: dict[str, Any], sentence: str) -> None:
    widget = explorer(20)
    split = ask(widget, kind="split", **({"validation": 20, "test": 20, "seed": 7} | typed))["split"]
    assert sentence in split["problem"]
    assert split["words"] == "split: train 12 · validation 4 · test 4, seed 7"
    assert (widget.validation, widget.test, widget.seed) == (0.2, 0.2, 7)


def test_a_bad_share_in_python_raises_the_same_sentence() -> None:
    widget = explorer(20)
    with pytest.raises(InputError, match="leave nothing to train on"):
        widget.validation = 0.9
    assert widget.validation == 0.2


def test_the_labels_are_counted_in_each_part() -> None:
    split = DataExplorer([chat("a", "yes"), chat("b", "no")] * 10).snapshot()["split"]
    assert sorted(split["labels"]) == ["no", "yes"]
    assert [sum(part["counts"]) for part in split["parts"]] == [12, 4, 4]


# Odd data, and the twin


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (b"", "0 rows, 1 error"),
        (b"{\n[\n\xff\n", "0 rows and 3 unreadable lines, 4 errors"),
        ("a\n".encode("utf-16"), "0 rows and 1 unreadable line, 2 errors"),
        (b'{"messages": 5}', "1 conversation, 2 errors"),
        (b'{"messages": []}\n{"prompt": "a"}\n7', "3 rows, 4 errors"),
        (
            json.dumps(chat("\u202e\x00\ud83d".encode("utf-8", "ignore").decode() + "👩‍👩‍👧 مرحبا")),
            "1 conversation, 1 error",
        ),
        (json.dumps({"preferred_output": 3}), "1 preference pair, 2 errors"),
    ],
    ids=["empty", "all bad", "UTF-16", "messages not a list", "mixed", "odd characters", "preference"],
)
def test_odd_data_is_shown_all_the_same(data: bytes | str, title: str) -> None:
    widget = DataExplorer(data.encode() if isinstance(data, str) else data)
    assert widget.title == f"DataExplorer of data: {title}"
    json.dumps(widget.snapshot())
    assert widget.twin()
    widget.search, widget.only_findings = "a", True


def test_an_empty_file_has_no_split_and_says_so() -> None:
    widget = DataExplorer(b"")
    assert widget.snapshot()["split"]["words"] == "split: no rows to share out"
    with pytest.raises(InputError, match="leave nothing to train on"):
        assert widget.parts


def test_the_twin_is_a_table_of_findings_and_conversations_all_escaped() -> None:
    rows = [json.dumps(chat(ATTACK)), json.dumps({ATTACK: 1}), json.dumps({"messages": [{"role": ATTACK}]})]
    twin = DataExplorer(load("\n".join(rows).encode(), ATTACK)).twin()
    assert "<img" not in twin
    assert "&lt;img" in twin
    assert "split: train 1 · validation 1 · test 1, seed 7" in twin


def test_the_twin_is_in_every_output() -> None:
    bundle, _ = explorer()._repr_mimebundle_()
    assert bundle["text/plain"] == "DataExplorer of data: 12 conversations, nothing to mend"
    assert "Is 3 a number?" in bundle["text/html"]
    assert "Is 4 a number?" not in bundle["text/html"]
