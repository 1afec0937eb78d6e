"""The page of a rule: its words, its fix and its examples."""

from __future__ import annotations

from typing import Any

import pytest

from ftwidgets.data import check, fix, load
from ftwidgets.data.rules import RULES
from ftwidgets.data.rules.explanation import explanation
from ftwidgets.data.rules.samples import CHAT, asked

SAME = '{"messages":[{"role":"user","content":"Where is my parcel?"},{"role":"assistant","content":"%s"}]}'


@pytest.mark.parametrize("rule", RULES)
def test_a_page_has_two_examples_that_differ_and_nothing_that_cannot_be_seen(rule: str) -> None:
    page = explanation(rule)
    assert page.fails and page.passes and page.fails != page.passes
    assert all(sign.isprintable() or sign in "\t\n" for sign in str(page))
    assert all(part[-1] in ".:" and part[0].isupper() for part in page.paragraphs if not part.startswith("`"))


def test_lines_that_are_the_same_are_shown_once_and_counted() -> None:
    page = explanation("label-imbalance")
    assert page.fails == f"{SAME % 'no'}  (9 times)\n{SAME % 'yes'}  (2 times)"
    assert page.passes == f"{SAME % 'no'}  (7 times)\n{SAME % 'yes'}  (5 times)"
    assert explanation("empty-file").fails == "(an empty file)"


def test_the_example_of_a_leak_names_its_files() -> None:
    first, second = explanation("leak").fails.splitlines()
    assert first.startswith('training file: {"messages"') and second.startswith('validation file: {"messages"')


def test_what_cannot_be_seen_in_an_example_is_written_by_its_number() -> None:
    assert "It left\\u200b on Monday." in explanation("invisible-character").fails
    assert explanation("invisible-in-json").fails.startswith("\\ufeff")


def asked_of_many() -> list[Any]:
    return [asked(f"Where is parcel {n}?") for n in range(20)]


def test_the_fix_of_a_leak_is_called_as_its_page_says() -> None:
    assert 'ft.fix(data, "leak", findings=ft.check(data, validation))' in explanation("leak").fix
    data, validation = load([*asked_of_many(), CHAT]), load([CHAT])
    assert len(fix(data, "leak", findings=check(data, validation))) == 20
    assert explanation("duplicate").fix == "ft.fix(data) mends what can be mended safely."
    assert explanation("comment").fix.endswith("ft.fix(data) alone leaves it.")
    assert explanation("nan").fix == "It has to be mended by hand."
