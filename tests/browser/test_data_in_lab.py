"""The data notebook as its learner meets it: opened in JupyterLab, all cells run, and the rest mended with clicks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.notebook import PANEL, Notebook, lab_open_to_scripts
from tests.cli.test_lab import TOKEN

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="ftwidgets lab was not tried on Windows")]

PATIENCE = 300_000
"""Milliseconds: twenty cells, two of which draw, on a busy machine."""


@pytest.fixture(scope="module")
def notebook(
    browser: Browser,
    pretrained_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    wait_until: Callable[[Callable[[], object]], None],
) -> Iterator[Notebook]:
    """The second notebook, all its cells run at once."""
    folder = tmp_path_factory.mktemp("data")
    with lab_open_to_scripts(pretrained_home, folder, wait_until) as address:
        notebook = Notebook(browser, address, TOKEN, "02-data.ipynb")
        notebook.run_whole(PATIENCE)
        yield notebook
        notebook.close()


def cell(notebook: Notebook, text: str) -> int:
    """The place of the code cell that holds a text, among the code cells."""
    found = notebook.page.evaluate(
        f"(text) => {PANEL}.content.widgets.filter((cell) => cell.model.type === 'code')"
        ".findIndex((cell) => cell.model.sharedModel.getSource().includes(text))",
        text,
    )
    return int(found)


def run(notebook: Notebook, text: str) -> str:
    """Run the cell that holds a text, and give what stands under it."""
    place = notebook.page.evaluate(
        f"(text) => {PANEL}.content.widgets.findIndex((cell) => cell.model.type === 'code'"
        " && cell.model.sharedModel.getSource().includes(text))",
        text,
    )
    notebook.page.evaluate(
        f"async (place) => {{ {PANEL}.content.deselectAll(); {PANEL}.content.activeCellIndex = place;"
        " await jupyterapp.commands.execute('notebook:run-cell'); }",
        place,
    )
    return str(notebook.output(cell(notebook, text)).first.inner_text())


def test_every_cell_ran_without_an_error(notebook: Notebook) -> None:
    assert notebook.page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert notebook.faults == []


def test_what_is_mended_with_clicks_counts_in_the_exercise(notebook: Notebook) -> None:
    assert run(notebook, "remaining(explorer.dataset)").startswith("35 of 45 planted faults are mended.")
    explorer = notebook.monitor(cell(notebook, "explorer = ft.DataExplorer"))
    explorer.scroll_into_view_if_needed()
    explorer.get_by_role("button", name="go to line 13", exact=True).first.click()
    explorer.get_by_role("button", name="delete line 13").click()
    expect(explorer.get_by_role("button", name="Undo: line 13 deleted")).to_be_visible()
    assert run(notebook, "remaining(explorer.dataset)").startswith("36 of 45 planted faults are mended.")
    explorer.get_by_role("button", name="Undo: line 13 deleted").click()
    expect(explorer.get_by_role("button", name="Undo: line 13 deleted")).to_have_count(0)
    assert run(notebook, "remaining(explorer.dataset)").startswith("35 of 45 planted faults are mended.")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_the_explorers(notebook: Notebook, axe: Callable[..., list[str]], theme: str) -> None:
    notebook.page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{ theme: '{theme}' }})")
    light = str(theme == "JupyterLab Light").lower()
    notebook.page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=light)
    notebook.page.get_by_role("group", name="Data explorer").first.scroll_into_view_if_needed()
    assert axe(notebook.page, ".ftw[aria-label='Data explorer']") == []
