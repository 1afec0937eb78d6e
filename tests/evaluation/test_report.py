"""A report: its scores, its table, its page."""

from __future__ import annotations

import re

import pytest

from ftwidgets.evaluation import Report, Score
from ftwidgets.evaluation.question import Question

QUESTIONS = [
    Question(1, ({"role": "user", "content": "oak"},), "plant"),
    Question(3, ({"role": "user", "content": "cow"},), "animal"),
]
REPORT = Report(QUESTIONS, {"base": ["food", "animal "], "tuned": ["plant", "animal"]}, Score("always 'food'", 0, 2))


def test_a_score_shows_its_share_its_interval_and_its_rows() -> None:
    assert str(Score("m", 10, 10)) == "1.00 (0.72 to 1.00, n = 10)"
    assert str(Score("m", 0, 0)) == "0.00 (0.00 to 1.00, n = 0)"


def test_a_report_shows_the_baseline_first_and_each_model() -> None:
    assert [line.split(":")[0] for line in repr(REPORT).splitlines()] == ["always 'food'", "base", "tuned"]


def test_the_frame_has_a_row_for_each_question_and_a_column_for_each_model() -> None:
    frame = REPORT.frame
    assert list(frame.columns) == ["line", "asked", "reference", "base", "tuned"]
    assert frame.iloc[1].tolist() == [3, "cow", "animal", "animal ", "animal"]


def test_answers_that_are_fewer_than_the_questions_are_not_taken_for_right() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        Report(QUESTIONS, {"base": ["plant"]}, Score("b", 0, 2)).score("base")


SCRIPT = "<script>alert('1')</script>&amp;"


def test_whatever_a_person_or_a_model_wrote_is_shown_and_not_run() -> None:
    question = Question(1, ({"role": "user", "content": SCRIPT},), SCRIPT)
    page = Report([question], {SCRIPT: [SCRIPT]}, Score(f"always '{SCRIPT}'", 1, 1), [SCRIPT]).to_html()
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;amp;") == 7


def test_a_notebook_shows_the_scores_with_their_intervals() -> None:
    shown = REPORT._repr_html_()
    assert re.findall(r">(\d\.\d\d)</td><td[^>]*>(\d\.\d\d to \d\.\d\d)</td>", shown) == [
        ("0.00", "0.00 to 0.66"),
        ("0.50", "0.09 to 0.91"),
        ("1.00", "0.34 to 1.00"),
    ]
    assert shown.count("<svg") == 3
    assert "2 questions" in shown
    assert "<script" not in Report(QUESTIONS, {SCRIPT: ["a", "b"]}, Score(SCRIPT, 1, 2), [SCRIPT])._repr_html_()


def test_the_page_marks_each_answer_as_right_or_wrong() -> None:
    page = REPORT.to_html()
    assert re.findall(r'<span class="(\w+)">(\w+)</span>', page) == [
        ("wrong", "food"),
        ("right", "plant"),
        ("right", "animal"),
        ("right", "animal"),
    ]


def test_the_page_needs_nothing_from_anywhere() -> None:
    page = REPORT.to_html()
    assert not re.findall(r"""(?:src|href|url\()\s*=?\s*["']?(?!data:)\w+:""", page)
    assert "<link" not in page
    assert "@import" not in page
