"""Chats out of a table in the explorer, without a browser: what is offered, previewed, made, undone and refused."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pandas as pd
import pytest

import ftwidgets as ft
from ftwidgets.errors import InputError
from ftwidgets.lessons import path as lesson
from ftwidgets.widgets import DataExplorer

SALES = {"user": "How many were sold in {city}?", "assistant": "{quantity sold}"}
ASKED = {"from": "human", "value": "Is 1 a number?"}
SHARED = {"conversations": [ASKED, {"from": "gpt", "value": "It is."}]}
COMPARED = {"prompt": "Is 1 a number?", "chosen": "It is.", "rejected": "no"}
CHAT = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}


def avocado(**chosen: Any) -> DataExplorer:
    return DataExplorer(lesson("avocado"), **chosen)


def listened(widget: DataExplorer) -> list[dict[str, Any]]:
    """What the widget sends from now on."""
    sent: list[dict[str, Any]] = []
    widget.send = lambda content, buffers=None: sent.append(json.loads(json.dumps(content)))  # type: ignore[method-assign]
    return sent


def convert(widget: DataExplorer, to: Any) -> dict[str, Any]:
    """All that is answered to a click, as one."""
    sent = listened(widget)
    widget._asked(widget, {"kind": "convert", "to": to}, [])
    return {name: value for one in sent for name, value in one.items()}


def offered(widget: DataExplorer) -> Any:
    return widget.snapshot()["conversion"]


def previewed(widget: DataExplorer) -> list[tuple[str, str]]:
    turns = offered(widget)["row"]["turns"]
    return [(turn["label"], "".join(text for text, _ in turn["pieces"])) for turn in turns]


def test_a_table_comes_with_a_guess_that_python_reads_and_the_row_as_it_would_be() -> None:
    widget = avocado()
    assert widget.template == {"system": "", "user": "{city}", "assistant": "{quantity sold}"}
    assert offered(widget)["columns"] == ["date", "price", "quantity sold", "city"]
    assert offered(widget)["words"] == "Make 60 chats"
    assert previewed(widget) == [("user", "New York"), ("assistant · trained", "150")]


def test_the_preview_follows_the_template_and_the_row() -> None:
    widget = avocado(selected=3)
    sent = listened(widget)
    widget.template = SALES | {"system": "You know sales."}
    widget.selected = 4
    told = [[turn["pieces"][0][0] for turn in one["conversion"]["row"]["turns"]] for one in sent if "conversion" in one]
    assert told == [
        ["You know sales.", "How many were sold in Los Angeles?", "200"],
        ["You know sales.", "How many were sold in Chicago?", "134"],
    ]


def test_what_is_previewed_is_exactly_what_is_made() -> None:
    widget = avocado(selected=7, template=SALES)
    before = previewed(widget)
    assert convert(widget, widget.template)["done"] == "convert"
    assert [(m["role"], m["content"]) for m in widget.dataset.line(7)["messages"]] == [
        (label.split(" · ")[0], text) for label, text in before
    ]


def test_one_click_makes_the_chats_one_step_undoes_it_and_the_code_does_it_again() -> None:
    widget = avocado()
    answer = convert(widget, {"system": " ", **SALES})
    assert answer["said"] == "60 lines made chat by a template. Undo is possible."
    assert answer["conversion"] is None
    assert (len(widget.dataset.steps), widget.dataset.kind, offered(widget)) == (1, "chat", None)
    line = "data = ft.convert(data, ft.Template(user='How many were sold in {city}?', assistant='{quantity sold}'))"
    assert widget.code.startswith(line)
    scope: dict[str, Any] = {"ft": ft, "data": widget.data}
    exec(widget.code, scope)
    assert scope["data"].to_bytes() == widget.dataset.to_bytes()
    widget.undo()
    assert widget.dataset.to_bytes() == widget.data.to_bytes()
    assert offered(widget)["words"] == "Make 60 chats"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ({"user": "{town}", "assistant": "{price}"}, "There is no column 'town'. Those there are: {date}, {price}, "),
        ({"user": "{city", "assistant": "{price}"}, "has no partner"),
        ({"user": "{city}", "assistant": "  "}, "text for the assistant is blank"),
        ({"user": "{city}", "assistant": "\ud800"}, "half a character"),
    ],
)
def test_a_template_that_cannot_be_used_is_a_sentence_in_the_panel(template: dict[str, str], sentence: str) -> None:
    widget = avocado()
    widget.template = template
    told = offered(widget)
    assert sentence in told["problem"]
    assert (told["row"], told["words"]) == (None, "Make chats")
    before = widget.dataset
    assert sentence in convert(widget, template)["problem"]
    assert widget.dataset is before
    assert widget.twin()


def test_python_may_set_a_template_or_some_of_its_texts_and_nothing_else() -> None:
    widget = avocado()
    widget.template = ft.Template(user="{city}", assistant="{price}")
    assert widget.template == {"system": "", "user": "{city}", "assistant": "{price}"}
    widget.template = {"user": "{city}"}
    assert widget.template == {"system": "", "user": "{city}", "assistant": ""}
    for wrong, sentence in (({"usr": "a"}, "is no template"), ("a", "is no template"), ({"user": 5}, "not 5")):
        with pytest.raises(InputError, match=sentence):
            widget.template = wrong


def test_a_row_that_the_template_does_not_fit_says_so_and_stays() -> None:
    rows = [{"question": f"{n}?", "answer": "yes"} for n in range(4)]
    lines = [*map(json.dumps, rows), '{"question": "5?"}', "{", "[1]"]
    widget = DataExplorer("\n".join(lines).encode())
    assert offered(widget)["words"] == "Make 4 chats"
    notes = []
    for widget.selected in (5, 6, 7):
        notes.append(offered(widget)["note"])
    assert notes == [
        "Line 5 has no column 'answer': it stays as it is.",
        "Line 6 cannot be read: it stays as it is.",
        "Line 7 is not an object: it stays as it is.",
    ]
    convert(widget, widget.template)
    assert [row.raw for row in widget.dataset.rows[4:]] == [line.encode() for line in lines[4:]]
    assert widget.dataset.kinds.tolist() == [1, 1, 1, 1, 0, -1, 0]


def test_columns_that_never_stand_in_one_row_make_no_chat() -> None:
    widget = DataExplorer([{"a": "1", "b": "2"}, {"a": "1", "c": "2"}])
    widget.template = {"user": "{b}", "assistant": "{c}"}
    assert offered(widget)["problem"] == "No row has all of these columns."


def test_other_rows_bring_their_guess_where_nobody_has_typed() -> None:
    frame = pd.DataFrame({"question": ["Is 1 a number?"], "answer": ["It is."]})
    typed, untouched = avocado(template=SALES), avocado()
    for widget in (typed, untouched):
        widget.dataset = ft.load(frame)
    assert untouched.template == {"system": "", "user": "{question}", "assistant": "{answer}"}
    assert typed.template == {"system": "", **SALES}
    assert "There is no column 'city'" in offered(typed)["problem"]


@pytest.mark.parametrize(
    ("row", "words", "speakers"),
    [
        (SHARED, ["Make chats of 3 ShareGPT rows"], ["user", "assistant"]),
        ({"instruction": "a", "input": "", "output": "b"}, ["Make chats of 3 Alpaca rows"], ["user", "assistant"]),
        ({"prompt": "a", "completion": "b"}, ["Make chats of 3 prompt/completion rows"], ["user", "assistant"]),
    ],
)
def test_rows_of_a_known_layout_are_chats_after_one_click(row: Any, words: list[str], speakers: list[str]) -> None:
    widget = DataExplorer([row, CHAT, row, row])
    told = offered(widget)
    assert ([way["words"] for way in told["ways"]], told["layout"]) == (words, "known")
    assert 'ft.convert(data, "chat")' in widget.twin()
    convert(widget, told["ways"][0]["to"])
    assert [message["role"] for message in widget.dataset[0]["messages"]] == speakers
    assert (widget.dataset[1], widget.dataset.kind, offered(widget)) == (CHAT, "chat", None)
    widget.undo()
    assert offered(widget) == told


def test_compared_answers_are_made_pairs_or_chats() -> None:
    widget = DataExplorer([COMPARED])
    assert [(way["to"], way["words"]) for way in offered(widget)["ways"]] == [
        ("preference", "Make preference pairs of 1 chosen/rejected row"),
        ("chat", "Make chats of 1 chosen/rejected row"),
    ]
    convert(widget, "preference")
    assert (widget.dataset.kind, offered(widget)) == ("preference", None)


@pytest.mark.parametrize("data", [b"", b"{\n[", [CHAT, CHAT, {"a": "b"}], [{"lists": [[1]]}], [1, 2, 3]])
def test_to_other_rows_nothing_is_offered(data: Any) -> None:
    widget = DataExplorer(data)
    assert offered(widget) is None
    assert "ft.convert" not in widget.twin()
    assert widget.template == {"system": "", "user": "", "assistant": ""}


def test_the_twin_has_the_template_as_code_and_an_attack_in_it_stays_text() -> None:
    widget = avocado()
    assert "ft.convert(data, ft.Template(user='{city}', assistant='{quantity sold}'))" in unescape(widget.twin())
    widget.template = {"user": "<img src=x>", "assistant": "{price}"}
    assert "<img" not in widget.twin()


def test_names_that_no_template_can_hold_and_very_long_ones_have_no_button() -> None:
    widget = DataExplorer([{"question": "a", "answer": "b", "{c}": "d", "e" * 200: "f"}])
    assert offered(widget)["columns"] == ["question", "answer"]
