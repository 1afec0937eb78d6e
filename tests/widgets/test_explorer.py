"""The DataExplorer without a browser: what Python gets, what its messages do, what it sends, its static twin."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ftwidgets as ft
from ftwidgets.data import check, load
from ftwidgets.errors import InputError
from ftwidgets.lessons import path as lesson
from ftwidgets.widgets import DataExplorer
from ftwidgets.widgets import explorer as module

ATTACK = "<img src=x onerror=\"document.title='taken'\">"


def chat(question: str, answer: str = "yes") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def explorer(n: int = 12, **chosen: Any) -> DataExplorer:
    return DataExplorer([chat(f"Is {number} a number?", f"{number} is one.") for number in range(1, n + 1)], **chosen)


def broken() -> bytes:
    rows = [json.dumps(chat(f"{n}?")) for n in range(1, 21)]
    rows[2] = json.dumps({"messages": [{"role": "usr", "content": "a"}, {"role": "assistant", "content": "b"}]})
    rows[6] = json.dumps({"messages": [{"role": "bot", "content": "a"}, {"role": "assistant", "content": "b"}]})
    rows[4] = rows[4][:-1]
    return "\n".join(rows).encode()


def support(**chosen: Any) -> DataExplorer:
    return DataExplorer(lesson("support", "raw"), **chosen)


def listened(widget: DataExplorer) -> list[dict[str, Any]]:
    """What the widget sends from now on."""
    sent: list[dict[str, Any]] = []
    widget.send = lambda content, buffers=None: sent.append(json.loads(json.dumps(content)))
    return sent


def ask(widget: DataExplorer, **message: Any) -> dict[str, Any]:
    """All that is answered to a view's message, as one."""
    sent = listened(widget)
    widget._asked(widget, message, [])
    return {name: value for one in sent for name, value in one.items()}


def lines(rows: Iterable[dict[str, Any]]) -> list[int]:
    return [row["line"] for row in rows]


def found(widget: DataExplorer) -> list[int]:
    return [int(line) for line in widget.dataset.index.number[widget._display.found(widget._sought)]]


# What it takes and says


def test_what_is_chosen_may_be_given_at_once_and_a_wrong_name_is_a_sentence() -> None:
    widget = explorer(20, validation=0.1, test=0.4, selected=3, search="3")
    assert ([len(part) for part in widget.parts], widget.selected, found(widget)) == ([10, 2, 8], 3, [3, 13])
    with pytest.raises(InputError, match=r"DataExplorer takes no 'shares'\. What can be chosen: .*validation"):
        DataExplorer([], shares=2)


