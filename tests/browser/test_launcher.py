"""The Launcher's JavaScript alone, with a stub in the model's place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ftwidgets.widgets.launcher import Launcher
from ftwidgets.widgets.widget import STYLE

pytestmark = pytest.mark.slow

ESTIMATE = {
    "size": "75 steps · 3 epochs · 24,720 tokens",
    "time": "about 1 min 10 s on this machine",
    "basis": "measured here: 460 tokens/s, over 155 steps, last on 2026-11-20 08:08",
    "is_long": False,
    "can_measure": False,
}
SHEET = {
    "name": "support.jsonl",
    "size": "200 rows · 100 to validate",
    "models": [{"id": "smollm2-135m-instruct", "about": "By Hugging Face."}, {"id": "random-tiny", "about": "Tiny."}],
    "epochs_about": "3 passes over the rows, by OpenAI's rule.",
    "epochs": 3,
    "estimate": ESTIMATE,
    "proposals": [],
    "fault": "",
    "busy": "",
    "run": None,
    "code": "run = ft.launch(client, train)",
}
RUN = {
    "id": "ftjob-1",
    "label": "running",
    "kind": "run",
    "progress": "step 30 of 75",
    "note": "",
    "note_kind": "",
    "step": 30,
    "total": 75,
}
STUB = """
const heard = {}, values = VALUES;
window.sent = [];
window.saved = [];
window.model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; (heard[`change:${name}`] || []).forEach((f) => f()); },
  save_changes: () => window.saved.push({ model: values.model, n_epochs: values.n_epochs, rows: values.rows }),
  on: (name, f) => (heard[name] ||= []).push(f),
  off: () => {},
  send: (message) => window.sent.push(message),
  lose: () => (heard["comm:close"] || []).forEach((f) => f()),
};
widget.render({ model: window.model, el: document.getElementById("root") });
"""

Show = Callable[..., Page]


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Draws a sheet: `show(**changes)`, with `values` in the place of traits."""
    tabs: list[Page] = []
    faults: list[str] = []

    def draw(values: dict[str, Any] | None = None, **changes: Any) -> Page:
        traits = {"model": "smollm2-135m-instruct", "n_epochs": "auto", "rows": None, "sheet": SHEET | changes}
        script = str(Launcher._esm).replace("export default", "const widget =")
        script += STUB.replace("VALUES", json.dumps(traits | (values or {})))
        tab = browser.new_page(viewport={"width": 900, "height": 600})
        tabs.append(tab)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.set_content(
            f"<!doctype html><html lang=en><title>x</title><style>{STYLE}</style><main id=root></main>"
            f"<script type=module>{script}</script>"
        )
        tab.get_by_role("group").wait_for()
        return tab

    yield draw
    assert faults == []
    for tab in tabs:
        tab.close()


def change(tab: Page, **changes: Any) -> None:
    tab.evaluate("sheet => window.model.set('sheet', sheet)", SHEET | changes)


def test_the_choices_and_the_estimate_are_shown(show: Show) -> None:
    tab = show()
    shown = tab.get_by_role("group").inner_text()
    for words in ("new job", "support.jsonl", "200 rows", ESTIMATE["size"], ESTIMATE["time"], ESTIMATE["basis"]):
        assert str(words) in shown
    assert tab.get_by_label("model").input_value() == "smollm2-135m-instruct"
    assert tab.get_by_label("epochs").input_value() == "3"
    assert tab.get_by_label("auto").is_checked()


def test_what_is_chosen_is_sent(show: Show) -> None:
    tab = show()
    tab.get_by_label("model").select_option("random-tiny")
    tab.get_by_label("epochs").fill("5")
    tab.get_by_label("epochs").press("Tab")
    assert tab.evaluate("window.saved.at(-1)") == {"model": "random-tiny", "n_epochs": 5, "rows": None}
    assert not tab.get_by_label("auto").is_checked()
    tab.get_by_label("auto").check()
    assert tab.evaluate("window.saved.at(-1)")["n_epochs"] == "auto"


@pytest.mark.parametrize("typed", ["0", "51", "", "-3"])
def test_a_number_of_epochs_that_cannot_be_is_taken_back(show: Show, typed: str) -> None:
    tab = show({"n_epochs": 4})
    tab.get_by_label("epochs").fill(typed)
    tab.get_by_label("epochs").press("Tab")
    assert tab.get_by_label("epochs").input_value() == "4"
    assert tab.evaluate("window.saved") == []


