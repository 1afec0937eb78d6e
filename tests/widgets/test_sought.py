"""What is looked for: the search reads few rows, and finds what reading all of them finds."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import load
from ftwidgets.data.transcript import transcript
from ftwidgets.widgets.desk import Desk
from ftwidgets.widgets.sought import Sought, holding

LETTERS = st.text(st.sampled_from('aAkKiIsS\u212a\u0130\u017fßéÉ "\\/\n\t0.,:{}\U0001f33f'), max_size=8)


@given(st.lists(st.tuples(LETTERS, st.booleans()), min_size=1, max_size=5), LETTERS)
def test_a_search_finds_what_reading_every_row_finds(texts: list[tuple[str, bool]], wanted: str) -> None:
    rows = [json.dumps({"prompt": text, "completion": "k"}, ensure_ascii=plain).encode() for text, plain in texts]
    desk = Desk(load(b"\n".join(rows)))
    spoken = ["\n".join(turn.text for turn in transcript(row)).lower() for row in desk.dataset.rows]
    found = holding(desk, np.arange(len(rows)), wanted)
    assert found.tolist() == [place for place, text in enumerate(spoken) if wanted.lower() in text]


@given(LETTERS, LETTERS, st.booleans(), st.booleans())
def test_only_a_longer_text_and_nothing_else_narrows_a_search(one: str, more: str, first: bool, second: bool) -> None:
    before, after = Sought(one, only_findings=first), Sought(more + one, only_findings=second)
    assert after.narrows(before) == (bool(one) and first == second)