def test_it_takes_a_path_bytes_examples_and_a_data_set(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(broken())
    for source in (path, str(path), broken(), load(path), [chat("a")] * 20):
        widget = DataExplorer(source)
        assert widget.dataset.to_bytes() == load(source).to_bytes()
        assert list(map(str, widget.findings)) == list(map(str, check(load(source))))


@pytest.mark.parametrize(("source", "sentence"), [(None, "None is not a data set."), ("nowhere.jsonl", "no such file")])
def test_anything_else_is_refused_in_a_sentence(source: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        DataExplorer(source)


def test_its_repr_is_one_line_that_says_how_the_data_stands() -> None:
    tally = ", ".join(check(load(broken())).tally())
    assert repr(DataExplorer(broken())) == f"DataExplorer of data: 19 conversations and 1 unreadable line, {tally}"


def test_the_snapshot_holds_all_that_a_view_begins_with() -> None:
    widget = DataExplorer(broken())
    view = widget.get_state()["view"]
    tokens = int(widget.findings.surveys[0].facts.tokens.sum())
    assert view["head"]["about"] == f"19 conversations and 1 unreadable line · {tokens} tokens · chat"
    assert (view["head"]["tally"], view["head"]["total"]) == (" · ".join(widget.findings.tally()), 20)
    cause = next(cause for cause in view["causes"] if cause["rule"] == "role-unknown")
    assert cause["message"] == "Line 3, message 1: 'usr' is not a role."
    assert (cause["level"], cause["lines"], cause["more"], cause["mends"]) == ("error", [3, 7], 0, ["change to 'user'"])
    assert view["split"]["words"] == "split: train 12 · validation 4 · test 4, seed 7"
    assert (lines(view["rows"]), view["order"], view["whole"]) == (list(range(1, 21)), list(range(1, 21)), True)
    json.dumps(view)


def test_a_row_carries_its_findings_each_at_its_message_with_what_can_be_done() -> None:
    rows = DataExplorer(broken()).snapshot()["rows"]
    note = rows[2]["turns"][0]["notes"][0]
    assert note["text"] == "'usr' is not a role. Use system, user, assistant or tool."
    assert (note["level"], note["rule"], note["nth"], note["mends"]) == (
        "error",
        "role-unknown",
        0,
        ["change to 'user'"],
    )
    assert rows[4]["turns"][0]["label"] == "the line as it is"
    assert rows[4]["turns"][0]["notes"][0]["level"] == "error"
    assert rows[2]["table"] == [3, "a", 0, "error", ""]


def test_whose_tokens_are_counted_can_be_chosen() -> None:
    widget = explorer(20, model="gpt-4o")
    assert widget.snapshot()["head"]["counted"] == "tokens as OpenAI's o200k_base counts them"
    many = widget.snapshot()["rows"][0]["table"][2]
    widget.model = "gpt-3.5-turbo"
    assert widget.snapshot()["head"]["counted"] == "tokens as OpenAI's cl100k_base counts them"
    assert many > 0
    with pytest.raises(InputError, match="How 'nobody' counts tokens is not known"):
        explorer(model="nobody")
    with pytest.raises(InputError, match="How 'nobody' counts tokens is not known"):
        widget.model = "nobody"
    assert widget.model == "gpt-3.5-turbo"


# What is looked for


def test_a_search_shows_the_first_row_that_holds_the_text_in_any_case() -> None:
    widget = DataExplorer([chat("Straße"), chat("ÉTÉ"), chat("été")])
    widget.search = "Été"
    assert (widget.selected, found(widget)) == (2, [2, 3])


def test_a_search_that_finds_nothing_leaves_the_row() -> None:
    widget = explorer()
    widget.selected = 5
    widget.search = "nowhere"
    assert (widget.selected, found(widget)) == (5, [])


def test_only_findings_a_rule_a_label_a_mark_and_a_bar_keep_their_rows() -> None:
    rows = [chat(f"Is {n} even?", "no" if n % 2 else "yes") for n in range(1, 21)]
    widget = DataExplorer([*rows, {"messages": [{"role": "usr", "content": "a"}]}])
    widget.only_findings = True
    assert set(found(widget)) == {line for line in widget.findings.lines if line}
    widget.only_findings = False
    widget.rule = "role-unknown"
    assert (found(widget), widget.selected) == ([21], 21)
    widget.rule, widget.label = "", "no"
    assert (found(widget), widget.selected) == (list(range(1, 21, 2)), 1)
    widget.dataset = widget.dataset.reviewed([4, 5])
    widget.marked = "reviewed"
    assert found(widget) == [5]
    widget.label, widget.marked = "", "not reviewed"
    assert found(widget) == [n for n in range(1, 22) if n not in (4, 5)]
    widget.marked, widget.between = "", {"answer": (3, 3)}
    assert found(widget) == list(range(2, 21, 2))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("rule", "no-such", "There is no rule 'no-such'"),
        ("between", {"words": (1, 2)}, "There is no chart 'words'"),
        ("between", {"tokens": "many"}, "'many' is not where a bar begins and ends"),
    ],
)
def test_what_cannot_be_looked_for_is_a_sentence(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        setattr(explorer(), name, value)


def test_a_row_that_is_asked_for_is_shown_whatever_was_searched() -> None:
    widget = explorer(rule="too-few-examples", search="Is 7 ")
    widget.rule = ""
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


@pytest.mark.parametrize(
    ("value", "sentence"),
    [(99, "no row in line 99"), (None, "None is not the number of a line"), ("3", "'3' is not the number of a line")],
)
def test_what_cannot_be_selected_leaves_what_was_selected_however_it_is_set(value: Any, sentence: str) -> None:
    widget = explorer(selected=4)
    with pytest.raises(InputError, match=sentence), widget.hold_trait_notifications():
        widget.selected = value
    assert widget.selected == 4
    with pytest.raises(InputError, match="leave nothing to train on"), widget.hold_trait_notifications():
        widget.validation = 0.9
    assert widget.validation == 0.2


def test_a_line_may_be_selected_by_what_numpy_gives() -> None:
    widget = explorer()
    widget.selected = widget.dataset.index.number[6]
    assert (widget.selected, type(widget.selected)) == (7, int)


def test_the_next_row_that_is_left_is_selected_where_others_are_deleted_with_it() -> None:
    widget = explorer(12, selected=8)
    widget.dataset = widget.dataset.without([1, 2, 3, 8, 9])
    assert widget.selected == 10
    widget.dataset = widget.dataset.without([4, 10, 11, 12])
    assert widget.selected == 7


def test_without_rows_nothing_is_selected_until_there_are_some() -> None:
    widget = explorer(2)
    widget.dataset = widget.dataset.without([1, 2])
    assert widget.selected is None
    with pytest.raises(InputError, match="data has no rows: none can be selected"):
        widget.selected = 1
    assert widget.get_state("selected") == {"selected": None}
    widget.undo()
    assert widget.selected == 1


def test_a_view_that_selects_a_row_that_python_has_deleted_hears_which_one_is() -> None:
    widget = explorer(12)
    widget.dataset = widget.dataset.without(5)
    told: list[Any] = []
    widget.send_state = lambda key=None: told.append(widget.get_state(key))
    widget.set_state({"selected": 5, "search": "Is"})
    assert (widget.selected, widget.search) == (1, "Is")
    assert {"selected": 1} in told


# Large sets


def test_few_rows_are_all_there_and_the_view_searches_them() -> None:
    widget = explorer()
    widget.snapshot()
    sent = listened(widget)
    widget.search = "7"
    widget.selected = 7
    assert sent == []


def test_of_many_rows_those_around_the_selected_one_are_sent() -> None:
    widget = explorer(1000, selected=500)
    view = widget.snapshot()
    assert set(lines(view["rows"])) == set(range(490, 511))
    assert (view["table"]["at"], view["table"]["count"], view["whole"]) == (499, 1000, False)
    assert [row[0] for row in view["table"]["rows"]] == list(range(485, 515))


def test_the_table_is_sent_as_far_as_it_is_in_view() -> None:
    widget = explorer(1000)
    number = widget.snapshot()["table"]["found"]
    answer = ask(widget, kind="lines", found=number, first=700, last=740)["lines"]
    assert (answer["first"], [row[0] for row in answer["rows"]]) == (700, list(range(701, 741)))
    assert ask(widget, kind="lines", found=number, first=-5, last=9000)["lines"]["rows"][199][0] == 200
    assert ask(widget, kind="lines", found=number + 1, first=0, last=9)["lines"]["rows"] == []


def test_a_search_in_many_rows_sends_what_is_found() -> None:
    widget = explorer(1000)
    widget.snapshot()
    sent = listened(widget)
    widget.search = "Is 77"
    numbers = [n for n in range(1, 1001) if str(n).startswith("77")]
    table = sent[-1]["table"]
    assert ([row[0] for row in table["rows"]], table["sought"]["search"], table["at"]) == (numbers, "Is 77", 0)
    assert widget.selected == numbers[0]


def test_a_row_that_python_selects_is_sent_where_the_views_lack_it() -> None:
    widget = explorer(1000)
    widget.snapshot()
    sent = listened(widget)
    widget.selected = 4
    assert ["rows" in message for message in sent] == [False]
    widget.selected = 500
    assert set(range(498, 503)) <= set(lines(sent[-1]["rows"]))
    assert sent[-1]["table"]["at"] == 499


def test_what_a_change_of_one_row_among_many_sends_is_small() -> None:
    widget = explorer(5000)
    widget.snapshot()
    draft = ask(widget, kind="draft", line=2500)["draft"]["fields"]
    draft[0]["text"] = "Is this one too?"
    sent = listened(widget)
    widget._asked(widget, {"kind": "edit", "line": 2500, "fields": draft}, [])
    assert len(json.dumps(sent)) < 12_000
    assert widget.dataset.rows[2499].value["messages"][0]["content"] == "Is this one too?"


@given(st.integers(1, 1000), st.sampled_from(["", "7", "10"]))
def test_the_rows_that_are_sent_hold_the_one_shown_and_both_its_neighbours(line: int, search: str) -> None:
    numbers = [n for n in range(1, 1001) if search in str(n)]
    line = min(numbers, key=lambda n: abs(n - line))
    MANY.search = search
    MANY.selected = line
    place = numbers.index(line)
    assert set(numbers[max(0, place - 1) : place + 2]) <= set(lines(MANY.snapshot()["rows"]))


MANY = explorer(1000)


def test_huge_rows_are_cut_and_say_how_much_is_left() -> None:
    long = [chat("é" * 50_000, "no"), {"messages": [{"role": "user", "content": "a"}] * 50}] * 100
    first, second = sorted(DataExplorer(long).snapshot()["rows"], key=lambda row: row["line"])[:2]
    assert [turn["more"] for turn in first["turns"]] == ["44,000 more characters", ""]
    assert (len(second["turns"]), second["more"]) == (40, "10 more messages")


def test_many_rows_are_checked_in_a_thread_and_the_views_hear_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 5)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(DataExplorer, "send", lambda self, content, buffers=None: sent.append(content))
    widget = DataExplorer(broken())
    tally = " · ".join(widget.findings.tally())  # waits for the check
    assert [message["head"]["tally"] for message in sent if "head" in message][-1:] in ([tally], [])
    assert widget.snapshot()["head"]["tally"] == tally
    widget.only_findings = True
    assert widget.selected == 3
    widget.dataset = widget.dataset.without(3)
    assert widget.findings.surveys[0].data is widget.dataset
    assert 3 not in widget.findings.lines


