"""Text to ids and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.tokenizer import Tokenizer, byte_letters
from ftwidgets.bases.untrained import SPECIAL
from ftwidgets.errors import BaseModelError

SURROGATES = st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF, categories=["Cs"])


@given(text=st.text())
def test_any_text_comes_back_as_it_went(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(text=st.text())
def test_a_byte_tokenizer_gives_one_id_a_byte(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert ids == [len(SPECIAL) + byte for byte in text.encode()]
    assert bytes(byte for one in ids for byte in tokenizer.token_bytes(one)) == text.encode()


@given(text=st.text(st.one_of(st.characters(), SURROGATES)))
def test_lone_surrogates_do_not_raise(tokenizer: Tokenizer, text: str) -> None:
    tokenizer.encode(text)


def test_a_lone_surrogate_becomes_the_replacement_character(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("a\ud800b") == tokenizer.encode("a\ufffdb")


@pytest.mark.parametrize("special", SPECIAL)
def test_a_special_token_in_a_persons_text_is_only_letters(tokenizer: Tokenizer, special: str) -> None:
    ids = tokenizer.encode(f"a{special}b")
    assert not set(ids) & set(range(len(SPECIAL)))
    assert tokenizer.decode(ids) == f"a{special}b"


@pytest.mark.parametrize("special", SPECIAL)
def test_a_special_token_in_a_template_is_one_id_and_is_left_out_of_decoded_text(
    tokenizer: Tokenizer, special: str
) -> None:
    ids = tokenizer.encode_template(f"a{special}b")
    assert ids == [*tokenizer.encode("a"), SPECIAL.index(special), *tokenizer.encode("b")]
    assert tokenizer.decode(ids) == "ab"
    assert tokenizer.token_text(ids[1]) == special
    assert bytes(tokenizer.token_bytes(ids[1])) == special.encode()


def test_a_character_that_is_not_whole_yet_is_shown_as_the_replacement_character(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("日")
    assert tokenizer.decode(ids[:2]) == "\ufffd"
    assert [tokenizer.token_bytes(one) for one in ids] == [[byte] for byte in "日".encode()]


def test_the_end_token_is_known(tokenizer: Tokenizer) -> None:
    assert (tokenizer.eos, tokenizer.eos_text, tokenizer.bos_text) == (2, "<|im_end|>", "")


def test_each_byte_has_a_letter_of_its_own_that_can_be_seen() -> None:
    letters = byte_letters()
    assert len(set(letters)) == 256
    assert all(letter.isprintable() and not letter.isspace() for letter in letters)
    assert (letters[ord(" ")], letters[ord("\n")], letters[ord("a")]) == ("Ġ", "Ċ", "a")


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize("content", [None, "", "{", "[]", "null"])
def test_a_tokenizer_file_that_is_missing_or_broken_is_a_sentence(
    tiny: Path, tmp_path: Path, name: str, content: str | None
) -> None:
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny / file, tmp_path / file)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(BaseModelError, match="cannot be read"):
        Tokenizer(tmp_path)


@pytest.mark.parametrize("eos", [None, "<none such>", 2, {"content": None}])
def test_a_tokenizer_without_an_end_token_is_refused(tiny: Path, tmp_path: Path, eos: object) -> None:
    shutil.copy(tiny / "tokenizer.json", tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"eos_token": eos}))
    with pytest.raises(BaseModelError, match="eos_token"):
        Tokenizer(tmp_path)


def test_an_end_token_may_be_written_as_an_object(tiny: Path, tmp_path: Path) -> None:
    shutil.copy(tiny / "tokenizer.json", tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"eos_token": {"content": "<|im_end|>"}}))
    assert Tokenizer(tmp_path).eos == 2


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
DIGITS = {"type": "Digits", "individual_digits": False}


@pytest.mark.parametrize(
    ("change", "is_cut"),
    [
        ({"pre_tokenizer": BYTES}, True),
        ({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [DIGITS, BYTES]}}, True),
        ({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [BYTES, DIGITS]}}, False),
        ({"pre_tokenizer": BYTES | {"use_regex": False}}, False),
        ({"pre_tokenizer": BYTES | {"add_prefix_space": True}}, False),
        ({"pre_tokenizer": None}, False),
        ({"normalizer": {"type": "NFC"}}, False),
    ],
)
def test_only_a_text_of_a_tokenizer_that_surely_cuts_there_is_counted_in_parts(
    tiny: Path, tmp_path: Path, change: dict[str, Any], is_cut: bool
) -> None:
    raw = json.loads((tiny / "tokenizer.json").read_text("utf-8"))
    (tmp_path / "tokenizer.json").write_text(json.dumps(raw | change), "utf-8")
    shutil.copy(tiny / "tokenizer_config.json", tmp_path)
    assert list(Tokenizer(tmp_path)._cut("a b1 c", 0)) == (["a", " b1", " c"] if is_cut else ["a b1 c"])
