"""The tokens of a row: of each turn all of them, in the order in which a model reads them, and why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.fetch import fetch
from ftwidgets.data import load
from ftwidgets.data.tokens.counting import counter_for
from ftwidgets.data.transcript import transcript
from ftwidgets.widgets import tokens
from ftwidgets.widgets.desk import Desk

PREFERENCE = {
    "input": {"messages": [{"role": "user", "content": "a"}]},
    "preferred_output": [{"role": "assistant", "content": "b"}],
    "non_preferred_output": [{"role": "assistant", "content": "c"}],
}

SAID = st.text(max_size=30).filter(str.strip)


@pytest.fixture
def local_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FTWIDGETS_HOME", str(tmp_path))
    fetch("random-tiny", tmp_path / "bases")
    return "random-tiny"


def chat(*said: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]} | more


def desk(*rows: Any, model: str | None = "gpt-4o") -> Desk:
    made = Desk(load(list(rows)), None, model)
    made.check()
    return made


def drawn(*rows: Any, line: int = 1, model: str | None = "gpt-4o") -> Any:
    return tokens.drawn(desk(*rows, model=model), line)


@given(st.lists(SAID, min_size=2, max_size=4).filter(lambda said: len(said) % 2 == 0))
def test_the_pieces_of_each_turn_are_its_text_and_its_tokens_those_that_are_counted(said: list[str]) -> None:
    turns = drawn(chat(*said))["turns"]
    texts = ["".join(text for text, _, _ in turn["pieces"]) for turn in turns]
    assert texts == [turn.text for turn in transcript(load([chat(*said)]).rows[0])]
    counts = counter_for("gpt-4o").counts(said)
    assert [sum(many for _, many, _ in turn["pieces"]) for turn in turns] == counts.tolist()
    assert [{kinds for _, _, kinds in turn["pieces"]} for turn in turns] == [{""}, {"t"}] * (len(said) // 2)


def test_what_openai_adds_is_told_and_not_drawn() -> None:
    told = drawn(chat("Is it?", "It is."))
    assert told["kinds"] == "t"
    assert told["said"] == (
        "15 tokens as OpenAI's o200k_base counts them, 3 trained. "
        "9 are added by the chat format; which ones is not published, and none is drawn."
    )


def test_of_a_local_base_what_the_chat_format_adds_stands_with_its_turn(local_base: str) -> None:
    told = drawn(chat("Is it?", "It is.", "Yes?", "Yes."), model=local_base)
    texts = ["".join(text for text, _, _ in turn["pieces"]) for turn in told["turns"]]
    assert [text.endswith("<|im_end|>\n") for text in texts] == [True] * 4
    assert texts[1:] == [
        "<|im_start|>assistant\nIt is.<|im_end|>\n",
        "<|im_start|>user\nYes?<|im_end|>\n",
        "<|im_start|>assistant\nYes.<|im_end|>\n",
    ]
    ends = [kinds for turn in told["turns"] for text, _, kinds in turn["pieces"] if text == "<|im_end|>"][-4:]
    assert ends == ["a", "ta", "a", "ta"]
    many = sum(many for turn in told["turns"] for _, many, _ in turn["pieces"])
    assert told["said"].startswith(f"{many} tokens as {local_base} counts them, ")
    assert (told["kinds"], told["turns"][1]["tokens"]) == ("at", "6 tokens")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            {"messages": [{"role": "usr", "content": "a"}]},
            "'usr' is not a role. Use system, user, assistant or tool. The job would fail.",
        ),
        (5, 'The line holds 5, not an object. Write {"messages": [...]} on each line. The job would fail.'),
        (chat("a", "b " * 120_000), "Line 4 has 240,078 bytes; they are shown of lines up to 200,000."),
        (PREFERENCE, "Line 4 is not counted: a job would fail of it."),
    ],
)
def test_where_the_tokens_are_not_shown_a_sentence_says_why(row: Any, why: str) -> None:
    told = drawn(*[chat("a", "b")] * 3, row, line=4)
    assert (told["turns"], told["said"]) == ([], f"The tokens cannot be shown. {why}")


def test_a_line_that_cannot_be_read_and_one_that_is_gone_have_none() -> None:
    one = Desk(load(b'{"messages"\n'), None, "gpt-4o")
    assert tokens.drawn(one, 1)["said"] == "The tokens cannot be shown. Line 1 is not read: edit it, or delete it."
    assert tokens.drawn(one, 9)["said"] == "The tokens cannot be shown. There is no line 9 any more."


def test_of_very_many_the_first_are_drawn_and_the_rest_is_counted() -> None:
    told = drawn(chat("a", "go on " * 2_000, "b", "c"))
    assert sum(len(turn["pieces"]) for turn in told["turns"]) == tokens.MOST_PIECES
    assert [turn["more"] for turn in told["turns"]] == ["", "1,002 more tokens", "1 more token", "1 more token"]
    assert told["said"].endswith("The first 3,000 are drawn.")


def test_what_the_model_does_not_read_is_marked() -> None:
    told = drawn(chat("a", "go on " * 9_000), model="gpt-3.5-turbo")
    assert told["kinds"] == "tx"
    assert told["said"].endswith("What is struck through lies beyond the 16,385 that the model reads.")