def test_of_a_large_set_only_the_findings_may_be_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 5)
    widget = DataExplorer(broken(), only_findings=True)
    assert found(widget) == [line for line in widget.findings.lines if line]


# What is done


def test_a_finding_is_mended_by_its_choice_and_undone() -> None:
    widget = support()
    before = widget.dataset.to_bytes()
    answer = ask(widget, kind="mend", line=63, rule="role-unknown", nth=0, choice=0)
    assert answer["said"] == "Change to 'user': line 63. Undo is possible."
    assert widget.dataset.rows[62].value["messages"][1]["role"] == "user"
    assert (len(widget.findings.where(rule="role-unknown")), widget.selected) == (0, 63)
    assert answer["work"]["undo"] == "change to 'user': line 63"
    answer = ask(widget, kind="undo")
    assert answer["said"] == "Undone: change to 'user': line 63."
    assert (widget.dataset.to_bytes(), len(widget.findings.where(rule="role-unknown"))) == (before, 1)
    assert ask(widget, kind="undo")["said"] == "Nothing is different."


def test_of_several_choices_the_one_that_was_clicked_is_taken() -> None:
    widget = support()
    cause = next(cause for cause in widget.snapshot()["causes"] if cause["rule"] == "contradiction")
    kept, dropped = 75, 14
    assert cause["mends"][1] == f"keep line {kept}, drop line {dropped}"
    ask(widget, kind="mend", line=kept, rule="contradiction", nth=0, choice=1)
    assert kept in widget.dataset.index.number
    assert dropped not in widget.dataset.index.number


