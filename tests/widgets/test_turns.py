"""One row as it is sent: its text in pieces, and each finding at the turn that it is about."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import check, load
from ftwidgets.data.row import parse
from ftwidgets.widgets.turns import Note, pieces, turns, words

MARKS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from(["error", "warning"])), max_size=4)


@given(st.text(max_size=10), MARKS)
def test_the_pieces_are_the_text_and_each_sign_has_its_worst_mark(text: str, marks: list[tuple[int, int, str]]) -> None:
    cut = pieces(text, marks)
    assert "".join(part for part, _ in cut) == text
    levels = [level for part, level in cut for _ in part]
    for place, level in enumerate(levels):
        over = {mark for begin, end, mark in marks if begin <= place < end}
        assert level == ("error" if "error" in over else "warning" if over else "")


def test_of_a_pair_the_text_that_a_finding_is_about_is_found() -> None:
    rows = [{"prompt": f"Is {n} one?", "completion": " <p>Yes.</p>"} for n in range(10)]
    findings = check(load(rows)).where(rule="html-tag", line=1)
    shown = turns(load(rows).rows[0], [Note(finding) for finding in findings])
    assert [len(turn["notes"]) for turn in shown["turns"]] == [0, 1]
    assert [piece for piece in shown["turns"][1]["pieces"] if piece[1]] == [("<p>", "warning"), ("</p>", "warning")]
    assert shown["turns"][1]["notes"][0]["text"].endswith("And 1 more like it.")


def test_the_words_of_a_row_are_what_is_asked() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " Where\n is it? "}]
    assert words(parse(1, 0, orjson.dumps({"messages": messages}))) == "Where is it?"
    assert words(parse(1, 0, b"{")) == "{"
    assert words(parse(1, 0, b"{}")) == ""
