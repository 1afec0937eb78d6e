"""The DataExplorer in a real JupyterLab: the mouse, the keyboard, the kernel, and what Python then has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.notebook import Notebook, lab_open_to_scripts, write_notebook
from tests.cli.test_lab import TOKEN

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="ftwidgets lab was not tried on Windows")]

SUPPORT = """import ftwidgets as ft
from ftwidgets import lessons
explorer = ft.DataExplorer(lessons.path("support", "raw"))
explorer"""
MANY = """rows = [{"messages": [{"role": "user", "content": f"Is {n} a number?"},
                      {"role": "assistant", "content": f"{n} is one."}]} for n in range(1, 5001)]
many = ft.DataExplorer(rows, model="gpt-4o")
many"""
TOLD = "print(explorer.selected, explorer.dataset.steps, len(explorer.findings.where(rule='role-unknown')))"
ASKED = "print(many.selected, many.dataset.rows[4999].value['messages'][0]['content'])"


@pytest.fixture(scope="module")
def notebook(
    browser: Browser,
    new_home: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    wait_until: Callable[[Callable[[], object]], None],
) -> Iterator[Notebook]:
    """A notebook whose first two cells show a small and a large set."""
    folder = tmp_path_factory.mktemp("explorer")
    with lab_open_to_scripts(new_home(), folder, wait_until) as address:
        write_notebook(folder / "mine" / "explorer.ipynb", SUPPORT, MANY, TOLD, ASKED)
        notebook = Notebook(browser, address, TOKEN, "explorer.ipynb")
        notebook.run(0)
        notebook.run(1)
        yield notebook
        notebook.close()


def shown(notebook: Notebook, place: int) -> Locator:
    found = notebook.monitor(place)
    found.scroll_into_view_if_needed()
    return found


def test_a_click_mends_another_undoes_and_python_has_the_same(notebook: Notebook) -> None:
    explorer = shown(notebook, 0)
    explorer.get_by_role("button", name="change to 'user': Line 63").click()
    expect(explorer.locator(".ftw-said").last).to_have_text("Change to 'user': line 63. Undo is possible.")
    expect(explorer.locator(".ftw-speaker").nth(1)).to_have_text("user")
    notebook.run(2)
    expect(notebook.output(2)).to_have_text("63 (Step(\"change to 'user': line 63\"),) 0\n")
    explorer.get_by_role("button", name="Undo: change to 'user': line 63").click()
    expect(explorer.locator(".ftw-speaker").nth(1)).to_have_text("usr")


def test_the_keys_move_in_the_table_and_not_in_the_notebook(notebook: Notebook) -> None:
    explorer = shown(notebook, 1)
    table = explorer.get_by_role("grid", name="rows")
    table.focus()
    notebook.page.keyboard.press("End")
    expect(explorer.locator(".ftw-where")).to_contain_text("line 5000")
    expect(explorer.locator(".ftw-turn").first).to_have_text("userIs 5000 a number?")
    notebook.page.keyboard.press("ArrowUp")
    expect(explorer.locator(".ftw-where")).to_contain_text("line 4999")
    expect(table).to_be_focused()


def test_a_row_of_many_is_edited_with_the_keyboard_and_python_has_it(notebook: Notebook) -> None:
    explorer = shown(notebook, 1)
    explorer.get_by_label("search the rows").fill("5000")
    expect(explorer.locator(".ftw-tools [role=status]")).to_have_text("1 of 5,000 rows")
    explorer.get_by_role("button", name="edit line 5000").press("Enter")
    explorer.get_by_role("textbox", name="user").fill("Is it?")
    notebook.page.keyboard.press("Control+Enter")
    expect(explorer.locator(".ftw-tag").first).to_have_text("changed")
    notebook.run(3)
    expect(notebook.output(3)).to_have_text("5000 Is it?\n")


def test_nothing_was_thrown(notebook: Notebook) -> None:
    assert notebook.faults == []
