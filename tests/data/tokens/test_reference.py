"""tiktoken built from the package is tiktoken, and takes the texts that tiktoken alone cannot."""

from functools import cache
from typing import Any

import pytest
import tiktoken
import tiktoken_ext.openai_public
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.tokens.ranks import SHA256, tokens
from ftwidgets.data.tokens.reference import WIDE, Reference, sound
from tests.data.texts import texts

both = pytest.mark.parametrize("name", SHA256)


@cache
def published(name: str) -> Any:
    """The encoding as tiktoken's own code builds it, but for the fetching."""
    with pytest.MonkeyPatch.context() as patch:
        ranks = {token: rank for rank, token in enumerate(tokens(name))}
        patch.setattr(tiktoken_ext.openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks)
        return tiktoken.Encoding(**getattr(tiktoken_ext.openai_public, name)())


@cache
def narrow(name: str) -> Reference:
    """A reference that counts runs of three spaces apart."""
    return Reference(name, wide=3)


@cache
def usual(name: str) -> Reference:
    return Reference(name)


@both
@given(text=texts)
def test_a_text_counts_as_tiktoken_counts_it(name: str, text: str) -> None:
    assert narrow(name).count(text) == len(published(name).encode_ordinary(sound(text)))


@both
@given(text=st.text(" \t\u3000\r\n\x1c\u200ba!/'", max_size=30))
def test_runs_of_spaces_counted_apart_are_the_pieces_that_the_pattern_makes(name: str, text: str) -> None:
    whole = published(name)
    assert narrow(name).pieces(text) == whole.decode_tokens_bytes(whole.encode_ordinary(text))


@both
@given(text=texts)
def test_the_pieces_are_the_bytes_of_the_text_and_as_many_as_counted(name: str, text: str) -> None:
    pieces = narrow(name).pieces(text)
    assert b"".join(pieces) == sound(text).encode()
    assert len(pieces) == narrow(name).count(text)


@both
@pytest.mark.parametrize("frame", ["a{}", "\n{}a", "{}\na"])
def test_a_million_spaces_are_counted(name: str, frame: str) -> None:
    """tiktoken alone gives up here; no run of 128 spaces or fewer is more than a token."""
    count = usual(name).count(frame.format(" " * 10 * WIDE))
    assert 10 * WIDE / 128 <= count <= 10 * WIDE / 128 + 4
