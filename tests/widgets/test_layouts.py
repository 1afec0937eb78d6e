"""Which layout most rows have, of few rows and of many."""

from __future__ import annotations

import json

from ftwidgets.data import load
from ftwidgets.widgets.layouts import Layouts

RECORD = {"question": "Is 1 a number?", "answer": "It is."}
CHAT = {"messages": []}


def test_of_few_rows_all_are_counted() -> None:
    layouts = Layouts(load([*[RECORD] * 150, *[{"question": "a"}] * 10, *[CHAT] * 40]))
    assert (layouts.common, layouts.is_table, layouts.count) == ("other", True, 160)
    assert (layouts.columns, layouts.having(["question"]), layouts.having(["answer"])) == (
        ["question", "answer", "messages"],
        160,
        150,
    )


def test_half_of_the_rows_are_not_most() -> None:
    assert Layouts(load([RECORD, CHAT])).common is None


def test_rows_that_cannot_be_read_are_not_counted() -> None:
    layouts = Layouts(load("\n".join(["{", "{", "{", json.dumps(RECORD)]).encode()))
    assert (layouts.is_table, layouts.having(["answer"])) == (True, 1)


def test_of_large_data_a_sample_is_looked_at() -> None:
    rows = [RECORD | {"article": "word " * 2100} for _ in range(1000)]
    rows[1] = {"rare": "word"}
    layouts = Layouts(load(rows))
    assert (layouts.is_whole, layouts.is_table) == (False, True)
    assert layouts.columns == ["question", "answer", "article"]
    assert (layouts.having(["answer"]), layouts.having(["rare"]), layouts.count) == (1000, 0, 1000)
