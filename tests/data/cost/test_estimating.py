"""Estimates from the data alone: nothing is told that was not counted, measured, or has a source."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ftwidgets as ft
from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.fetch import fetch
from ftwidgets.data import check, load
from ftwidgets.data.cost.estimating import estimate
from ftwidgets.data.tokens.encoding import encoding
from ftwidgets.effort import FORWARD
from ftwidgets.errors import InputError
from ftwidgets.rates import Measurement, keep

ROWS = [
    {"messages": [{"role": "user", "content": "x" * n}, {"role": "assistant", "content": "yes"}]} for n in range(1, 21)
]
ONE = Measurement("job-1", 8, 74, 100.0, 2.0, 1_795_000_000.0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that holds random-tiny, on which nothing was measured."""
    fetch("random-tiny", tmp_path / "bases")
    return tmp_path


def read(template: ChatTemplate, rows: list[Any]) -> int:
    return sum(len(template.example(row).ids) for row in rows)


def at_openai(rows: list[Any], name: str = "o200k_base") -> int:
    """The cookbook's arithmetic."""
    return sum(3 + sum(3 + encoding(name).count(m["content"]) for m in row["messages"]) for row in rows)


def test_auto_is_what_a_job_would_choose_and_the_tokens_are_those_of_all_epochs(
    home: Path, template: ChatTemplate
) -> None:
    said = estimate(ROWS, model="random-tiny", home=home)
    assert (said.rows, said.n_epochs, said.batch_size, said.steps) == (20, 5, 8, 15)
    assert said.tokens == 5 * read(template, ROWS)
    assert said.trained == 5 * sum(sum(template.example(row).mask) for row in ROWS)
    assert said.counted == "random-tiny"
    chosen = estimate(ROWS, model="random-tiny", n_epochs=2, batch_size=4, home=home)
    assert (chosen.n_epochs, chosen.batch_size, chosen.steps, chosen.tokens) == (2, 4, 10, 2 * read(template, ROWS))


def test_where_nothing_was_measured_the_time_is_unknown_and_says_why(home: Path) -> None:
    said = estimate(ROWS, model="random-tiny", home=home)
    assert (said.seconds, said.rate, said.offers[0].time.seconds) == (None, None, None)
    why = "No job has been trained on this machine yet with random-tiny: its speed is not known."
    assert said.unknown == why
    assert why in str(said)


def test_the_time_follows_from_what_was_measured_with_its_range(home: Path, template: ChatTemplate) -> None:
    keep(home / "compiled", "random-tiny", ONE)
    said = estimate(ROWS, model="random-tiny", n_epochs=1, home=home)
    assert said.seconds == pytest.approx(2 + 2 / 3 * read(template, ROWS) / 100)
    assert (said.low, said.high) == (None, None)
    keep(home / "compiled", "random-tiny", Measurement("job-2", 8, 74, 50.0, 2.0, 1_795_000_000.0))
    ranged = estimate(ROWS, ROWS[:5], model="random-tiny", n_epochs=1, home=home)
    work = read(template, ROWS) + FORWARD * read(template, ROWS[:5])
    assert ranged.low == pytest.approx(2 + 2 / 3 * work / 100)
    assert ranged.high == pytest.approx(2 + 2 / 3 * work / 50)
    assert ranged.rate is not None
    assert ranged.rate.measurements == 2


def test_the_service_says_the_same_of_the_same_data(unmeasured: Any) -> None:
    keep(unmeasured.home / "compiled", "random-tiny", ONE)
    try:
        asked = ft.estimate(unmeasured.client, load(ROWS), load(ROWS[:5]), model="random-tiny", n_epochs=2)
        told = estimate(ROWS, ROWS[:5], model="random-tiny", n_epochs=2, home=unmeasured.home)
    finally:
        (unmeasured.home / "compiled" / "rates.json").unlink()
    names = ("base", "rows", "steps", "n_epochs", "batch_size", "tokens", "seconds", "low", "high", "rate")
    assert [getattr(asked, name) for name in names] == [getattr(told, name) for name in names]
    assert asked.sentence == told.sentence


def test_openais_bill_is_the_tokens_of_each_example_up_to_the_limit(home: Path) -> None:
    long = {"messages": [{"role": "user", "content": "word " * 70_000}, {"role": "assistant", "content": "yes"}]}
    said = estimate([*ROWS, long], model="gpt-4o-mini", n_epochs=3, home=home)
    (here, there) = said.offers
    assert there.model == "gpt-4o-mini-2024-07-18"
    assert there.tokens == 3 * (at_openai(ROWS) + 65_536)
    assert there.price == pytest.approx(there.tokens * 3.0 / 1e6)
    assert here.price == 0
    assert said.tokens == 3 * at_openai(ROWS)  # of the long one nothing is left to learn
    assert any("1 row longer than the context of 65,536 tokens" in note for note in said.notes)
    older = estimate(ROWS, model="gpt-3.5-turbo", n_epochs=1, home=home).offers[1]
    assert (older.tokens, older.per_million) == (at_openai(ROWS, "cl100k_base"), 8.0)


