"""Two texts word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.changes.wording import Part, wordwise

TEXT = st.lists(st.sampled_from(["a ", "b ", "c", " ", "\n", "ä", "-", "word"]), max_size=12).map("".join)


@given(before=TEXT, after=TEXT)
def test_the_parts_are_the_texts_and_what_is_not_marked_is_in_both(before: str, after: str) -> None:
    one, other = wordwise(before, after)
    assert "".join(part.text for part in one) == before
    assert "".join(part.text for part in other) == after
    assert "".join(p.text for p in one if not p.changed) == "".join(p.text for p in other if not p.changed)
    if before == after:
        assert not any(part.changed for part in one)


def test_only_the_words_that_differ_are_marked() -> None:
    assert wordwise("my card 4111 was refused", "my card [card] was refused") == (
        [Part("my card ", False), Part("4111 ", True), Part("was refused", False)],
        [Part("my card ", False), Part("[card] ", True), Part("was refused", False)],
    )


def test_what_is_long_and_the_same_is_cut_away_from_the_difference() -> None:
    before, after = wordwise("x " * 5000 + "old" + " y" * 5000, "x " * 5000 + "new" + " y" * 5000)
    assert sum(len(part.text) for part in before + after) < 600
    assert [part.text for part in after if part.changed] == ["new "]
    assert before[0].text.startswith("…") and before[-1].text.endswith("…")


def test_texts_of_which_much_differs_are_marked_as_a_whole_where_it_lies() -> None:
    _, after = wordwise("start " + "a b " * 400 + "end", "start " + "c d " * 2000 + "end")
    assert [part.changed for part in after] == [False, True, False]
    assert len(after[1].text) == 1001 and after[1].text.endswith("…")


def test_a_long_text_without_a_difference_is_cut_too() -> None:
    assert wordwise("a " * 500, "a " * 500)[0] == [Part("a " * 30 + "…", False)]
