"""The vocabularies in the package are the published ones."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.data.tokens.ranks import SHA256, pack, rank_file, read_rank_file, tokens, unpack


@pytest.mark.parametrize("name", SHA256)
def test_the_published_rank_file_comes_back_byte_for_byte(name: str) -> None:
    assert hashlib.sha256(rank_file(tokens(name))).hexdigest() == SHA256[name]


@settings(max_examples=5)  # xz at its best is slow to begin
@given(st.lists(st.binary(min_size=1, max_size=255), max_size=50))
def test_what_is_packed_comes_back(some: list[bytes]) -> None:
    assert unpack(pack(some)) == some
    assert read_rank_file(rank_file(some)) == some


@pytest.mark.parametrize("name", SHA256)
def test_the_hash_is_the_one_that_tiktoken_expects(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import tiktoken_ext.openai_public

    seen = []
    monkeypatch.setattr(
        tiktoken_ext.openai_public, "load_tiktoken_bpe", lambda _, expected_hash: seen.append(expected_hash)
    )
    getattr(tiktoken_ext.openai_public, name)()
    assert seen == [SHA256[name]]