def test_all_of_a_rule_and_all_that_is_safe_are_fixed() -> None:
    widget = support()
    safe = widget.snapshot()["work"]["safe"]
    ask(widget, kind="fix", rule="html-tag")
    assert len(widget.findings.where(rule="html-tag")) == 0
    answer = ask(widget, kind="fix")
    assert answer["work"]["safe"] < safe
    assert widget.dataset.to_bytes() == ft.fix(ft.fix(widget.data, "html-tag")).to_bytes()
    assert answer["head"]["tally"].endswith("fixed")


def test_all_fixes_of_one_click_are_undone_by_one() -> None:
    widget = support()
    ask(widget, kind="reviewed", line=5)
    answer = ask(widget, kind="fix")
    steps = len(widget.dataset.steps) - 1
    assert (steps > 2, answer["work"]["undo"], answer["said"]) == (
        True,
        f"{steps} fixes",
        f"{steps} fixes. Undo is possible.",
    )
    assert ask(widget, kind="undo")["said"] == f"Undone: {steps} fixes."
    assert widget.dataset.to_bytes() == widget.data.to_bytes()
    assert widget.dataset.reviewed_lines == [5]
    widget.undo()
    widget.undo()
    assert widget.dataset.reviewed_lines == []


def test_any_turn_is_edited_and_only_what_was_typed_is_different() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    turns = [
        {"role": "user", "content": "Where?", "name": "Ann"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "here"},
        {"role": "assistant", "content": "Here.", "weight": 1},
    ]
    widget = DataExplorer([chat("a"), {"messages": turns, "parallel_tool_calls": False}])
    fields = ask(widget, kind="draft", line=2)["draft"]["fields"]
    assert [field["label"] for field in fields] == [
        "user (Ann)",
        "assistant",
        "tool",
        "assistant",
        "parallel_tool_calls",
    ]
    assert [field["json"] for field in fields] == [False, True, True, False, True]
    fields[0]["text"], fields[3]["role"], fields[4]["text"] = "Where is it?", "user", "true"
    fields[2]["text"] = fields[2]["text"].replace("here", "there")
    ask(widget, kind="edit", line=2, fields=fields)
    assert widget.dataset[1] == {
        "messages": [
            turns[0] | {"content": "Where is it?"},
            turns[1],
            turns[2] | {"content": "there"},
            turns[3] | {"role": "user"},
        ],
        "parallel_tool_calls": True,
    }