def test_every_model_that_is_still_trained_is_offered_and_no_price_is_made_up(home: Path) -> None:
    offers = estimate(ROWS, model="random-tiny", home=home).offers
    assert [(offer.host, offer.model, offer.per_million) for offer in offers] == [
        ("this machine", "random-tiny", 0.0),
        ("OpenAI", "gpt-4.1-2025-04-14", None),
        ("OpenAI", "gpt-4.1-mini-2025-04-14", None),
        ("OpenAI", "gpt-4o-2024-08-06", None),
        ("OpenAI", "gpt-4o-mini-2024-07-18", 3.0),
    ]
    assert {offer.tokens for offer in offers[1:]} == {5 * at_openai(ROWS)}
    assert offers[1].price is None
    assert 'give yours with prices={"gpt-4.1-2025-04-14":' in offers[1].basis


def test_ones_own_prices_are_used(home: Path) -> None:
    said = estimate(ROWS, model="random-tiny", n_epochs=1, prices={"my host": 1000.0, "gpt-4.1": 25.0}, home=home)
    mine, other = said.offers[-1], said.offers[1]
    assert (mine.name, mine.tokens) == ("my host", said.tokens)
    assert mine.price == pytest.approx((said.tokens or 0) / 1000)
    assert "Its tokens are taken to be those of random-tiny." in mine.basis
    assert other.price == pytest.approx(at_openai(ROWS) * 25 / 1e6)


def test_a_model_of_openais_without_a_price_is_told_all_the_same(home: Path) -> None:
    said = estimate(ROWS, model="gpt-3.5-turbo-1106", home=home)
    assert [(offer.model, offer.price) for offer in said.offers][1:] == [("gpt-3.5-turbo-1106", None)]
    assert said.base == "gpt-3.5-turbo-1106"
    assert said.seconds is None
    assert "How long OpenAI takes is not known." in str(said)


def test_openais_terms_are_told_with_their_day(home: Path) -> None:
    for model in ("random-tiny", "gpt-4o-mini"):
        said = estimate(ROWS, model=model, home=home)
        assert "As of 2026-11-20: OpenAI takes no new fine-tuning users" in str(said)
        assert "As of 2026-11-20" in said._repr_html_()


def test_faulty_rows_are_left_out_and_told(home: Path) -> None:
    said = estimate([*ROWS[:4], {"messages": []}], model="random-tiny", home=home)
    assert said.rows == 4
    assert said.notes[:2] == (
        "1 row with an error left out: with them the job would fail. See ft.check.",
        "The job would fail: it has 4 examples, and needs at least 10.",
    )
    nothing = estimate(b"", model="random-tiny", home=home)
    assert (nothing.rows, nothing.steps, nothing.tokens) == (0, 0, 0)


def test_what_a_check_knows_is_not_counted_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTWIDGETS_HOME", str(home))
    findings = check(ROWS, ROWS[:2], model="random-tiny")
    assert estimate(*findings.surveys, model="random-tiny") == estimate(ROWS, ROWS[:2], model="random-tiny")
    other = estimate(*findings.surveys, model="gpt-4o")
    assert other.tokens == other.n_epochs * at_openai(ROWS)


def test_a_fine_tuned_models_tokens_are_its_bases(home: Path) -> None:
    said = estimate(ROWS, model="ft:random-tiny:personal::abc12345", home=home)
    assert (said.base, said.counted) == ("random-tiny", "random-tiny")


def test_without_the_base_the_tokens_are_openais_and_the_time_is_unknown(tmp_path: Path) -> None:
    said = estimate(ROWS, home=tmp_path)
    assert (said.counted, said.tokens) == ("OpenAI's o200k_base", 5 * at_openai(ROWS))
    assert said.unknown == "The model smollm2-135m-instruct is not on this machine yet: how long it takes is not known."
    assert said.offers[0].tokens is None


def test_what_cannot_be_is_refused(home: Path) -> None:
    with pytest.raises(InputError, match="n_epochs is 0"):
        estimate(ROWS, n_epochs=0, home=home)
    with pytest.raises(InputError, match="How 'gpt-9' counts tokens is not known"):
        estimate(ROWS, model="gpt-9", home=home)
    with pytest.raises(InputError, match="there is no such file"):
        ft.estimate("no-such-file.jsonl")
    with pytest.raises(InputError, match="is not a client"):
        ft.estimate(ROWS, ROWS, ROWS)  # type: ignore[arg-type]


def test_it_is_shown_as_text_as_a_page_and_as_a_table(home: Path) -> None:
    keep(home / "compiled", "random-tiny", ONE)
    said = estimate(ROWS, model="random-tiny", n_epochs=1, prices={"<my> host": 3.0}, home=home)
    lines = str(said).splitlines()
    assert lines[0].startswith("3 steps · 1 epoch · about ")
    assert lines[2].startswith("this machine, random-tiny: $0 · ")
    html = said._repr_html_()
    assert "&lt;my&gt; host" in html
    assert "<my>" not in html
    frame = said.frame
    assert len(frame) == len(said.offers)
    assert frame.loc[0, "host"] == "this machine"
    assert frame.loc[0, "seconds"] == said.seconds
    assert frame["price"].notna().sum() == 3


def test_neither_client_library_nor_engine_is_loaded(home: Path) -> None:
    program = (
        "import sys; from ftwidgets.data.cost import estimating\n"
        f"estimating.estimate({ROWS!r}, model='gpt-4o', home=__import__('pathlib').Path({str(home)!r}))\n"
        "print([n for n in ('jax', 'openai', 'starlette', 'ipywidgets', 'pandas', 'matplotlib') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
