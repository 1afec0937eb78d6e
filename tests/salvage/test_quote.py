from __future__ import annotations

import pytest

from ftwidgets.data.tokens.encoding import encoding
from ftwidgets.salvage.ends import OPENAI, OTHER, OWN
from ftwidgets.salvage.prompts import prompts_of
from ftwidgets.salvage.quote import quote

MINI = "ft:gpt-4o-mini-2024-07-18:org::abc"
PROMPTS = prompts_of(["Is 7 a number?", "And ten?"], system="Say yes.")


def quoted(work, host=OPENAI, price=None, bases=None):
    return quote(work, bases or {}, most=100, host=host, price=price)


def test_prompt_tokens_of_openai_models_are_exact_and_the_answers_have_a_bound():
    size = quoted({MINI: PROMPTS})
    texts = sum(encoding("o200k_base").count(text) for text in ("Is 7 a number?", "And ten?", "Say yes.", "Say yes."))
    assert size.prompt_tokens == texts + 2 * (2 * 3 + 3)
    assert (size.requests, size.models, size.most_tokens, size.exact) == (2, 1, 200, True)
    assert str(size).startswith(f"2 requests to 1 model: {size.prompt_tokens} prompt tokens (by OpenAI's o200k_base)")


def test_a_price_is_told_only_where_a_person_gave_it():
    assert quoted({MINI: PROMPTS}).dollars is None
    assert "is not known here" in str(quoted({MINI: PROMPTS}))
    priced = quoted({MINI: PROMPTS}, price=(1e6, 1e6))
    assert priced.dollars == pytest.approx(priced.prompt_tokens + 200)
    assert "at your prices" in str(priced)
    assert "cost nothing" in str(quoted({MINI: PROMPTS}, host=OWN))


def test_each_model_is_asked_and_counts_by_its_own_base():
    size = quoted({MINI: PROMPTS, "my-deployment": PROMPTS[:1]}, bases={"my-deployment": "gpt-3.5-turbo-0125"})
    assert (size.requests, size.models) == (3, 2)
    assert size.counted == ("OpenAI's o200k_base", "OpenAI's cl100k_base")


def test_a_model_whose_counting_is_not_known_has_no_count_and_no_price():
    size = quoted({MINI: PROMPTS, "llama": PROMPTS}, host=OTHER, price=(1.0, 2.0))
    assert size.prompt_tokens is None
    assert size.dollars is None
    assert "cannot be counted here" in str(size)


def test_tools_and_images_are_said_to_come_on_top():
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    shown = prompts_of([[{"role": "user", "content": [{"type": "text", "text": "What?"}, image]}]])
    size = quoted({MINI: shown})
    assert not size.exact
    assert "and those of tools and images besides" in str(size)
