"""Every piece of an example is shown once, and marked as the engine trains it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.fetch import fetch
from ftwidgets.data import load
from ftwidgets.data.cost.workload import surveyed
from ftwidgets.data.looks import spoken
from ftwidgets.data.tokens.counting import LocalCounter, counter_for
from ftwidgets.data.tokens.pieces import Piece, pieces
from ftwidgets.errors import InputError
from tests.data.examples import CHAT, PAIR, TEXT

TURNS = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), TEXT, st.booleans()), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds random-tiny."""
    folder = tmp_path_factory.mktemp("home")
    fetch("random-tiny", folder / "bases")
    return folder


def chat(question: str, answer: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer} | more]}


def test_of_openais_format_the_added_tokens_are_there_without_text() -> None:
    shown = pieces(chat("Where is it?", "Gone."), "gpt-4o")
    added = Piece("", trained=False, message=None)
    assert shown == [
        *[added] * 3,
        *[Piece(text, trained=False, message=1) for text in ("Where", " is", " it", "?")],
        *[added] * 3,
        *[Piece(text, trained=True, message=2) for text in ("Gone", ".")],
        *[added] * 3,
    ]


def test_of_a_local_base_the_template_is_shown_and_the_answers_end_is_trained(home: Path) -> None:
    shown = pieces(chat("a", "é!"), "random-tiny", home=home)
    assert "".join(piece.text for piece in shown) == (
        "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\né!<|im_end|>\n"
    )
    assert [piece for piece in shown if piece.trained] == [
        Piece("é", trained=True, message=2, tokens=2),
        Piece("!", trained=True, message=2),
        Piece("<|im_end|>", trained=True, message=None),
    ]


def test_an_answer_of_weight_0_is_not_trained() -> None:
    first, second = chat("a", "b", weight=0), chat("c", "d")
    shown = pieces({"messages": [*first["messages"], *second["messages"]]}, "gpt-4o")
    assert [(piece.text, piece.message) for piece in shown if piece.trained] == [("d", 4)]


def test_of_a_preference_the_better_answer_is_trained() -> None:
    one, other = {"role": "assistant", "content": "yes"}, {"role": "assistant", "content": "no"}
    asked = {"messages": [{"role": "user", "content": "well"}]}
    shown = pieces({"input": asked, "preferred_output": [one], "non_preferred_output": [other]}, "gpt-4o")
    assert [(piece.text, piece.trained) for piece in shown if piece.text] == [
        ("well", False),
        ("yes", True),
        ("no", False),
    ]


def test_a_prompt_and_its_completion_have_nothing_added_at_openai() -> None:
    shown = pieces({"prompt": "a ->", "completion": " b"}, "davinci-002")
    assert [(piece.text, piece.trained) for piece in shown] == [("a", False), (" ->", False), (" b", True)]


def test_what_lies_beyond_the_context_is_marked_as_cut() -> None:
    shown = pieces(chat("word " * 16_400, "late"), "gpt-3.5-turbo")
    assert {piece.cut for piece in shown if piece.trained} == {True}
    assert sum(piece.tokens for piece in shown if not piece.cut) == 16_385


def test_what_a_job_would_fail_of_is_refused() -> None:
    with pytest.raises(InputError, match=r"'usr' is not a role.*The job would fail\."):
        pieces({"messages": [{"role": "usr", "content": "a"}]})
    with pytest.raises(InputError, match="The job would fail"):
        pieces(3)


@given(turns=TURNS)
def test_the_tokens_are_those_that_the_engine_reads_and_learns(
    turns: list[tuple[str, str, bool]], home: Path, template: ChatTemplate
) -> None:
    counter = LocalCounter("random-tiny", home / "bases")
    roles, texts, weights = zip(*turns, strict=True)
    learned = tuple(weight and role == "assistant" for role, weight in zip(roles, weights, strict=True))
    messages = [{"role": r, "content": t, "weight": int(w)} for r, t, w in turns]
    rendered = template.example({"messages": messages})
    tokens = counter.tokens(roles, learned, texts)
    assert [token.trained for token in tokens] == [bool(one) for one in rendered.mask]
    assert b"".join(t.raw for t in tokens if t.message) == "".join(texts).encode("utf-8", "replace")


@pytest.mark.parametrize("model", ["gpt-4o", "davinci-002", "random-tiny"])
@given(example=CHAT | PAIR)
def test_there_are_as_many_pieces_and_trained_ones_as_a_survey_counts(model: str, example: Any, home: Path) -> None:
    counter = counter_for(model, home)
    survey = surveyed(load([example]), counter)
    if not survey.facts.sound[0]:
        return
    roles, texts, trained = zip(*spoken(example), strict=True)
    tokens = counter.tokens(roles, trained, texts)
    shown = pieces(example, model, home=home)
    assert sum(piece.tokens for piece in shown) == len(tokens) == survey.facts.tokens[0]
    assert sum(piece.tokens for piece in shown if piece.trained) == survey.facts.trained[0]
    said = "".join(piece.text for piece in shown if piece.message is not None)
    assert said == "".join(texts).encode("utf-8", "replace").decode()
