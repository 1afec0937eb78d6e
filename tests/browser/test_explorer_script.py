"""The DataExplorer's JavaScript alone, in a real browser: a page, a stub model, and a real snapshot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ftwidgets.widgets import DataExplorer

pytestmark = pytest.mark.slow

ATTACK = "<img src='https://attack.example/x.png' onerror=\"document.title='taken'\">"

STUB = """
async ([source, style, traits]) => {
  document.head.append(Object.assign(document.createElement("style"), {textContent: style}));
  const heard = {};
  const model = {
    sent: [], saved: 0,
    get: (name) => traits[name],
    set(name, value) { traits[name] = value; this.fire("change:" + name); },
    save_changes() { this.saved += 1; },
    send(message) { this.sent.push(message); },
    on(names, f) { for (const name of names.split(" ")) (heard[name] ??= new Set()).add(f); },
    off(names, f) { for (const name of names.split(" ")) heard[name]?.delete(f); },
    fire(name, message) { for (const f of heard[name] ?? []) f(message); },
    listeners: () => Object.values(heard).reduce((sum, set) => sum + set.size, 0),
  };
  window.model = model;
  const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const widget = (await import(url)).default();
  widget.initialize({model});
  window.base = model.listeners();
  window.leave = widget.render({model, el: document.getElementById("here")});
}
"""

Opened = Callable[..., Page]


def chat(question: str, answer: str = "yes") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


ROWS = [chat(f"Is {n} a number?") for n in range(1, 13)]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """A function that shows a widget of some data; in the end nothing may have been asked for and nothing failed."""
    pages: list[Page] = []
    asked: list[str] = []
    faults: list[str] = []

    def show(data: Any, width: int = 1000, scheme: Any = "light") -> Page:
        widget = DataExplorer(data)
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
        pages.append(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.set_content("<!doctype html><title>ours</title><div id=here></div>")
        state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
        state.pop("layout", None), state.pop("tabbable", None), state.pop("tooltip", None)
        page.evaluate(STUB, [widget._esm, widget._css, json.loads(json.dumps(state))])
        return page

    yield show
    for page in pages:
        page.close()
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == []
    assert faults == []


def said(page: Page) -> list[str]:
    return page.locator(".ftw-turn").all_inner_texts()


def where(page: Page) -> str:
    return page.locator(".ftw-tools .ftw-dim").inner_text()


def sent(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("model.sent")
    return found


def test_a_row_is_a_conversation_and_the_trained_part_is_named(opened: Opened) -> None:
    page = opened(ROWS)
    assert said(page) == ["user\nIs 1 a number?", "assistant · trained\nyes"]
    assert page.locator("header").inner_text().split("\n") == ["data", "12 conversations · chat", "nothing to mend"]
    expect(page.get_by_text("Nothing to mend: every row holds to the format rules.")).to_be_visible()


def test_an_attack_in_a_row_a_key_or_a_name_stays_text(opened: Opened) -> None:
    attacks = [{"messages": [{"role": ATTACK, "name": ATTACK, "content": ATTACK}], ATTACK: ATTACK}, *ROWS]
    page = opened(attacks)
    assert ATTACK in said(page)[0]
    page.wait_for_timeout(50)
    assert page.locator("img, script").count() == 0
    assert page.title() == "ours"


def test_the_arrow_keys_go_to_the_next_and_the_previous_row(opened: Opened) -> None:
    page = opened(ROWS)
    page.locator(".ftw-row").focus()
    for key, position in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("ArrowLeft", 1), ("ArrowLeft", 1)):
        page.keyboard.press(key)
        assert where(page) == f"line {position} · {position} of 12"
    assert page.locator(".ftw-said").inner_text() == "line 1 · 1 of 12"
    assert page.evaluate("model.get('selected')") == 1
    assert page.evaluate("document.activeElement.className") == "ftw-row"


def test_everything_is_reached_with_the_tab_key_in_the_order_of_reading(opened: Opened) -> None:
    page = opened([{"messages": 5}, *ROWS])
    name = "(e => e.ariaLabel ?? e.labels?.[0]?.innerText ?? e.innerText)(document.activeElement)"
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(" ".join(page.evaluate(name).split(";")[0].split()))
    assert reached[:8] == [
        "search the rows",
        "only findings",
        "previous",
        "next",
        "the row",
        "answers in each part",
        "findings",
        "go to line 1",
    ]
    assert reached[8:] == ["validation %", "test %", "seed", "Show code"]


def test_a_search_keeps_the_rows_that_hold_the_text(opened: Opened) -> None:
    page = opened(ROWS)
    page.get_by_label("search the rows").fill("IS 1")
    assert where(page) == "line 1 · 1 of 4 found"
    page.get_by_role("button", name="next").click()
    assert where(page) == "line 10 · 2 of 4 found"
    page.get_by_label("search the rows").fill("nowhere")
    assert where(page) == "No row holds this text."
    assert said(page) == []
    assert page.evaluate("model.saved") == 3


def test_only_findings_can_be_pressed_and_a_finding_leads_to_its_row(opened: Opened) -> None:
    page = opened([*ROWS, {"messages": [{"role": "usr", "content": "a"}]}, 5])
    button = page.get_by_role("button", name="only findings")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert where(page) == "line 13 · 1 of 2 found"
    assert said(page) == ["usr\na\nerror\n'usr' is not a role. Use system, user, assistant or tool."]
    page.get_by_role("button", name="go to line 14").click()
    assert where(page) == "line 14 · 2 of 2 found"
    assert said(page) == ["not an object\n5"]


def test_of_many_rows_more_are_asked_for_near_the_edge_of_what_is_there(opened: Opened) -> None:
    data = ROWS * 100
    page = opened(data)
    assert sent(page) == []
    page.evaluate("model.set('selected', 195)")
    assert where(page) == "line 195 · 195 of 1,200"
    assert sent(page) == [{"kind": "window", "line": 195}]
    page.evaluate("window => model.fire('msg:custom', {window})", DataExplorer(data)._window(195))
    for _ in range(20):
        page.get_by_role("button", name="next").click()
    assert where(page) == "line 215 · 215 of 1,200"
    assert len(sent(page)) == 1


def test_while_python_searches_many_rows_the_view_says_so(opened: Opened) -> None:
    data = ROWS * 100
    page = opened(data)
    page.get_by_label("search the rows").fill("is 7")
    assert where(page) == "looking …"
    widget = DataExplorer(data)
    widget.search = "is 7"
    page.evaluate("window => model.fire('msg:custom', {window})", widget._window())
    page.evaluate("model.set('selected', 7)")
    assert where(page) == "line 7 · 1 of 100 found"


def test_typed_shares_are_sent_and_a_bad_one_is_answered_in_the_note(opened: Opened) -> None:
    page = opened(ROWS)
    page.get_by_label("test").fill("90")
    assert sent(page) == [{"kind": "split", "validation": 20, "test": 90, "seed": 7}]
    split = DataExplorer(ROWS)._split() | {"problem": "That leaves nothing."}
    page.evaluate("split => model.fire('msg:custom', {split})", split)
    assert page.locator(".ftw-note").inner_text() == "That leaves nothing."
    assert page.get_by_label("test").get_attribute("aria-invalid") == "true"
    assert page.get_by_label("test").input_value() == "90"
    assert page.get_by_label("seed").get_attribute("aria-invalid") == "false"
    page.get_by_label("seed").press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    assert len(sent(page)) == 1
    page.keyboard.press("Tab")
    assert sent(page)[-1]["seed"] is None
    page.evaluate("split => model.fire('msg:custom', {split})", split | {"problem": "", "test": 40})
    assert page.locator(".ftw-note").is_hidden()
    assert page.get_by_label("test").input_value() == "40"


def test_an_answer_to_what_was_typed_before_does_not_disturb_the_typing(opened: Opened) -> None:
    page = opened(ROWS)
    page.get_by_label("test").fill("35")
    page.evaluate("split => model.fire('msg:custom', {split})", DataExplorer(ROWS)._split() | {"test": 3})
    assert page.get_by_label("test").input_value() == "35"


def test_the_code_of_the_split_is_shown(opened: Opened) -> None:
    page = opened(ROWS)
    page.get_by_role("button", name="Show code").click()
    assert page.locator("pre").inner_text() == DataExplorer(ROWS).code
    assert page.locator(".ftw-labels tbody tr").first.inner_text().split() == ["train", "8", "8"]


def test_a_lost_kernel_is_told(opened: Opened) -> None:
    page = opened(ROWS)
    page.evaluate("model.fire('comm:close')")
    assert page.locator(".ftw-note").inner_text().startswith("The kernel has restarted or ended")
    assert page.get_by_label("seed").is_disabled()


def test_a_view_that_is_left_listens_no_more(opened: Opened) -> None:
    page = opened(ROWS)
    page.evaluate("leave()")
    assert page.evaluate("model.listeners() === base")


@pytest.mark.parametrize(("scheme", "trained"), [("light", "rgb(207, 232, 216)"), ("dark", "rgb(29, 74, 53)")])
@pytest.mark.parametrize("width", [1000, 480])
def test_it_fits_in_light_and_dark_wide_and_narrow(opened: Opened, scheme: str, trained: str, width: int) -> None:
    page = opened([chat("word" * 300), {"messages": "a" * 300}], width, scheme)
    ground = "getComputedStyle(document.querySelector('.ftw-trained .ftw-text > span')).backgroundColor"
    assert page.evaluate(ground) == trained
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row, causes = (page.locator(name).bounding_box() for name in (".ftw-row", ".ftw-causes"))
    assert row is not None
    assert causes is not None
    assert (causes["y"] > row["y"] + row["height"]) == (width == 480)