def test_a_line_that_cannot_be_read_is_edited_as_it_is() -> None:
    widget = DataExplorer(broken())
    fields = ask(widget, kind="draft", line=5)["draft"]["fields"]
    assert [field["label"] for field in fields] == ["the line as it is"]
    fields[0]["text"] += "}"
    ask(widget, kind="edit", line=5, fields=fields)
    assert widget.dataset[4] == chat("5?")


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"kind": "edit", "line": 99, "fields": []}, "There is no line 99 any more."),
        ({"kind": "edit", "line": 1, "fields": []}, "Line 1 has changed meanwhile."),
        ({"kind": "delete", "line": 99}, "There is no line 99"),
        ({"kind": "mend", "line": 1, "rule": "role-unknown", "nth": 0, "choice": 0}, "This has changed meanwhile"),
        ({"kind": "mend", "line": 0, "rule": "no-such", "nth": 0, "choice": 0}, "This has changed meanwhile"),
        ({"kind": "add", "fields": [{"label": "user", "text": " "}]}, "Nothing was typed"),
        ({"kind": "add", "fields": [{"label": "the example as JSON", "text": "{"}]}, "What was typed is not JSON"),
        ({"kind": "page", "rule": "no-such"}, "There is no rule 'no-such'."),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_changes_nothing(message: dict[str, Any], sentence: str) -> None:
    widget = explorer()
    assert ask(widget, **message)["problem"].startswith(sentence)
    assert widget.dataset is widget.data


