"""The first notebook as its learner meets it: `ftwidgets lab`, a browser, Run All Cells, on the pretrained base."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from ftwidgets.bases.catalogue import DEFAULT
from tests.browser.notebook import PANEL, Notebook, lab_open_to_scripts
from tests.cli.test_lab import TOKEN

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="ftwidgets lab was not tried on Windows")]

PATIENCE = 600_000
"""Milliseconds: a training of the pretrained base on a busy machine."""


@pytest.fixture(scope="module")
def notebook(
    browser: Browser,
    pretrained_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    wait_until: Callable[[Callable[[], object]], None],
) -> Iterator[Notebook]:
    """The notebook that lab opens, all its cells run at once."""
    folder = tmp_path_factory.mktemp("start")
    with lab_open_to_scripts(pretrained_home, folder, wait_until) as address:
        notebook = Notebook(browser, address, TOKEN, "00-start.ipynb")
        notebook.path = folder / "mine" / "00-start.ipynb"
        notebook.run_whole(PATIENCE)
        yield notebook
        notebook.close()


def widget(notebook: Notebook, name: str):
    found = notebook.page.get_by_role("group", name=name)
    found.scroll_into_view_if_needed()
    return found


def test_every_cell_ran_without_an_error(notebook: Notebook) -> None:
    assert notebook.page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert notebook.faults == []


def test_the_data_can_be_looked_at_row_by_row(notebook: Notebook) -> None:
    explorer = widget(notebook, "Data explorer")
    expect(explorer).to_contain_text("500 conversations")
    expect(explorer).to_contain_text("split: train 250 · validation 50 · test 200, seed 7")
    before = explorer.get_by_role("group", name="the row").inner_text()
    explorer.get_by_role("grid", name="rows").press("ArrowDown")
    expect(explorer).to_contain_text("line 2")
    assert explorer.get_by_role("group", name="the row").inner_text() != before


def test_the_run_was_watched_to_its_end_and_the_answers_became_categories(notebook: Notebook) -> None:
    monitor = widget(notebook, "Training monitor")
    expect(monitor.locator(".ftw-pill")).to_have_text("succeeded")
    expect(monitor).to_contain_text("96 steps · 3 epochs · done in")
    columns = monitor.locator(".ftw-probes thead th").all_inner_texts()
    assert columns == ["your prompts", "base", "step 32", "step 64", "step 96"]
    answers = monitor.locator(".ftw-probes tbody tr:first-child td").all_inner_texts()
    assert answers[-1] in {"animal", "plant", "food", "artifact", "person"}


def test_both_models_and_the_baseline_stand_side_by_side(notebook: Notebook) -> None:
    scores = notebook.page.locator(".jp-RenderedHTMLCommon table").filter(has_text="exact match")
    scores.scroll_into_view_if_needed()
    rows = scores.locator("tbody tr")
    assert [row.split("\t")[0] for row in rows.all_inner_texts()][:2] == ["always 'food'", DEFAULT]
    baseline, base, tuned = (float(row.split("\t")[1]) for row in rows.all_inner_texts())
    assert tuned > base
    assert tuned > baseline


def test_the_next_job_is_offered_with_its_time(notebook: Notebook) -> None:
    launcher = widget(notebook, "New fine-tuning job")
    expect(launcher).to_contain_text("132 steps · 3 epochs")
    expect(launcher).to_contain_text("on this machine")
    expect(launcher.get_by_role("button", name="Start the job")).to_be_enabled()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_any_of_our_widgets(
    notebook: Notebook, axe: Callable[..., list[str]], theme: str, tmp_path: Path
) -> None:
    notebook.page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{ theme: '{theme}' }})")
    light = str(theme == "JupyterLab Light").lower()
    notebook.page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=light)
    for name in ("Data explorer", "Training monitor", "New fine-tuning job"):
        widget(notebook, name).screenshot(path=tmp_path / f"{name}.png")
        assert axe(notebook.page, f".ftw[aria-label='{name}']") == []


def test_the_saved_notebook_shows_everything_without_a_kernel(notebook: Notebook) -> None:
    notebook.page.evaluate(f"{PANEL}.context.save()")
    stored = nbformat.read(notebook.path, as_version=4)
    outputs = [output for cell in stored.cells for output in cell.get("outputs", []) if "data" in output]
    widgets = [output.data for output in outputs if "application/vnd.jupyter.widget-view+json" in output.data]
    assert len(widgets) == 3
    assert all({"text/html", "text/plain"} <= data.keys() for data in widgets)
    state = stored.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert {data["application/vnd.jupyter.widget-view+json"]["model_id"] for data in widgets} <= state.keys()
