"""How values are quoted in what the rules say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import check, load
from ftwidgets.data.rules.quotations import last_words
from ftwidgets.data.rules.samples import ANSWER, USER, asked, chat, said


def told(row: Any, rule: str) -> list[str]:
    return [f"{one.message} {one.remedy}" for one in check(load([row]), fewest=1).where(rule=rule)]


@given(st.text(max_size=60))
def test_the_end_of_a_text_is_quoted_as_it_stands_there(text: str) -> None:
    quoted = last_words(text)
    assert text.endswith(quoted.removeprefix("…")) and len(quoted) <= 25


def test_the_end_of_a_text_begins_with_a_word() -> None:
    assert last_words("It comes on Tuesday morning, and") == "…on Tuesday morning, and"
    assert last_words("short and") == "short and"
    assert last_words("x" * 40) == f"…{'x' * 24}"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("Yes. ", "The answer ends with 1 space. Remove it."),
        ("  Yes.", "The answer begins with 2 spaces. Remove them."),
        ("Yes.\r\n\r\n", "The answer ends with 2 line breaks. Remove them."),
        ("Yes.\r\n", "The answer ends with 1 line break. Remove it."),
        ("\tYes.", "The answer begins with 1 tab. Remove it."),
        ("Yes. \n", "The answer ends with 2 white-space characters. Remove them."),
    ],
)
def test_white_space_around_an_answer_is_named_and_counted(answer: str, sentence: str) -> None:
    assert told(said(answer), "space-around") == [sentence]


@pytest.mark.parametrize(
    ("row", "rule", "sentence"),
    [
        (said("It left     on Monday."), "spaces", "5 spaces stand between 'left' and 'on'. Keep one of them."),
        (
            said("It left\u00a0on Monday."),
            "odd-space",
            "A non-breaking space stands between 'left' and 'on'. Use a plain space.",
        ),
        (asked("It&nbsp;is &amp;"), "html-entity", "&nbsp; is HTML for a no-break space. Write the character."),
        (
            chat(USER | {"weight": 1}, ANSWER),
            "weight-out-of-place",
            "'weight' is 1, and only an assistant message has one. Remove it.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_the_value(row: Any, rule: str, sentence: str) -> None:
    assert told(row, rule)[0] == sentence


def test_the_remedy_of_an_image_is_about_what_is_wrong_with_it() -> None:
    part = {"type": "image_url", "image_url": {"url": "https://a.org/b.png", "detail": "best"}}
    found = told(chat(USER | {"content": [part]}, ANSWER), "image-unfit")
    assert found == ["The detail of an image is 'best'. Use low, high or auto."]