def test_a_row_is_deleted_added_and_marked_and_each_is_undone() -> None:
    widget = explorer(12, selected=12)
    assert ask(widget, kind="delete", line=12)["said"] == "Line 12 deleted. Undo is possible."
    assert (len(widget.dataset), widget.selected) == (11, 11)
    fields = ask(widget, kind="draft", line=0)["draft"]["fields"]
    assert [field["label"] for field in fields] == ["user", "assistant"]
    fields[0]["text"], fields[1]["text"] = "Is 13 one?", "yes"
    ask(widget, kind="add", fields=fields)
    assert (widget.dataset[-1], widget.selected) == (chat("Is 13 one?"), 13)
    answer = ask(widget, kind="reviewed", line=13)
    assert (widget.dataset.reviewed_lines, answer["work"]["reviewed"]) == ([13], 1)
    for _ in range(3):
        widget.undo()
    assert widget.dataset.to_bytes() == widget.data.to_bytes()
    assert widget.snapshot()["order"] == list(range(1, 13))


def test_a_deleted_row_gives_way_to_the_next_that_is_found() -> None:
    widget = explorer(30, search="7")
    assert found(widget) == [7, 17, 27]
    for left, shown in (([17, 27], 17), ([27], 27), ([], 28)):
        ask(widget, kind="delete", line=widget.selected)
        assert (found(widget), widget.selected, widget.search) == (left, shown, "7")


def test_a_new_row_has_the_format_of_the_data_and_the_system_message_of_all() -> None:
    system = {"role": "system", "content": "Be brief."}
    chats = DataExplorer([{"messages": [system, *chat(str(n))["messages"]]} for n in range(12)])
    assert ask(chats, kind="draft", line=0)["draft"]["fields"][0] == {
        "label": "system",
        "text": "Be brief.",
        "json": False,
    }
    pairs = DataExplorer([{"prompt": "a", "completion": "b"}] * 12)
    assert [one["label"] for one in ask(pairs, kind="draft", line=0)["draft"]["fields"]] == ["prompt", "completion"]
    ask(pairs, kind="add", fields=[{"label": "prompt", "text": "c"}, {"label": "completion", "text": "d"}])
    assert pairs.dataset[-1] == {"prompt": "c", "completion": "d"}


def test_a_new_row_has_the_system_message_of_nearly_all_as_the_check_wants_it() -> None:
    system = {"role": "system", "content": "Be brief."}
    rows = [{"messages": [system, *chat(str(n))["messages"]]} for n in range(12)]
    widget = DataExplorer([chat("a"), 5, *rows])
    assert [one["text"] for one in ask(widget, kind="draft", line=0)["draft"]["fields"]] == ["Be brief.", "", ""]
    widget = DataExplorer([chat("a"), chat("b"), *rows])
    assert [one["label"] for one in ask(widget, kind="draft", line=0)["draft"]["fields"]] == ["user", "assistant"]


def test_only_what_is_different_is_sent() -> None:
    widget = support()
    widget.snapshot()
    answer = ask(widget, kind="reviewed", line=5)
    assert sorted(answer) == ["done", "rows", "said", "work"]
    assert lines(answer["rows"]) == [5]
    answer = ask(widget, kind="mend", line=63, rule="role-unknown", nth=0, choice=0)
    assert lines(answer["rows"]) == [63]
    assert "role-unknown" not in answer["causes"]["order"]
    assert len(answer["causes"]["changed"]) < 3


def test_the_code_repeats_what_was_clicked() -> None:
    widget = support()
    ask(widget, kind="mend", line=63, rule="role-unknown", nth=0, choice=0)
    ask(widget, kind="fix", rule="html-tag")
    ask(widget, kind="delete", line=10)
    ask(widget, kind="reviewed", line=11)
    widget.seed = 3
    scope: dict[str, Any] = {"ft": ft, "data": widget.data}
    exec(ask(widget, kind="code")["code"], scope)
    assert scope["data"].to_bytes() == widget.dataset.to_bytes()
    assert scope["data"].reviewed_lines == [11]
    assert [list(part) for part in widget.parts] == [list(scope[name]) for name in ("train", "validation", "test")]


def test_the_changes_are_told_word_by_word() -> None:
    widget = support()
    ask(widget, kind="mend", line=63, rule="role-unknown", nth=0, choice=0)
    ask(widget, kind="delete", line=10)
    told = ask(widget, kind="changes")["changes"]
    assert told["summary"] == "1 row changed, 1 row removed."
    assert [row["words"].split(":")[0] for row in told["rows"]] == ["Line 10 removed", "Line 63 changed"]
    assert [text for text, changed in told["rows"][1]["after"] if changed] == ["user"]
    assert told["rows"][0]["after"] is None


