from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser

from ftwidgets import page
from ftwidgets.data import load
from ftwidgets.evaluation import Report, Score
from ftwidgets.evaluation.question import questions
from ftwidgets.events import Event
from ftwidgets.run import Run

ANSWER = "<script>document.title = 'taken'</script>"


@pytest.fixture
def report_page(tmp_path: Path) -> Path:
    """A report of a run with ten steps, one of whose answers is an attack."""
    job = {"id": "ftjob-1", "status": "succeeded", "model": "base", "fine_tuned_model": "ft:1"}
    rest = {"error": None, "trained_tokens": 12, "created_at": 1, "finished_at": 9}
    run = Run(None, SimpleNamespace(**job, **rest))
    steps = [
        {"step": n, "train_loss": 2 / n, "total_steps": 10, "train_mean_token_accuracy": n / 10} for n in range(1, 11)
    ]
    run.curves.add(Event(f"e{n}", 0, "info", "", "metrics", data) for n, data in enumerate(steps))
    asked = questions(load([{"prompt": "a word", "completion": "plant"}]))
    report = Report(asked, {"base": [ANSWER], "ft:1": ["plant"]}, Score("always 'plant'", 1, 1))
    path = tmp_path / "report.html"
    path.write_text(page.document("A report", *report.sections(), *run.sections()), "utf-8")
    return path


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 20, 24)")])
def test_the_report_stands_alone_in_light_and_dark(
    browser: Browser, report_page: Path, scheme: str, ground: str
) -> None:
    tab = browser.new_page(color_scheme=scheme)
    asked: list[str] = []
    faults: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(report_page.as_uri())
    tab.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    assert tab.title() == "A report"
    assert tab.get_by_text(ANSWER).count() == 1
    assert "2.00 at step 1, 0.20 at step 10" in (tab.locator("img").get_attribute("alt") or "")
    tab.close()
