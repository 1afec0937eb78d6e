"""The tokenizer and the chat template of the default base, against what Hugging Face's own library made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

REFERENCE = json.loads((Path(__file__).parents[1] / "engine" / "reference.json").read_text("utf-8"))
CHATS = REFERENCE["chat_template"]["rendered"]


@pytest.fixture(scope="module")
def tokenizer(smollm: Path) -> Tokenizer:
    return Tokenizer(smollm)


@pytest.fixture(scope="module")
def template(tokenizer: Tokenizer) -> ChatTemplate:
    return ChatTemplate(tokenizer)


@pytest.mark.parametrize("case", REFERENCE["tokenizer"], ids=lambda case: repr(case["text"])[:30])
def test_a_text_has_the_ids_that_hugging_face_gives_it(tokenizer: Tokenizer, case: dict[str, Any]) -> None:
    assert tokenizer.encode_template(case["text"]) == case["ids"]


@pytest.mark.parametrize("case", REFERENCE["tokenizer"], ids=lambda case: repr(case["text"])[:30])
def test_a_persons_text_has_the_same_ids_where_it_holds_no_special_token(
    tokenizer: Tokenizer, case: dict[str, Any]
) -> None:
    ids = tokenizer.encode(case["text"])
    if any(one <= 16 for one in case["ids"]):  # SmolLM2's special tokens are the first
        assert not any(one <= 16 for one in ids)
        assert tokenizer.decode(ids) == case["text"]
    else:
        assert ids == case["ids"]


@pytest.mark.parametrize("case", REFERENCE["prompts"].values(), ids=REFERENCE["prompts"])
def test_a_whole_prompt_has_the_ids_of_the_reference(tokenizer: Tokenizer, case: dict[str, Any]) -> None:
    assert tokenizer.encode_template(case["text"]) == case["ids"]


def test_the_template_is_the_vendors_own(tokenizer: Tokenizer) -> None:
    assert tokenizer.chat_template == REFERENCE["chat_template"]["template"]


@pytest.mark.parametrize("case", CHATS.values(), ids=CHATS)
def test_a_chat_is_rendered_to_the_ids_of_the_reference(template: ChatTemplate, case: dict[str, Any]) -> None:
    assert template.prompt(case["messages"]) == case["ids"]


def test_the_mask_marks_the_answer_and_its_end(template: ChatTemplate, tokenizer: Tokenizer) -> None:
    chat = [{"role": "user", "content": "Word?"}, {"role": "assistant", "content": "In spring, from March on."}]
    rendered = template.example({"messages": chat})
    learned = [one for one, on in zip(rendered.ids, rendered.mask, strict=True) if on]
    assert learned == [*tokenizer.encode("In spring, from March on."), tokenizer.eos]


# SmolLM2's vocabulary lacks some control characters and the bytes of the rarest planes, and gives them no token at all
TEXTS = st.text(st.characters(max_codepoint=0x3FFFF, exclude_categories=["Cs", "Cc"]), max_size=20)


@given(text=TEXTS)
def test_any_text_comes_back_as_it_went(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(question=TEXTS, answer=TEXTS)
def test_a_prompts_ids_are_the_beginning_of_the_examples_ids(
    template: ChatTemplate, question: str, answer: str
) -> None:
    asked = {"role": "user", "content": question}
    prompt = template.prompt([asked])
    example = template.example({"messages": [asked, {"role": "assistant", "content": answer}]})
    assert list(example.ids[: len(prompt)]) == prompt


ODD = st.lists(
    st.sampled_from(
        [*"aZé中1٣²'! \n\t\u3000\u2028😀.-_，。龥一~\u0301ⅷ", "'re", "'ll", " '", "  ", "\r\n", "the", "ing"]
    )
)


@given(text=ODD.map("".join), window=st.integers(0, 10))
def test_a_long_text_that_is_counted_in_parts_has_the_tokens_that_it_has_as_a_whole(
    tokenizer: Tokenizer, text: str, window: int
) -> None:
    assert tokenizer.counts([text, "a b", text], window) == [len(tokenizer.encode(one)) for one in (text, "a b", text)]


def test_a_text_of_millions_of_tokens_is_counted_a_part_at_a_time(tokenizer: Tokenizer) -> None:
    text = "One, 23 words: 1234567890。" * 100_000
    parts = list(tokenizer._cut(text, 2**18))
    assert max(map(len, parts)) < 2**18 + 30
    assert "".join(parts) == text