def test_of_a_row_that_is_only_written_otherwise_the_changes_say_so() -> None:
    widget = DataExplorer(b'{"n": 1}\n{"n": 2}\n')
    widget.dataset = widget.dataset.edited(1, b'{"n":1}').without(2)
    first, second = ask(widget, kind="changes")["changes"]["rows"]
    assert first["words"] == "Line 1 changed: by hand (only how it is written: it says the same)"
    assert (first["before"], first["after"], first["there"], second["there"]) == (None, None, True, False)


def test_an_answer_names_the_view_that_has_asked() -> None:
    widget = explorer()
    assert ask(widget, kind="code", by="a")["by"] == "a"
    assert ask(widget, kind="delete", line=99, by="b")["by"] == "b"
    assert "by" not in ask(widget, kind="code")


def test_of_many_rows_it_is_told_where_a_row_that_is_found_no_more_was() -> None:
    widget = explorer(1000, marked="not reviewed", selected=500)
    widget.snapshot()
    table = ask(widget, kind="reviewed", line=500)["table"]
    assert (table["at"], table["before"], table["count"]) == (-1, 499, 999)
    assert [row[0] for row in table["rows"][14:16]] == [499, 501]


def test_a_rule_has_its_page_and_more_lines_are_told_when_asked_for() -> None:
    widget = DataExplorer([chat(f"{n}?", "<p>It left.</p>") for n in range(40)])
    cause = next(cause for cause in widget.snapshot()["causes"] if cause["rule"] == "html-tag")
    assert (cause["lines"], cause["more"]) == (list(range(1, 13)), 28)
    told = ask(widget, kind="places", rule="html-tag", first=12)["places"]
    assert (told["first"], told["lines"], told["more"]) == (12, list(range(13, 41)), 0)
    page = ask(widget, kind="page", rule="html-tag")["page"]
    assert page["fails"] != page["passes"]
    assert len(page["paragraphs"]) > 2


def test_a_validation_file_beside_is_held_against_the_data() -> None:
    rows = [chat(f"Is {n} a number?", f"{n} is one.") for n in range(1, 21)]
    widget = DataExplorer(rows, rows[3:5])
    leaks = [cause for cause in widget.snapshot()["causes"] if 4 in cause["lines"] and cause["mends"]]
    assert leaks
    ask(widget, kind="fix", rule=leaks[0]["rule"])
    assert set(range(1, 21)) - set(widget.dataset.index.number.tolist()) == {4, 5}
    assert widget.findings.surveys[1].data.to_bytes() == load(rows[3:5]).to_bytes()


def tagged(n: int, faulty: int) -> list[dict[str, Any]]:
    """So many rows, of which the first ones have a tag in their answer."""
    return [chat(f"{n} {k}?", f"It left{'<br>' if k < faulty else ''} {n} {k}.") for k in range(n)]


def test_the_numbers_are_those_of_the_rows_shown_and_the_validation_file_stands_apart() -> None:
    widget, alone = DataExplorer(tagged(20, 3), tagged(15, 5)), DataExplorer(tagged(20, 3))
    view = widget.snapshot()
    own, beside = (cause for cause in view["causes"] if cause["rule"] == "html-tag")
    assert (own["count"], own["all"], own["lines"], own["file"]) == (3, 3, [1, 2, 3], "")
    assert (beside["count"], beside["all"], beside["mends"], beside["file"]) == (5, 0, [], "data")
    assert view["head"]["tally"].startswith(f"{' · '.join(alone.findings.tally())} · in the validation file: ")
    assert ", in the validation file: " in repr(widget)
    assert "<p>In the validation file:</p>" in widget.twin()
    ask(widget, kind="fix", rule="html-tag")
    assert [len(widget.findings.where(rule="html-tag", part=part)) for part in (0, 1)] == [0, 5]


