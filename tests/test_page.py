"""Pages that need nothing from anywhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ftwidgets import page

TEXT = "<b>&\"'"
SHOWN = "&lt;b&gt;&amp;&quot;&#x27;"


class Balance(HTMLParser):
    """Holds the open elements of a page; an end tag must close the last of them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def whole() -> str:
    parts = page.paragraph(TEXT), page.facts({TEXT: TEXT, "none": None}), page.table([TEXT, "b"], [["1", "<i>2</i>"]])
    return page.document(TEXT, page.section(TEXT, *parts))


def test_texts_are_escaped_and_html_is_left() -> None:
    assert "<b>" not in whole()
    assert whole().count(SHOWN) == 7
    assert "<i>2</i></td>" in whole()


def test_every_element_that_is_opened_is_closed() -> None:
    balance = Balance()
    balance.feed(whole())
    assert balance.open == []


def test_a_page_says_its_language_and_its_encoding_and_fits_a_telephone() -> None:
    text = whole()
    assert text.startswith("<!doctype html>")
    assert '<html lang="en">' in text
    assert '<meta charset="utf-8">' in text
    assert 'name="viewport"' in text


def test_a_page_needs_nothing_from_anywhere_and_knows_dark() -> None:
    assert not re.search(r"https?:|<link|<script|@import|url\(", whole())
    assert "prefers-color-scheme: dark" in whole()


def test_a_fact_that_is_not_known_is_left_out() -> None:
    assert "none" not in page.facts({"none": None})
    assert ">0</td>" in page.facts({"zero": 0})
