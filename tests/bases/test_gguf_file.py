"""From GGUF to the Hugging Face layout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from ftwidgets.bases.config import Config
from ftwidgets.bases.gguf_file import convert
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.bases.untrained import TINY
from ftwidgets.errors import BaseModelError
from tests.bases.wheels import write_gguf


@pytest.fixture
def file(tiny: Path, tmp_path: Path) -> Path:
    return write_gguf(tmp_path / "tiny.gguf", tiny)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "new").mkdir()
    return tmp_path / "new"


def test_the_weights_come_out_as_they_were_before_llama_cpp_reordered_them(
    file: Path, target: Path, tiny: Path
) -> None:
    convert(file, target)
    before, after = load_file(tiny / "model.safetensors"), load_file(target / "model.safetensors")
    after["model.embed_tokens.weight"] = after["model.embed_tokens.weight"][: TINY.vocabulary]
    assert before.keys() == after.keys()
    for name, weight in before.items():
        assert np.array_equal(weight, after[name]), name
        assert after[name].dtype == np.float16


def test_the_shape_and_the_tokenizer_come_with_it(file: Path, target: Path) -> None:
    convert(file, target)
    assert Config.read(target) == replace(TINY, vocabulary=TINY.vocabulary + 1)
    tokenizer = Tokenizer(target)
    assert tokenizer.eos == 2
    assert tokenizer.chat_template is not None and "im_start" in tokenizer.chat_template
    assert tokenizer.encode_template("<|im_end|>cab") == [2, 3 + ord("c"), TINY.vocabulary]


def test_another_architecture_is_refused(tiny: Path, target: Path) -> None:
    other = write_gguf(target.parent / "other.gguf", tiny, architecture="gpt2")
    with pytest.raises(BaseModelError, match=r"other\.gguf cannot be converted"):
        convert(other, target)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.05, 0.2, 0.6, 0.99])
def test_a_file_that_was_cut_off_is_a_sentence_and_makes_no_base(file: Path, target: Path, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BaseModelError, match=r"tiny\.gguf cannot be converted"):
        convert(file, target)
    assert not (target / "config.json").exists()


def test_a_file_that_is_no_gguf_is_a_sentence(target: Path) -> None:
    file = target.parent / "tiny.gguf"
    file.write_bytes(b"PK\x03\x04 this is a zip file, not a model" * 100)
    with pytest.raises(BaseModelError, match=r"tiny\.gguf cannot be converted"):
        convert(file, target)