def test_python_may_set_the_data_set_and_all_follows() -> None:
    widget = explorer(20)
    widget.snapshot()
    sent = listened(widget)
    widget.dataset = widget.dataset.edited(4, 7)
    assert widget.findings.where(line=4).errors
    assert [lines(message["rows"]) for message in sent if "rows" in message] == [[4]]


# The split and the cost


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
    widget = DataExplorer([chat(f"Is {n} even?", "no" if n % 2 else "yes") for n in range(20)])
    split = widget.snapshot()["split"]
    assert sorted(split["labels"]) == ["no", "yes"]
    assert [sum(part["counts"]) for part in split["parts"]] == [12, 4, 4]


def test_each_part_may_have_its_share_of_each_label() -> None:
    widget = DataExplorer([chat(f"Is {n} even?", "no" if n % 5 else "yes") for n in range(20)])
    split = ask(widget, kind="split", validation=25, test=25, seed=7, stratify=True)["split"]
    assert [sorted(part["counts"]) for part in split["parts"]] == [[2, 8], [1, 4], [1, 4]]
    assert (widget.stratify, widget.code.endswith("seed=7, stratify=True)")) == (True, True)
    refused = ask(explorer(20), kind="split", validation=25, test=25, seed=7, stratify=True)["split"]
    assert "no labels" in refused["problem"]


def test_the_cost_is_that_of_the_rows_that_train() -> None:
    widget = explorer(100)
    before = widget.snapshot()["cost"]
    widget.validation = 0.6
    assert before.startswith(tuple("123456789"))
    assert "trained tokens in 3 epochs" in before
    assert widget.snapshot()["cost"] != before


# Odd data, and the twin


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{\n[\n\xff\n",
        "a\n".encode("utf-16"),
        b'{"messages": 5}',
        b'{"messages": []}\n{"prompt": "a"}\n7',
        json.dumps(chat("\u202e\x00 \U0001f469\u200d\U0001f469\u200d\U0001f467 مرحبا")).encode(),
        json.dumps({"preferred_output": 3}).encode(),
        json.dumps({"input": {"messages": [{"role": "user", "content": "a"}]}, "preferred_output": [7]}).encode(),
    ],
    ids=["empty", "all bad", "UTF-16", "messages not a list", "mixed", "odd characters", "preference", "half"],
)
def test_odd_data_is_shown_and_edited_all_the_same(data: bytes) -> None:
    widget = DataExplorer(data)
    json.dumps(widget.snapshot())
    assert widget.twin()
    widget.search, widget.only_findings = "a", True
    for line in widget.data.index.number.tolist():
        fields = ask(widget, kind="draft", line=line)["draft"]["fields"]
        assert ask(widget, kind="edit", line=line, fields=fields)["done"] == "edit"
    for _ in widget.data.index.number:
        ask(widget, kind="delete", line=int(widget.dataset.index.number[0]))
    assert len(widget.dataset) == 0
    assert widget.snapshot()["order"] == []


def test_an_empty_file_has_no_split_and_says_so() -> None:
    widget = DataExplorer(b"")
    assert widget.snapshot()["split"]["words"] == "split: not possible with these rows"
    with pytest.raises(InputError, match="leave nothing to train on"):
        assert widget.parts


def test_the_twin_is_a_table_of_findings_and_conversations_all_escaped() -> None:
    rows = [json.dumps(chat(ATTACK)), json.dumps({ATTACK: 1}), json.dumps({"messages": [{"role": ATTACK}]})]
    twin = DataExplorer(load("\n".join(rows).encode(), ATTACK)).twin()
    assert "<img" not in twin
    assert "&lt;img" in twin
    assert "split: train 1 · validation 1 · test 1, seed 7" in twin


def test_the_twin_is_in_every_output_with_a_picture_of_the_lengths() -> None:
    widget = explorer()
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["text/plain"] == repr(widget)
    assert "Is 3 a number?" in bundle["text/html"]
    assert "Is 4 a number?" not in bundle["text/html"]
    assert 'role="img" aria-label="tokens per conversation: ' in bundle["text/html"]
