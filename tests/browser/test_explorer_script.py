"""The DataExplorer in a real browser: its script on a page, its Python here, each hearing the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ftwidgets.lessons import path as lesson
from ftwidgets.widgets import DataExplorer
from tests.browser.bridge import Bridge

pytestmark = pytest.mark.slow

ATTACK = "<img src='https://attack.example/x.png' onerror=\"document.title='taken'\">"

Opened = Callable[..., Bridge]


def chat(question: str, answer: str = "yes") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


ROWS = [chat(f"Is {n} a number?", f"{n} is one.") for n in range(1, 13)]
BAD = [{"messages": [{"role": "usr", "content": "a"}, {"role": "assistant", "content": "b"}]}, 5]
MANY = [chat(f"Is {n} a number?", f"{n} is one.") for n in range(1, 1201)]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """A function that shows some data; in the end nothing may have been asked for from anywhere, and nothing failed."""
    pages: list[Page] = []
    asked: list[str] = []
    faults: list[str] = []

    def show(data: Any, width: int = 1000, scheme: Any = "light", **chosen: Any) -> Bridge:
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 1200})
        page.set_default_timeout(10_000)
        pages.append(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        return Bridge(page, DataExplorer(data, **chosen))

    yield show
    for page in pages:
        page.close()
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == []
    assert faults == []


@pytest.fixture
def support(opened: Opened) -> Bridge:
    return opened(lesson("support", "raw"))


def said(page: Page) -> list[str]:
    return page.locator(".ftw-turn").all_inner_texts()


def where(page: Page) -> str:
    return page.locator(".ftw-where").inner_text()


def how(page: Page) -> str:
    return page.locator(".ftw-tools [role=status]").inner_text()


def shown(page: Page) -> list[int]:
    """The lines of the table that are on the page."""
    cells = page.locator(".ftw-lines > [role=row]:not([hidden]) > :first-child").all_inner_texts()
    return [int(cell) for cell in cells if cell != "…"]


def button(bridge: Bridge, name: str, place: int = 0) -> None:
    """Press a button, and wait until that is answered."""
    bridge.page.get_by_role("button", name=name).nth(place).click()
    bridge.settle()


def told(page: Page) -> str:
    """What a screen reader hears."""
    return page.locator(".ftw-said").inner_text()


# Rows


def test_a_row_is_a_conversation_and_the_trained_part_is_named(opened: Opened) -> None:
    page = opened(ROWS, model="gpt-4o").page
    assert said(page) == ["user\nIs 1 a number?", "assistant · trained\n1 is one."]
    assert page.locator("header").inner_text().startswith("data\n12 conversations · ")
    assert where(page).startswith("line 1 · ")
    assert where(page).endswith(" trained")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tokens_of_the_row_are_shown_until_they_are_hidden_again(
    opened: Opened, axe: Callable[..., list[str]], scheme: str
) -> None:
    bridge = opened([chat("One\nIs <p>", "Yes.\n\nNo."), *BAD, *ROWS], scheme=scheme, model="gpt-4o")
    page = bridge.page
    before = page.locator(".ftw-row").inner_text()
    button(bridge, "show tokens")
    legend = page.locator(".ftw-legend")
    assert legend.inner_text().startswith("token read")
    assert told(page) in legend.inner_text()
    texts = page.locator(".ftw-turn .ftw-text")
    assert texts.evaluate_all("(all) => all.map((one) => one.textContent)") == ["One\nIs <p>", "Yes.\n\nNo."]
    assert page.locator(".ftw-trained .ftw-learned").all_inner_texts() == ["Yes", ".\n\n", "No", "."]
    assert page.locator(".ftw-break").count() == 3
    assert page.locator(".ftw-many").all_inner_texts() == ["6 tokens", "4 tokens"]
    assert axe(page) == []
    page.locator(".ftw-row").press("ArrowRight")
    bridge.settle()
    assert legend.inner_text().startswith("The tokens cannot be shown. 'usr' is not a role.")
    page.locator(".ftw-row").press("ArrowLeft")
    bridge.settle()
    bridge.widget.model = "gpt-3.5-turbo"
    bridge.settle()
    assert "cl100k_base" in legend.inner_text()
    button(bridge, "show tokens")
    assert page.locator(".ftw-row").inner_text() == before


def test_an_attack_in_a_row_a_key_or_a_name_stays_text(opened: Opened) -> None:
    attacks = [{"messages": [{"role": ATTACK, "name": ATTACK, "content": ATTACK}], ATTACK: ATTACK}, *ROWS]
    bridge = opened(attacks)
    page = bridge.page
    assert ATTACK in said(page)[0]
    button(bridge, "edit line 1")
    button(bridge, "Leave")
    button(bridge, "delete line 1")
    button(bridge, "Changes")
    button(bridge, "Show code")
    expect(page.get_by_role("group", name="what was changed")).to_contain_text("Line 1 removed")
    assert page.locator("img, script").count() == 0
    assert page.title() == "untouched"


def test_the_table_is_walked_with_the_keyboard_alone(support: Bridge) -> None:
    page = support.page
    table = page.get_by_role("grid", name="rows")
    table.focus()
    for key, line in (("ArrowDown", 2), ("PageDown", 10), ("ArrowUp", 9), ("End", 188), ("PageUp", 180), ("Home", 1)):
        page.keyboard.press(key)
        support.settle()
        assert where(page).split(" · ")[0] == f"line {line}"
        chosen = page.locator(f"#{table.get_attribute('aria-activedescendant')}")
        assert chosen.get_attribute("aria-rowindex") == str(line + 1)
        assert chosen.get_attribute("aria-selected") == "true"
        assert support.widget.selected == line
    assert table.get_attribute("aria-rowcount") == "189"
    assert told(page).startswith("line 1 · ")


def test_left_and_right_go_to_the_neighbours_where_the_row_is_read(opened: Opened) -> None:
    bridge = opened(ROWS)
    bridge.page.locator(".ftw-row").focus()
    for key, line in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("ArrowLeft", 1), ("ArrowLeft", 1)):
        bridge.page.keyboard.press(key)
        bridge.settle()
        assert bridge.widget.selected == line
    assert bridge.page.evaluate("document.activeElement.className") == "ftw-row"


def test_everything_is_reached_with_the_tab_key_in_the_order_of_reading(opened: Opened) -> None:
    page = opened([*ROWS, {"messages": 5}], model="gpt-4o").page
    name = "(e => e.ariaLabel ?? e.labels?.[0]?.innerText ?? e.innerText)(document.activeElement)"
    reached: list[str] = []
    while not reached or reached[-1] != "Show code":
        page.keyboard.press("Tab")
        reached.append(" ".join(page.evaluate(name).split(";")[0].split()))
    assert reached[:10] == [
        "search the rows",
        "only findings",
        "which rows",
        "rows",
        "add a row",
        "show tokens of line 1",
        "edit line 1",
        "mark as reviewed line 1",
        "delete line 1",
        "the row",
    ]
    assert reached[12] == "findings"
    assert "go to line 13" in reached
    assert reached[-4].startswith("split: ")
    assert reached[-3:] == ["Table", "Changes", "Show code"]


def test_a_search_keeps_the_rows_that_hold_the_text(opened: Opened) -> None:
    bridge = opened(ROWS)
    page = bridge.page
    page.get_by_label("search the rows").fill("IS 1")
    assert (how(page), shown(page)) == ("4 of 12 rows", [1, 10, 11, 12])
    page.get_by_role("grid").press("End")
    assert where(page).startswith("line 12")
    page.get_by_label("search the rows").fill("nowhere")
    assert (how(page), shown(page), where(page)[:7]) == ("No row has all of this.", [], "line 12")
    bridge.settle()
    assert bridge.widget.search == "nowhere"


def test_what_python_looks_for_is_what_is_shown_and_the_other_way(opened: Opened) -> None:
    bridge = opened([*ROWS, *BAD])
    page, widget = bridge.page, bridge.widget
    widget.search = "Is 7"
    bridge.settle()
    assert (shown(page), page.get_by_label("search the rows").input_value()) == ([7], "Is 7")
    widget.search = ""
    page.get_by_label("which rows").select_option(label="role-unknown (1)")
    bridge.settle()
    assert (shown(page), widget.rule, widget.selected) == ([13], "role-unknown", 13)
    page.get_by_label("which rows").select_option("all rows")
    button(bridge, "only findings")
    assert shown(page) == [line for line in widget.findings.lines if line]


# Findings


def test_a_finding_leads_to_its_row_and_marks_its_place_there(support: Bridge) -> None:
    button(support, "go to line 123")
    assert where(support.page).startswith("line 123 · ")
    marks = support.page.locator(".ftw-turn mark")
    assert marks.first.inner_text() == "  "
    assert marks.first.get_attribute("class") == "ftw-mark-warning"


def test_one_click_mends_and_one_undoes(support: Bridge) -> None:
    page = support.page
    button(support, "change to 'user': Line 63")
    assert said(page)[1].startswith("user\n")
    assert told(page) == "Change to 'user': line 63. Undo is possible."
    assert "1 fixed" in page.locator("header").inner_text()
    assert page.locator("li[data-rule=role-unknown]").count() == 0
    assert page.evaluate("document.activeElement.closest('.ftw-causes') !== null")
    button(support, "Undo: change to 'user': line 63")
    assert said(page)[1].startswith("usr\n")
    assert page.locator("li[data-rule=role-unknown]").count() == 1
    assert page.get_by_role("button", name="Undo").get_attribute("aria-disabled") == "true"


def test_a_note_in_the_row_has_the_same_button(support: Bridge) -> None:
    button(support, "go to line 63")
    support.page.locator(".ftw-remark").get_by_role("button", name="change to 'user'").click()
    support.settle()
    assert support.widget.dataset.rows[62].value["messages"][1]["role"] == "user"


def test_all_that_is_safe_is_fixed_at_once(support: Bridge) -> None:
    safe = support.page.locator("footer .ftw-first")
    assert safe.inner_text().startswith("Fix the ")
    before = len(support.widget.findings)
    safe.click()
    support.settle()
    assert len(support.widget.findings) < before
    assert support.page.locator("li[data-rule=mojibake]").count() == 0
    expect(safe).to_be_hidden()


def test_all_of_one_rule_are_fixed_and_the_choices_of_another_are_named(support: Bridge) -> None:
    button(support, "fix all 3 of html-tag")
    assert support.page.locator("li[data-rule=html-tag]").count() == 0
    choices = support.page.locator("li[data-rule=contradiction] button").all_inner_texts()
    assert choices[:2] == ["keep line 14, drop line 75", "keep line 75, drop line 14"]


def test_why_opens_the_page_of_the_rule_and_closes_it(support: Bridge) -> None:
    why = support.page.get_by_role("button", name="why? role-unknown")
    why.click()
    support.settle()
    page = support.page.locator(".ftw-page")
    expect(page).to_contain_text("Found in")
    assert why.get_attribute("aria-expanded") == "true"
    why.click()
    expect(page).to_have_count(0)


def test_more_lines_are_told_when_they_are_asked_for(opened: Opened) -> None:
    bridge = opened([chat(f"{n}?", "<p>It left.</p>") for n in range(40)])
    item = bridge.page.locator("li[data-rule=html-tag]")
    item.get_by_role("button", name="and 28 more").click()
    bridge.settle()
    assert item.get_by_role("button", name="go to line 40").count() == 1
    assert item.get_by_role("button", name="more").count() == 0


def test_what_is_found_in_the_validation_file_stands_apart_and_no_number_counts_it(opened: Opened) -> None:
    def rows(n: int, faulty: int) -> list[dict[str, Any]]:
        return [chat(f"{n} {k}?", f"It left{'<br>' if k < faulty else ''} {n} {k}.") for k in range(n)]

    page = opened(rows(20, 3), beside=rows(15, 5)).page
    own = page.get_by_role("list", name="in the rows shown").locator("li[data-rule=html-tag]")
    beside = page.get_by_role("list", name="in the validation file").locator("li[data-rule=html-tag]")
    assert own.get_by_role("button", name="fix all").all_inner_texts() == ["fix all 3"]
    assert beside.get_by_role("button").all_inner_texts() == ["why?"]
    assert "found 5 times" in beside.inner_text()
    assert "html-tag (3)" in page.get_by_label("which rows").locator("option").all_inner_texts()
    page.get_by_label("which rows").select_option("rule:html-tag")
    assert how(page) == "3 of 20 rows"


# The keyboard's place

FOCUS = "(e => e.ariaLabel ?? e.innerText)(document.activeElement)"


def test_a_bar_that_is_pressed_keeps_the_focus(support: Bridge) -> None:
    page = support.page
    bars = page.get_by_role("group", name="tokens per conversation").get_by_role("button")
    bars.first.focus()
    page.keyboard.press("ArrowRight")
    for pressed in (1, 0):
        page.keyboard.press("Enter")
        support.settle()
        assert bars.and_(page.get_by_role("button", pressed=True)).count() == pressed
        expect(bars.nth(1)).to_be_focused()
        assert [bar.get_attribute("tabindex") for bar in bars.all()][:3] == ["-1", "0", "-1"]
    page.keyboard.press("Enter")
    page.get_by_role("button", name="show all").press("Enter")
    support.settle()
    expect(page.get_by_label("which rows")).to_be_focused()


def test_a_mend_in_the_row_gives_the_focus_to_the_next_one_or_to_the_row(opened: Opened) -> None:
    faulty = {"messages": [{"role": role, "content": f"{role}?"} for role in ("usr", "bot")]}
    bridge = opened([faulty, *ROWS])
    page = bridge.page
    mends = page.locator(".ftw-remark button")
    mends.first.press("Enter")
    bridge.settle()
    expect(mends.first).to_be_focused()
    while mends.count():
        page.keyboard.press("Enter")
        bridge.settle()
    expect(page.locator(".ftw-row")).to_be_focused()


def test_a_mend_that_drops_the_row_does_not_put_the_focus_on_a_mend_of_another(opened: Opened) -> None:
    bridge = opened([ROWS[0], ROWS[0], ROWS[0], *ROWS[1:]], selected=2)
    bridge.page.locator(".ftw-remark button").first.press("Enter")
    bridge.settle()
    assert len(bridge.widget.dataset) == 13
    expect(bridge.page.locator(".ftw-row")).to_be_focused()


def test_a_button_that_is_not_there_any_more_gives_the_focus_to_what_follows(support: Bridge) -> None:
    support.page.locator("footer .ftw-first").press("Enter")
    support.settle()
    assert support.page.evaluate(FOCUS).startswith("Undo: ")


@pytest.mark.parametrize("data", [ROWS, MANY], ids=["few", "many"])
def test_from_a_row_that_is_found_no_more_the_arrows_go_to_those_it_lay_between(opened: Opened, data: Any) -> None:
    bridge = opened(data, marked="not reviewed", selected=8)
    page = bridge.page
    for key, line in (("ArrowDown", 9), ("ArrowUp", 7), ("ArrowDown", 10)):
        at = bridge.widget.selected
        button(bridge, f"mark as reviewed line {at}")
        assert where(page).startswith(f"line {at} · ")
        page.get_by_role("grid").press(key)
        bridge.settle()
        assert bridge.widget.selected == line
    button(bridge, "mark as reviewed line 10")
    page.locator(".ftw-row").press("ArrowRight")
    bridge.settle()
    assert bridge.widget.selected == 11


# Changes by hand


def test_any_turn_is_edited_in_place(support: Bridge) -> None:
    page = support.page
    button(support, "edit line 1")
    expect(page.get_by_role("textbox", name="system")).to_be_focused()
    page.get_by_role("textbox", name="assistant").fill("Under the moon, a fern.")
    page.keyboard.press("Control+Enter")
    support.settle()
    assert said(page)[2] == "assistant · trained\nUnder the moon, a fern."
    assert told(page) == "Line 1 edited. Undo is possible."
    assert page.evaluate("document.activeElement.className") == "ftw-row"
    assert support.widget.dataset[0]["messages"][2]["content"] == "Under the moon, a fern."
    assert page.locator(".ftw-lines .ftw-tag").all_inner_texts() == ["changed"]


def test_escape_leaves_the_row_as_it_was(support: Bridge) -> None:
    button(support, "edit line 1")
    support.page.get_by_role("textbox", name="user").fill("else")
    support.page.keyboard.press("Escape")
    support.settle()
    assert support.page.locator("textarea").count() == 0
    assert support.widget.dataset is support.widget.data


def test_a_double_click_edits_the_turn_under_it_and_a_role_can_be_chosen(support: Bridge) -> None:
    support.page.locator(".ftw-turn").nth(1).dblclick()
    support.settle()
    expect(support.page.get_by_role("textbox", name="user")).to_be_focused()
    support.page.get_by_label("role of user").select_option("system")
    button(support, "Save")
    assert support.widget.dataset[0]["messages"][1]["role"] == "system"


def test_what_was_typed_is_not_lost_by_a_look_at_another_row(support: Bridge) -> None:
    page = support.page
    button(support, "edit line 1")
    page.get_by_role("textbox", name="user").fill("half a thought")
    page.locator(".ftw-lines > [role=row]").nth(3).click()
    support.settle()
    assert page.locator(".ftw-note").inner_text() == "A row is being edited: save it, or leave it."
    assert (page.get_by_role("textbox", name="user").input_value(), support.widget.selected) == ("half a thought", 1)
    page.get_by_role("textbox", name="user").fill("write me a poem about the moon")
    page.locator(".ftw-lines > [role=row]").nth(3).click()
    support.settle()
    assert (page.locator("textarea").count(), support.widget.selected) == (0, 4)


def test_a_refused_edit_shows_its_sentence_and_keeps_what_was_typed(opened: Opened) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    bridge = opened([{"messages": [{"role": "assistant", "tool_calls": [call]}]}, *ROWS])
    button(bridge, "edit line 1")
    field = bridge.page.get_by_role("textbox", name="assistant, as JSON")
    field.fill("{")
    button(bridge, "Save")
    assert bridge.page.locator(".ftw-note").inner_text().startswith("What was typed is not JSON")
    assert field.input_value() == "{"
    assert bridge.widget.dataset is bridge.widget.data


def test_an_unreadable_line_is_mended_by_hand(opened: Opened) -> None:
    bridge = opened(b'{"messages": [\n' + b'{"messages": []}\n')
    button(bridge, "edit line 1")
    bridge.page.get_by_role("textbox", name="the line as it is").fill('{"messages": []}')
    button(bridge, "Save")
    assert bridge.widget.dataset[0] == {"messages": []}


def test_a_row_is_added_deleted_and_marked_and_each_is_undone(opened: Opened) -> None:
    bridge = opened(ROWS)
    page, widget = bridge.page, bridge.widget
    button(bridge, "add a row")
    page.get_by_role("textbox", name="user").fill("Is 13 one?")
    page.get_by_role("textbox", name="assistant").fill("yes")
    button(bridge, "Save")
    assert (said(page)[0], where(page)[:7]) == ("user\nIs 13 one?", "line 13")
    button(bridge, "mark as reviewed line 13")
    assert page.locator("[aria-selected=true] .ftw-tag").all_inner_texts() == ["reviewed", "changed"]
    button(bridge, "delete line 13")
    assert (len(widget.dataset), widget.selected, where(page)[:7]) == (12, 12, "line 12")
    for words in ("Undo: line 13 deleted", "Undo: line 13 reviewed", "Undo: 1 row added"):
        button(bridge, words)
    assert widget.dataset.to_bytes() == widget.data.to_bytes()
    assert how(page) == "12 rows"


def test_typing_in_a_new_row_begins_in_its_first_empty_field(opened: Opened) -> None:
    bridge = opened(lesson("support", "raw"), selected=187)
    assert bridge.page.locator(".ftw-turn .ftw-remark").count() == 1  # where an edit of this row would begin
    button(bridge, "add a row")
    assert bridge.page.get_by_role("textbox", name="system").input_value() == "You are the help desk of Fern & Fable."
    expect(bridge.page.get_by_role("textbox", name="user")).to_be_focused()


def test_where_no_row_is_left_one_can_go_on_with_a_new_one(opened: Opened) -> None:
    bridge = opened([chat("a")])
    button(bridge, "delete line 1")
    expect(bridge.page.get_by_role("button", name="add a row")).to_be_focused()


def test_the_changes_and_the_code_follow_what_is_done(support: Bridge) -> None:
    page = support.page
    button(support, "Changes")
    button(support, "Show code")
    button(support, "change to 'user': Line 63")
    assert page.locator(".ftw-change .ftw-title").inner_text() == "Line 63 changed: change to 'user'"
    assert page.locator(".ftw-change ins").all_inner_texts() == ["user"]
    assert page.get_by_label("the same in Python").inner_text() == support.widget.code
    button(support, "Undo")
    assert page.get_by_role("group", name="what was changed").inner_text() == "No row differs."
    assert page.get_by_label("the same in Python").inner_text() == support.widget.code


# Charts, split


def test_a_bar_keeps_its_rows_and_a_second_click_shows_all(support: Bridge) -> None:
    page = support.page
    bars = page.get_by_role("group", name="tokens per conversation")
    last = bars.get_by_role("button").last
    many = int(last.get_attribute("aria-label").split(": ")[1].split()[0])
    bars.get_by_role("button").first.focus()
    for _ in range(bars.get_by_role("button").count()):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    support.settle()
    assert how(page) == f"{many} of 188 rows"
    facts = support.widget.findings.surveys[0].facts
    low, high = support.widget.between["tokens"]
    assert shown(page)[:many] == [n + 1 for n in range(188) if low <= facts.tokens[n] <= high][:10]
    assert bars.get_by_role("button", pressed=True).count() == 1
    page.get_by_role("button", name="show all").click()
    assert how(page) == "188 rows"


def test_the_charts_are_tables_too(support: Bridge) -> None:
    button(support, "Table")
    tables = support.page.get_by_role("group", name="the charts as tables").locator("table")
    counts = tables.first.locator("td").all_inner_texts()
    assert sum(map(int, counts)) == int(support.widget.findings.surveys[0].facts.sound.sum())


def test_a_label_keeps_its_rows_and_is_counted_in_each_part(opened: Opened) -> None:
    bridge = opened([chat(f"Is {n} even?", "no" if n % 2 else "yes") for n in range(1, 21)])
    bridge.page.get_by_role("group", name="rows per label").get_by_role("button", name="no").click()
    bridge.settle()
    assert (shown(bridge.page)[:3], bridge.widget.label) == ([1, 3, 5], "no")
    button(bridge, "split: train 12")
    assert bridge.page.locator(".ftw-labels tbody tr").first.inner_text().split()[:2] == ["train", "12"]
    bridge.page.get_by_label("each label's share in each part").check()
    bridge.settle()
    assert bridge.page.locator(".ftw-labels tbody tr").first.inner_text().split() == ["train", "12", "6", "6"]
    assert bridge.widget.stratify


def test_typed_shares_split_anew_and_a_bad_one_is_answered_in_the_note(opened: Opened) -> None:
    bridge = opened(ROWS)
    page = bridge.page
    button(bridge, "split: ")
    page.get_by_role("spinbutton", name="test").fill("90")
    bridge.settle()
    assert page.locator(".ftw-note").inner_text().startswith("Shares of 0.2 and 0.9 leave nothing to train on")
    assert page.get_by_role("spinbutton", name="test").get_attribute("aria-invalid") == "true"
    page.get_by_role("spinbutton", name="test").fill("30")
    bridge.settle()
    assert page.locator(".ftw-note").is_hidden()
    assert page.get_by_role("button", name="split: train 6 · validation 2 · test 4, seed 7").count() == 1
    assert bridge.widget.test == 0.3
    page.get_by_role("spinbutton", name="seed").fill("")
    page.keyboard.press("Tab")
    bridge.settle()
    assert page.locator(".ftw-note").inner_text().startswith("The seed is not a number")


# Large sets


def test_of_many_rows_only_those_in_view_are_on_the_page_and_asked_for(opened: Opened) -> None:
    bridge = opened(MANY)
    page = bridge.page
    table = page.get_by_role("grid")
    assert page.locator(".ftw-lines > [role=row]").count() <= 10
    bridge.said.clear()
    table.evaluate("(table) => { table.scrollTop = 600 * 26; }")
    bridge.settle()
    assert shown(page) == list(range(601, 611))
    asked = [message["content"]["lines"] for message in bridge.said if "content" in message]
    assert [len(answer["rows"]) for answer in asked] == [50]
    assert bridge.bytes < 5_000
    table.press("End")
    bridge.settle()
    assert (bridge.widget.selected, where(page).split(" · ")[0]) == (1200, "line 1200")
    assert said(page)[0] == "user\nIs 1200 a number?"
    for _ in range(12):
        table.press("ArrowUp")
    bridge.settle()
    assert said(page)[0] == "user\nIs 1188 a number?"


def test_of_very_many_rows_the_last_is_reached_though_no_page_is_so_tall(opened: Opened) -> None:
    bridge = opened(MANY)
    page = bridge.page
    table = {
        "found": 99,
        "count": 3_000_000,
        "at": -1,
        "line": 1,
        "first": 0,
        "rows": [],
        "sought": bridge.widget._sought.wire,
    }
    page.evaluate("(table) => model.take([{ content: { table } }])", table)
    page.get_by_role("grid").evaluate("(table) => { table.scrollTop = table.scrollHeight; }")
    page.evaluate("model.take([{ content: { lines: { found: 99, first: 0, rows: [] } } }])")
    page.wait_for_function("model.out.some(({ content }) => content?.last === 3000000)")
    last = page.locator(".ftw-lines > [role=row]:not([hidden])").last
    assert last.get_attribute("aria-rowindex") == "3000001"
    box, grid = last.bounding_box(), page.get_by_role("grid").bounding_box()
    assert box is not None
    assert grid is not None
    assert abs(box["y"] + box["height"] - grid["y"] - grid["height"]) < 4


def test_while_python_searches_many_rows_the_view_says_so(opened: Opened) -> None:
    bridge = opened(MANY)
    page = bridge.page
    page.get_by_label("search the rows").fill("is 77")
    expect(page.locator(".ftw-tools [role=status]")).to_have_text("looking …")
    bridge.settle()
    assert (how(page), shown(page)[:3], bridge.widget.selected) == ("11 of 1,200 rows", [77, 770, 771], 77)
    page.get_by_role("grid").press("ArrowDown")
    bridge.settle()
    assert where(page).startswith("line 770 · ")


def test_a_change_among_many_rows_is_seen_in_the_table_and_in_the_row(opened: Opened) -> None:
    bridge = opened(MANY, selected=700)
    page = bridge.page
    button(bridge, "edit line 700")
    page.get_by_role("textbox", name="user").fill("Is this one?")
    bridge.said.clear()
    button(bridge, "Save")
    assert said(page)[0] == "user\nIs this one?"
    assert page.locator("[aria-selected=true]").inner_text().split("\n")[:2] == ["700", "Is this one?"]
    assert bridge.bytes < 20_000
    button(bridge, "delete line 700")
    assert where(page).startswith("line 701 · ")
    assert 700 not in shown(page)
    assert 701 in shown(page)


# Views, kernel, looks


def test_every_view_shows_the_same(support: Bridge) -> None:
    support.show()
    page = support.page
    page.get_by_role("button", name="change to 'user': Line 63").first.click()
    support.settle()
    assert page.locator("li[data-rule=role-unknown]").count() == 0
    assert len({one.inner_text() for one in page.locator(".ftw-where").all()}) == 1
    page.get_by_label("search the rows").first.fill("moon")
    support.settle()
    assert page.get_by_label("search the rows").nth(1).input_value() == "moon"
    assert len(set(page.locator(".ftw-lines").all_inner_texts())) == 1


def test_two_views_agree_and_nothing_is_doubled(opened: Opened) -> None:
    bridge = opened([chat(f"{n}?", "<p>It left.</p>") for n in range(40)])
    bridge.show()
    page = bridge.page
    items = page.locator("li[data-rule=html-tag]")
    more = items.first.get_by_role("button", name="and 28 more")
    more.click()
    more.click()
    bridge.settle()
    for item in items.all():
        assert item.get_by_role("button", name="go to line").count() == 40
    items.nth(1).get_by_role("button", name="why?").click()
    bridge.settle()
    assert [item.locator(".ftw-page").count() for item in items.all()] == [0, 1]
    button(bridge, "mark as reviewed line 1", 1)
    assert page.locator(".ftw-said").all_inner_texts() == ["", "Line 1 reviewed. Undo is possible."]
    page.get_by_role("grid").nth(1).press("ArrowDown")
    bridge.settle()
    assert [words[:6] for words in page.locator(".ftw-said").all_inner_texts()] == ["", "line 2"]
    assert len({one.inner_text() for one in page.locator(".ftw-where").all()}) == 1


def test_what_is_typed_in_one_view_stays_when_another_saves_the_same_row(opened: Opened) -> None:
    bridge = opened(ROWS)
    bridge.show()
    page = bridge.page
    for place, words in ((0, "first"), (1, "second")):
        page.get_by_role("button", name="edit line 1", exact=True).first.click()
        bridge.settle()
        page.get_by_role("textbox", name="user").nth(place).fill(words)
    for place in (0, 1):
        page.get_by_role("button", name="Save").nth(place).click()
    bridge.settle()
    assert bridge.widget.dataset[0]["messages"][0]["content"] == "first"
    assert page.get_by_role("textbox", name="user").input_value() == "second"
    notes = page.locator(".ftw-note").all_inner_texts()
    assert [note[:30] for note in notes] == ["", "Line 1 has changed meanwhile. "]


def test_a_kernel_that_is_busy_with_a_cell_is_told(support: Bridge) -> None:
    support.page.get_by_role("button", name="edit line 1").click()  # and Python does not answer
    expect(support.page.locator(".ftw-note")).to_contain_text("The kernel is busy with a cell")
    support.settle()
    expect(support.page.locator(".ftw-note")).to_be_hidden()
    expect(support.page.get_by_role("textbox", name="user")).to_be_visible()


def test_a_lost_kernel_is_told_and_the_rows_are_still_read(support: Bridge) -> None:
    page = support.page
    page.evaluate("model.fire('comm:close')")
    assert page.locator(".ftw-note").inner_text() == (
        "The kernel has restarted or ended: run this cell again. "
        "Until then these rows can be read and searched, and nothing can be changed."
    )
    page.get_by_label("search the rows").fill("moon")
    assert "of 188 rows" in how(page)


def test_a_lost_kernel_takes_the_changes_along_and_that_is_told(opened: Opened) -> None:
    bridge = opened(MANY)
    button(bridge, "mark as reviewed line 1")
    bridge.page.evaluate("model.fire('comm:close')")
    assert bridge.page.locator(".ftw-note").inner_text() == (
        "The kernel has restarted or ended: run this cell again. "
        "The changes that were made here are gone with it, but for what was written to a file. "
        "Until then the rows that are here can be read, and no others."
    )


def test_a_view_that_is_left_listens_no_more(opened: Opened) -> None:
    page = opened(ROWS).page
    before = page.evaluate("model.listeners()")
    page.evaluate("show()")
    page.evaluate("hide(1)")
    assert page.evaluate("model.listeners()") == before


def test_a_row_that_is_mended_stays_in_sight_when_it_is_found_no_more(support: Bridge) -> None:
    support.page.get_by_label("which rows").select_option("rule:role-unknown")
    support.settle()
    support.page.locator(".ftw-remark").get_by_role("button", name="change to 'user'").click()
    support.settle()
    assert (how(support.page), where(support.page)[:7]) == ("No row has all of this.", "line 63")
    assert said(support.page)[1].startswith("user\n")
    assert support.page.get_by_label("which rows").input_value() == "rule:role-unknown"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_all_of_it_open(
    opened: Opened, axe: Callable[..., list[str]], scheme: str
) -> None:
    bridge = opened(lesson("support", "raw"), 1000, scheme)
    for name in ("change to 'user': Line 63", "why? html-tag", "split: ", "Table", "Changes", "Show code"):
        button(bridge, name)
    button(bridge, "go to line 142")
    assert axe(bridge.page) == []
    button(bridge, "edit line 142")
    assert axe(bridge.page) == []


@pytest.mark.parametrize(("scheme", "trained"), [("light", "rgb(207, 232, 216)"), ("dark", "rgb(29, 74, 53)")])
@pytest.mark.parametrize("width", [1000, 480])
def test_it_fits_in_light_and_dark_wide_and_narrow(opened: Opened, scheme: str, trained: str, width: int) -> None:
    page = opened([chat("word" * 300), {"messages": "a" * 300}], width, scheme).page
    ground = "getComputedStyle(document.querySelector('.ftw-trained .ftw-text > span')).backgroundColor"
    assert page.evaluate(ground) == trained
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row, causes = (page.locator(name).bounding_box() for name in (".ftw-row", ".ftw-causes"))
    assert row is not None
    assert causes is not None
    assert (causes["y"] > row["y"] + row["height"]) == (width == 480)
