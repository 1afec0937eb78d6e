"""Chats out of a table in a real browser: the template's fields, the columns, the preview, the click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from ftwidgets.lessons import path as lesson
from ftwidgets.widgets import DataExplorer
from tests.browser.bridge import Bridge

pytestmark = pytest.mark.slow

ATTACK = "<img src='https://attack.example/x.png' onerror=\"document.title='taken'\">"
SHARED = {"conversations": [{"from": "human", "value": "Is 1 a number?"}, {"from": "gpt", "value": "It is."}]}

Opened = Callable[..., Bridge]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """A function that shows some data, the avocado table where none are named; in the end nothing may have failed."""
    pages: list[Page] = []
    wrong: list[str] = []

    def show(data: Any = None, width: int = 1000, scheme: Any = "light", **chosen: Any) -> Bridge:
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 1200})
        page.set_default_timeout(10_000)
        pages.append(page)
        page.on("request", lambda request: request.url.startswith(("blob:", "data:")) or wrong.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        return Bridge(page, DataExplorer(lesson("avocado") if data is None else data, **chosen))

    yield show
    for page in pages:
        page.close()
    assert wrong == []


def panel(bridge: Bridge) -> Locator:
    return bridge.page.get_by_role("group", name="make chats")


def field(bridge: Bridge, name: str) -> Locator:
    return bridge.page.get_by_role("textbox", name=name)


def write(bridge: Bridge, name: str, text: str) -> None:
    """Type into a field, and wait until the pause after it is over and answered."""
    field(bridge, name).fill(text)
    bridge.page.wait_for_timeout(250)
    bridge.settle()


def press(bridge: Bridge, name: str) -> None:
    bridge.page.get_by_role("button", name=name).click()
    bridge.page.wait_for_timeout(250)
    bridge.settle()


def previewed(bridge: Bridge) -> list[str]:
    return bridge.page.locator(".ftw-made .ftw-turn").all_inner_texts()


def makes(bridge: Bridge) -> Locator:
    return bridge.page.get_by_role("button", name="Make ")


def test_the_guess_stands_in_the_fields_and_the_row_beside_them_as_it_will_be(opened: Opened) -> None:
    bridge = opened()
    assert [field(bridge, name).input_value() for name in ("system", "user", "assistant")] == [
        "",
        "{city}",
        "{quantity sold}",
    ]
    assert previewed(bridge) == ["user\nNew York", "assistant · trained\n150"]
    assert "line 2 as it will be" in panel(bridge).inner_text()
    ground = "getComputedStyle(document.querySelector('.ftw-made .ftw-trained .ftw-text > span')).backgroundColor"
    assert bridge.page.evaluate(ground) == "rgb(207, 232, 216)"


def test_the_preview_follows_what_is_typed_and_the_row_that_is_shown(opened: Opened) -> None:
    bridge = opened()
    write(bridge, "user", "How many were sold in {city} on {date}?")
    write(bridge, "system", "You know sales.")
    assert bridge.widget.template["user"] == "How many were sold in {city} on {date}?"
    bridge.page.locator(".ftw-line", has_text="2024-01-03").first.click()
    bridge.settle()
    assert previewed(bridge) == [
        "system\nYou know sales.",
        "user\nHow many were sold in Chicago on 2024-01-03?",
        "assistant · trained\n134",
    ]


def test_one_word_typed_letter_by_letter_is_told_once(opened: Opened) -> None:
    bridge = opened()
    field(bridge, "system").press_sequentially("Sales", delay=5)
    bridge.page.wait_for_timeout(250)
    out = bridge.page.evaluate("model.out")
    assert [one["state"]["template"]["system"] for one in out] == ["Sales"]


def test_a_column_goes_in_where_the_cursor_is(opened: Opened) -> None:
    bridge = opened()
    write(bridge, "user", "Sold in , how many?")
    field(bridge, "user").evaluate("area => area.setSelectionRange(8, 8)")
    press(bridge, "put in {city}")
    assert field(bridge, "user").input_value() == "Sold in {city}, how many?"
    assert bridge.page.evaluate("[document.activeElement.name, document.activeElement.selectionStart]") == ["user", 14]
    assert previewed(bridge)[0] == "user\nSold in New York, how many?"


def test_with_the_keyboard_alone_a_column_is_put_in_and_the_chats_are_made(opened: Opened) -> None:
    bridge = opened()
    keyboard = bridge.page.keyboard
    field(bridge, "assistant").focus()
    keyboard.press("Control+a")
    keyboard.type("It was ")
    bridge.page.get_by_role("button", name="put in {price}").focus()
    keyboard.press("Enter")
    assert bridge.page.evaluate("document.activeElement.name") == "assistant"
    for _ in range(2):  # over the preview, which is scrolled with the arrows
        keyboard.press("Tab")
    assert bridge.page.evaluate("document.activeElement.innerText") == "Make 60 chats"
    keyboard.press("Enter")
    bridge.settle()
    assert bridge.widget.dataset[0]["messages"][1] == {"role": "assistant", "content": "It was 1.20"}
    assert bridge.page.evaluate("document.activeElement.className") == "ftw-row"


def test_an_unknown_column_is_told_in_the_panel_and_nothing_can_be_made(opened: Opened) -> None:
    bridge = opened()
    write(bridge, "user", "{town}")
    sentence = "There is no column 'town'. Those there are: {date}, {price}, {quantity sold}, {city}."
    assert panel(bridge).get_by_role("status").inner_text() == sentence
    assert (previewed(bridge), makes(bridge).get_attribute("aria-disabled")) == ([], "true")
    makes(bridge).click(force=True)
    bridge.settle()
    assert bridge.widget.dataset.steps == ()
    write(bridge, "user", "{city}")
    assert panel(bridge).get_by_role("status").count() == 0
    assert makes(bridge).inner_text() == "Make 60 chats"


def test_one_click_makes_the_chats_and_undo_brings_the_table_back(opened: Opened) -> None:
    bridge = opened()
    field(bridge, "user").fill("In {city}?")
    makes(bridge).click()  # before the pause is over: what is typed counts
    bridge.settle()
    assert not panel(bridge).is_visible()
    assert bridge.page.locator(".ftw-row .ftw-turn").all_inner_texts() == [
        "user\nIn New York?",
        "assistant · trained\n150",
    ]
    press(bridge, "Show code")
    assert "ft.convert(data, ft.Template(user='In {city}?'" in bridge.page.locator("pre").inner_text()
    press(bridge, "Undo")
    assert field(bridge, "user").input_value() == "In {city}?"
    assert bridge.widget.dataset.to_bytes() == bridge.widget.data.to_bytes()


def test_what_python_sets_stands_in_the_fields_of_every_view(opened: Opened) -> None:
    bridge = opened()
    bridge.show()
    bridge.widget.template = {"user": "a\nb\nc\nd\ne {city}", "assistant": "{price}"}
    bridge.settle()
    users = bridge.page.get_by_role("textbox", name="user")
    assert [users.nth(n).input_value() for n in range(2)] == ["a\nb\nc\nd\ne {city}"] * 2
    assert users.first.get_attribute("rows") == "3"


def test_rows_of_a_known_layout_have_one_button_and_no_fields(opened: Opened) -> None:
    bridge = opened([SHARED] * 12)
    assert bridge.page.get_by_role("textbox").count() == 0
    press(bridge, "Make chats of 12 ShareGPT rows")
    assert bridge.widget.dataset.kind == "chat"
    assert not panel(bridge).is_visible()


def test_chats_have_no_such_panel(opened: Opened) -> None:
    rows = [{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}] * 12
    assert not panel(opened(rows)).is_visible()


def test_a_row_that_is_being_edited_is_not_converted(opened: Opened) -> None:
    bridge = opened()
    press(bridge, "edit line 2")
    bridge.page.locator(".ftw-edit textarea").first.fill("2023")
    makes(bridge).click()
    bridge.settle()
    assert bridge.widget.dataset.steps == ()
    assert "A row is being edited" in bridge.page.locator(".ftw-note").first.inner_text()


def test_an_attack_in_a_cell_or_a_column_stays_text(opened: Opened) -> None:
    bridge = opened([{ATTACK: "a", "question": ATTACK, "answer": "b"}] * 3)
    assert previewed(bridge)[0] == f"user\n{ATTACK}"
    assert (bridge.page.locator("img").count(), bridge.page.title()) == (0, "untouched")


def test_a_lost_kernel_leaves_the_fields_and_makes_nothing(opened: Opened) -> None:
    bridge = opened()
    bridge.page.evaluate("model.fire('comm:close')")
    bridge.settle()
    field(bridge, "user").fill("{date}")
    bridge.page.wait_for_timeout(250)
    assert makes(bridge).get_attribute("aria-disabled") == "true"
    assert bridge.page.evaluate("model.out") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_a_template_or_its_fault(
    opened: Opened, axe: Callable[..., list[str]], scheme: str
) -> None:
    bridge = opened(None, 1000, scheme)
    assert axe(bridge.page) == []
    write(bridge, "user", "{town}")
    assert axe(bridge.page) == []
    assert axe(opened([SHARED] * 12, 1000, scheme).page) == []


@pytest.mark.parametrize("width", [1000, 480])
def test_the_preview_stands_beside_the_fields_and_where_it_is_narrow_below(opened: Opened, width: int) -> None:
    bridge = opened([{"question": "word" * 300, "answer": "b", "column" * 16: "c"}] * 3, width)
    assert bridge.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    fields, preview = (bridge.page.locator(name).bounding_box() for name in (".ftw-fields", ".ftw-preview"))
    assert fields is not None
    assert preview is not None
    assert (preview["y"] >= fields["y"] + fields["height"]) == (width == 480)
