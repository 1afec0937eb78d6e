"""Texts in small letters, many at once, hold the words that Python finds in them one by one."""

import unicodedata
from bisect import bisect_left, bisect_right
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.near.letters import SPACELESS, small_letters
from ftwidgets.data.near.shingles import shingles

ODD = "İKΣσςẞßÅ\u00a0\u2003\u3000\u2028\u0085中文ไทยひら\U00020000\U0001f600\U00010400\ud800éÉЖжAZaz .\t\n\0"


def in_pieces(texts: list[str]) -> list[list[bytes]]:
    """The words of each text, from what `small_letters` makes of all of them."""
    small = small_letters(texts)
    cuts = sorted({*small.first.tolist(), *small.end.tolist()})
    found = []
    for start, end in zip(small.begins[:-1].tolist(), (small.begins[1:] - 1).tolist(), strict=True):
        edges = [start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]
        pieces = [text_of(small.raw[one:other]) for one, other in pairwise(edges)]
        found.append([written(word) for piece in pieces for word in piece.split()])
    return found


def written(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")


def text_of(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def one_by_one(text: str) -> list[bytes]:
    """The same by Python alone."""
    apart = SPACELESS.sub(r" \g<0> ", text.lower())
    return [written(word) for word in apart.split()]


texts = st.lists(st.text(st.sampled_from(ODD) | st.characters(), max_size=30), max_size=6)


@given(texts)
def test_words_are_those_that_python_finds(several: list[str]) -> None:
    """Whatever the signs, and whatever stands in the texts beside."""
    assert in_pieces(several) == [one_by_one(text) for text in several]


def test_every_sign_becomes_what_python_makes_of_it() -> None:
    """Each sign there is, between two letters."""
    signs = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) != "Cn" or code % 97 == 0]
    several = [f"a{sign}B" for sign in signs]
    for start in range(0, len(several), 5_000):
        part = several[start : start + 5_000]
        assert in_pieces(part) == [one_by_one(text) for text in part]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ägypten  Öl\u00a0und ÉTÉ", "ägypten öl und été"),
        ("ΣΊΣΥΦΟΣ ΣΑΣ ΟΣ", "σίσυφος σας ος"),
        ("中 文字 です", "中文字です"),
    ],
)
def test_texts_that_differ_by_case_and_space_have_the_same_shingles(one: str, other: str) -> None:
    """Beside others, too, that have none of it."""
    found = shingles([one, "plain words stand here", other])
    ends = found.offsets
    assert found.numbers[: ends[1]].tolist() == found.numbers[ends[2] :].tolist()
