"""Counts are exact or they are wrong: the fast way is held against tiktoken."""

import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.tokens.encoding import MUCH, Encoding, encoding, encoding_for
from ftwidgets.data.tokens.ranks import SHA256
from ftwidgets.data.tokens.reference import Reference
from ftwidgets.data.tokens.unassigned import odd_code_points, odd_ones
from ftwidgets.errors import InputError
from tests.data.texts import texts

both = pytest.mark.parametrize("name", SHA256)

CONTEXTS = [
    *("{}", "{0}{0}", "a{}b", "A{}B", "{}a", "{}A", "é{}É", "中{}中", "12{}34"),
    *(" {}", "  {}  ", "a {}b", "\n{}\n", "\r\n {}\r\n", "{}/\n", "!!{}", "!!{}!!"),
    *("{}'s", "a{}'LL", "{}a's", "'{}", "x'{}", "x'S{}", " '{}'re"),
]


@cache
def warm(name: str) -> Encoding:
    """An encoding that has counted much, and so counts the fast way."""
    pytest.importorskip("gigatoken")
    made = Encoding(name)
    made.count("a " * (MUCH // 2))
    return made


@cache
def reference(name: str) -> Reference:
    return Reference(name)


def alike(name: str, context: str) -> bool:
    """Whether both ways cut every code point that is not routed alike in this context, token for token."""
    fast: Any = warm(name)._quick.encode
    even = np.flatnonzero(~odd_code_points()).tolist()
    assert len(even) > 150_000
    for start in range(0, len(even), 5_000):
        text = "\n\n#".join(context.format(chr(code)) for code in even[start : start + 5_000])
        if not np.array_equal(fast(text), reference(name)._cut.encode_ordinary(text)):
            return False
    return True


@both
def test_every_code_point_is_cut_alike_or_is_counted_by_tiktoken(name: str) -> None:
    assert alike(name, "{0}'s 12{0}34 !!{0}a")


@pytest.mark.slow
@both
@pytest.mark.parametrize("context", CONTEXTS)
def test_every_code_point_is_cut_alike_in_every_context(name: str, context: str) -> None:
    assert alike(name, context)


@both
@given(some=st.lists(texts, max_size=6))
def test_any_texts_count_as_with_tiktoken(name: str, some: list[str]) -> None:
    assert warm(name).counts(some).tolist() == [reference(name).count(text) for text in some]


@both
def test_the_code_points_that_are_routed_do_make_a_difference(name: str) -> None:
    fast: Any = warm(name)._quick.encode
    newer = "\U000323b0's"  # a letter since Unicode 17
    assert len(fast(newer)) != reference(name).count(newer) == warm(name).count(newer)


@both
@pytest.mark.parametrize("text", ["", "<|endoftext|>", "\ud800", "a\ud83d\ude00b", "\0", "<|fim_prefix|> x"])
def test_no_text_is_refused(name: str, text: str) -> None:
    cold = Encoding(name)
    assert cold.count(text) == warm(name).count(text) == len(cold.pieces(text))


@both
def test_a_special_token_in_a_text_is_text(name: str) -> None:
    assert encoding(name).count("<|endoftext|>") > 1


@both
@given(some=st.lists(texts, max_size=4), again=st.integers(0, 3))
def test_repeated_texts_keep_their_places(name: str, some: list[str], again: int) -> None:
    once = warm(name).counts(some).tolist()
    assert warm(name).counts(some * again + some[::-1]).tolist() == once * again + once[::-1]


def test_an_odd_text_is_found_where_it_is() -> None:
    plain, foreign, odd = "plain", "中文é", "中\u0378"
    long, longer = "é" * (3 << 20), "中" * (1 << 20) + "\u0378"
    assert odd_ones([odd, plain, foreign, "", odd, "\ud800", foreign, long, longer]) == {0, 4, 5, 8}
    assert odd_ones([]) == odd_ones([plain, foreign]) == set()


@pytest.mark.parametrize(
    ("model", "name"),
    [
        *((m, "o200k_base") for m in ("gpt-4o", "gpt-4o-mini-2024-07-18", "gpt-4.1-nano-2025-04-14", "o4-mini", "o3")),
        *((m, "cl100k_base") for m in ("gpt-4", "gpt-4-0613", "gpt-3.5-turbo", "gpt-3.5-turbo-0125", "davinci-002")),
        *((("ft:gpt-4o-mini-2024-07-18:org::id"), "o200k_base"), ("ft:babbage-002:org:name:id", "cl100k_base")),
    ],
)
def test_a_model_of_openai_has_the_encoding_that_tiktoken_says(model: str, name: str) -> None:
    import tiktoken

    assert encoding_for(model) is encoding(name)
    assert tiktoken.encoding_name_for_model(model) == name


@pytest.mark.parametrize("model", ["smollm2-135m-instruct", "gpt-oss-20b", "gpt-4turbo", "", "o200k_base"])
def test_any_other_model_has_none(model: str) -> None:
    assert encoding_for(model) is None


def test_an_unknown_encoding_is_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'p50k' .* Use o200k_base or cl100k_base\."):
        encoding("p50k")


def test_little_is_counted_without_loading_a_network_library_or_the_fast_way() -> None:
    code = (
        "import sys; from ftwidgets.data.tokens.encoding import encoding; encoding('o200k_base').count('é'); "
        "print(*({'requests', 'gigatoken', 'awkward', 'tiktoken_ext.openai_public'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@both
def test_without_the_extra_much_is_counted_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gigatoken", None)
    made = Encoding(name)
    made._counted = MUCH
    assert made.counts(["a b", "中文", "a b"]).tolist() == [2, encoding(name).count("中文"), 2]
    assert made._quick is None


@both
def test_many_texts_of_which_some_are_odd_keep_their_order(name: str) -> None:
    some = ["a" * (n % 7) + ("\u0378's" if n % 3 == 0 else "") + ("é" if n % 2 else "") + str(n) for n in range(500)]
    assert warm(name).counts(some).tolist() == [reference(name).count(text) for text in some]
