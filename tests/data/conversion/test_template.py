"""Templates: a column's value goes in as it is, and nothing but columns is looked up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.conversion import Template, mapping_of
from ftwidgets.errors import InputError
from tests.data.examples import JSON, TEXT

NAME = st.text(max_size=6).filter(lambda text: "{" not in text and "}" not in text)


def texts(chat: dict[str, Any]) -> list[str]:
    return [message["content"] for message in chat["messages"]]


def test_a_row_fills_a_template() -> None:
    template = Template("What was sold in {city} on {the day}?", "{quantity}", system="Shop {{{city}}}")
    row = {"city": "Rome", "the day": "Monday", "quantity": 3.0, "more": None}
    assert template.apply(row) == {
        "messages": [
            {"role": "system", "content": "Shop {Rome}"},
            {"role": "user", "content": "What was sold in Rome on Monday?"},
            {"role": "assistant", "content": "3"},
        ]
    }
    assert template.columns == ["city", "the day", "quantity"]


@given(row=st.dictionaries(NAME, st.text(max_size=9), min_size=1))
def test_every_value_goes_in_as_it_is_whatever_braces_it_holds(row: dict[str, str]) -> None:
    user = "|".join("{" + name + "}" for name in row)
    assert texts(Template(f"- {user}", "-").apply(row))[0] == "- " + "|".join(row.values())


@given(text=TEXT)
def test_a_text_with_doubled_braces_is_that_text(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert texts(Template(f"x{escaped}", "-").apply({}))[0] == f"x{text}"


@pytest.mark.parametrize("name", ["a.__class__", "a[0]", "a!r", "a:>9", "0", "", " a"])
def test_what_stands_in_braces_is_a_name_and_nothing_else(name: str) -> None:
    template = Template("x{" + name + "}", "-")
    with pytest.raises(InputError, match=r"There is no column .* Those there are: \{a\}, \{b\}\."):
        template.apply({"a": "value", "b": "value"})
    assert texts(template.apply({name: "there"}))[0] == "xthere"


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        ("{city", r"the '{' at character 1 has no partner. Write {{ for"),
        ("city}", r"the '}' at character 5 has no partner. Write }} for"),
        ("{ci{ty}", r"the '{' at character 1"),
        (" ", "the template's text for the user is blank|template's text for the user is blank"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_when_it_is_made(user: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Template(user, "-")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), (7, "7"), (2**70, str(2**70)), (0.5, "0.5"), (3.0, "3"), ([1, "a"], '[1,"a"]')],
)
def test_values_are_written_as_one_writes_them(value: Any, text: str) -> None:
    assert texts(Template("x{a}", "-").apply({"a": value}))[0] == f"x{text}"


@given(value=JSON)
def test_any_value_can_be_put_in(value: Any) -> None:
    assert texts(Template("x{a}", "-").apply({"a": value}))[0].startswith("x")


@pytest.mark.parametrize(
    ("rows", "user", "assistant", "system", "is_label"),
    [
        ([{"question": "a", "answer": "b"}], "{question}", "{answer}", None, False),
        ([{"Text": "long text", "Label": label} for label in "ababab"], "{Text}", "{Label}", None, True),
        ([{"id": "1", "input": "a", "output": "b", "system": "s"}], "{input}", "{output}", "{system}", False),
        ([{"context": "c", "question": "a", "answer": "b"}], "{context}\n\n{question}", "{answer}", None, False),
        ([{"x": "a long text", "y": word} for word in "ababab"], "{x}", "{y}", None, True),
        ([{"column 1": "0", "review": "fine", "sentiment": "+"}], "{review}", "{sentiment}", None, False),
        ([{"context": "c", "answer": "b"}], "{context}", "{answer}", None, False),
    ],
)
def test_a_guess_is_offered_for_other_records(
    rows: list[dict[str, str]], user: str, assistant: str, system: str | None, is_label: bool
) -> None:
    guess = mapping_of(list(rows[0]), rows)
    assert guess.template == Template(user, assistant, system)
    assert guess.is_label is is_label
    assert guess.template.apply(rows[0])


def test_where_no_question_or_no_answer_is_found_no_template_is_offered() -> None:
    assert mapping_of(["text"]).template is None
    assert mapping_of([]).template is None
    assert mapping_of(["id", "n{"], [{"id": 1, "n{": 2}]).template is None


@given(
    rows=st.lists(st.dictionaries(NAME | st.sampled_from(["text", "label", "context"]), JSON, max_size=4), max_size=3)
)
def test_any_records_are_guessed_at(rows: list[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    guess = mapping_of(columns, rows)
    found = [name for name in (guess.asked, guess.answered, guess.system, guess.context) if name is not None]
    assert len(set(found)) == len(found) and set(found) <= set(columns)