def test_the_whole_of_it_works_with_the_keyboard(show: Show) -> None:
    tab = show(proposals=[{"words": "Use 2 epochs", "traits": {"n_epochs": 2}}])
    names = []
    for _ in range(6):
        tab.keyboard.press("Tab")
        names.append(
            tab.evaluate("document.activeElement.labels?.[0]?.textContent || document.activeElement.innerText")
        )
    assert names == ["model", "epochs", "auto", "Use 2 epochs", "Start the job", "Show code"]
    tab.keyboard.press("Enter")
    assert tab.get_by_label("the same in Python").inner_text() == SHEET["code"]
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("window.sent") == [{"kind": "start", "after": None}]


def test_a_machine_whose_speed_is_unknown_can_be_measured(show: Show) -> None:
    unknown = ESTIMATE | {"time": None, "basis": "its speed is not known", "can_measure": True}
    tab = show(estimate=unknown)
    tab.get_by_role("button", name="Measure it").click()
    assert tab.evaluate("window.sent") == [{"kind": "measure", "after": None}]
    change(tab, estimate=unknown, busy="measuring")
    assert "Measuring:" in tab.get_by_role("group").inner_text()
    for button in ("Measure it", "Start the job"):
        assert tab.get_by_role("button", name=button).is_disabled()


def test_of_a_long_job_shorter_ones_are_proposed_and_a_press_takes_one(show: Show) -> None:
    offered = [
        {"words": "Use 340 of the 2,000 rows", "traits": {"rows": 340, "n_epochs": 3}, "shortens": True},
        {"words": "Use 2 epochs", "traits": {"n_epochs": 2}, "shortens": True},
    ]
    tab = show(proposals=offered, estimate=ESTIMATE | {"is_long": True})
    assert tab.get_by_text("That is more than a quarter of an hour. To stay within it:").is_visible()
    tab.get_by_role("button", name="Use 340 of the 2,000 rows").click()
    assert tab.evaluate("window.saved") == [{"model": "smollm2-135m-instruct", "n_epochs": 3, "rows": 340}]


def test_a_started_job_is_named_and_the_button_says_that_it_starts_another(show: Show) -> None:
    tab = show()
    change(tab, busy="starting")
    assert tab.get_by_role("button", name="Starting…").is_disabled()
    change(tab, run=RUN)
    shown = tab.get_by_role("group").inner_text()
    assert all(words in shown for words in ("ftjob-1", "running", "step 30 of 75"))
    assert tab.get_by_role("progressbar").get_attribute("aria-valuenow") == "40"
    assert tab.get_by_role("button", name="Start another").is_enabled()


def test_a_refusal_is_a_sentence_and_one_can_look_again(show: Show) -> None:
    tab = show(fault="The service at x does not answer.", estimate=None)
    assert tab.get_by_text("does not answer").is_visible()
    assert tab.get_by_role("button", name="Start the job").is_disabled()
    tab.get_by_role("button", name="Look again").click()
    assert tab.evaluate("window.sent") == [{"kind": "look", "after": None}]


def test_where_a_host_lists_no_models_the_id_is_typed(show: Show) -> None:
    tab = show(models=[])
    tab.get_by_label("model").fill(" gpt-x ")
    tab.get_by_label("model").press("Tab")
    assert tab.evaluate("window.saved.at(-1).model") == "gpt-x"


def test_a_model_that_is_new_is_in_the_list_and_one_that_is_not_listed_too(show: Show) -> None:
    tab = show({"model": "another"})
    assert tab.get_by_label("model").input_value() == "another"
    change(tab, models=[*SHEET["models"], {"id": "ft:new", "about": "Goes on."}])
    assert tab.get_by_label("model").locator("option").all_inner_texts()[2:] == ["ft:new", "another"]


def test_a_lost_kernel_is_told_and_nothing_can_be_pressed(show: Show) -> None:
    tab = show(run=RUN)
    tab.evaluate("window.model.lose()")
    assert tab.get_by_text("run this cell again").is_visible()
    assert tab.get_by_role("button", name="Start another").is_disabled()
    assert tab.get_by_label("model").is_disabled()


def test_texts_are_never_html(show: Show) -> None:
    attack = "<img src=x onerror=\"document.title='taken'\">"
    tab = show(
        fault=attack, name=attack, models=[{"id": attack, "about": attack}], code=attack, run=RUN | {"id": attack}
    )
    tab.get_by_role("button", name="Show code").click()
    assert tab.title() == "x"
    assert tab.locator("img").count() == 0


@pytest.mark.parametrize("width", [480, 1000])
def test_nothing_is_wider_than_its_place(show: Show, width: int) -> None:
    tab = show(code="x" * 300, fault="y" * 300, run=RUN)
    tab.get_by_role("button", name="Show code").click()
    tab.set_viewport_size({"width": width, "height": 700})
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    edges = "[...document.querySelectorAll('.ftw *')].filter(e => e.getBoundingClientRect().right > window.innerWidth)"
    assert tab.evaluate(f"{edges}.length") == 0
