"""A notebook in a real JupyterLab, in a real browser: run its cells, and see what stands under them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page

from tests.cli.test_lab import opened_lab

PATIENCE = 60_000
"""Milliseconds after which a condition is taken for one that never comes true."""

NUMBER = itertools.count()

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

CONNECTED = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.sessionContext?.isReady && panel.content.widgets.length > 0
    && panel.sessionContext.session?.kernel?.connectionStatus === "connected";
}"""

PANEL = "window.jupyterapp.shell.currentWidget"

WATCH = """() => {
  window.steps = [];
  const look = () => {
    const found = document.querySelector(".jp-OutputArea .ftw header .ftw-right")?.textContent.match(/step (\\d+)/);
    const step = found ? Number(found[1]) : 0;
    if (!step || window.steps.at(-1)?.step === step) return;
    const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((one) => one.textContent);
    window.steps.push({ step, prompts });
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
"""Keep each step that the first Monitor shows from now on, with the cells' prompts at that moment."""


@contextmanager
def lab_open_to_scripts(home: Path, folder: Path, wait_until: Callable[..., None]) -> Iterator[str]:
    """JupyterLab on the notebooks, which lie in `mine` in `folder`, and does what scripts tell it; its address."""
    (folder / "config").mkdir()
    exposed = {"LabApp": {"expose_app_in_browser": True}}
    (folder / "config" / "jupyter_lab_config.json").write_text(json.dumps(exposed))
    with opened_lab(home, folder, wait_until) as lab:
        yield f"http://127.0.0.1:{lab.port}"


def write_notebook(path: Path, *cells: str) -> None:
    """A notebook that has not been run."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(metadata={"kernelspec": spec})
    made.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(made, path)


class Notebook:
    """An open notebook, its kernel connected. Close it to end both.

    `faults` is what a widget's script has thrown; what JupyterLab itself throws when a kernel goes is its own.
    """

    def __init__(self, browser: Browser, address: str, token: str, name: str, *, scheme: str = "light") -> None:
        self.page: Page = browser.new_page(color_scheme=scheme, viewport={"width": 1300, "height": 1500})
        self.page.set_default_timeout(PATIENCE)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: "blob:" in (error.stack or "") and self.faults.append(str(error)))
        workspace = f"test-{next(NUMBER)}"  # each its own: JupyterLab opens again what a workspace had open
        self.page.goto(f"{address}/lab/workspaces/{workspace}/tree/{name}?token={token}&reset")
        self.connect()
        self.page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{ theme: '{THEMES[scheme]}' }})")
        light = str(scheme == "light").lower()
        self.page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=light)

    def connect(self) -> None:
        """Until the kernel is connected: JupyterLab drops what is run before."""
        self.page.wait_for_function(CONNECTED)

    def start(self, place: int) -> None:
        """Run a cell, and go on when it has begun."""
        before = self.page.evaluate(
            f"(place) => {{ {PANEL}.content.deselectAll(); {PANEL}.content.activeCellIndex = place;"
            " const before = document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[place].textContent;"
            " void jupyterapp.commands.execute('notebook:run-cell'); return before; }",
            place,
        )
        self.page.wait_for_function(
            "([place, before]) => document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[place].textContent"
            " !== before",
            arg=[place, before],
        )

    def run(self, place: int) -> None:
        """Run a cell to its end."""
        self.start(place)
        self.ended(place)

    def ended(self, place: int) -> None:
        """Until a cell that was started has ended."""
        self.page.wait_for_function(
            "(place) => /\\d/.test(document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[place].textContent)",
            arg=place,
        )

    def run_whole(self, patience: int) -> None:
        """Run all cells at once, to the end of the last: so many milliseconds at most."""
        self.page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.locator(".jp-CodeCell").last.scroll_into_view_if_needed()
        self.page.wait_for_function(
            f"{PANEL}.content.widgets.every((cell) => cell.model.type !== 'code'"
            " || (cell.model.executionState === 'idle' && cell.model.executionCount))",
            timeout=patience,
        )

    def output(self, place: int) -> Locator:
        """What stands under a cell."""
        return self.page.locator(".jp-CodeCell").nth(place).locator(".jp-OutputArea-output")

    def monitor(self, place: int = 0) -> Locator:
        """The Monitor under a cell."""
        return self.output(place).locator(".ftw")

    def step(self, beyond: int, place: int = 0) -> int:
        """Until the Monitor under a cell shows a step beyond another; that step."""
        found = self.page.wait_for_function(
            "([place, beyond]) => { const shown = document.querySelectorAll('.jp-CodeCell')[place]"
            ".querySelector('.ftw header .ftw-right')?.textContent.match(/step (\\d+)/)?.[1];"
            " return Number(shown) > beyond && Number(shown); }",
            arg=[place, beyond],
        )
        return int(found.json_value())

    def watch(self) -> None:
        """Begin to keep the steps that are shown."""
        self.page.evaluate(WATCH)

    def watched(self, prompt: str, place: int, *, count: int) -> None:
        """Until so many new steps were shown while a cell's prompt was so."""
        self.page.wait_for_function(
            "([prompt, place, count]) => steps.filter(({ prompts }) => prompts[place] === prompt).length >= count",
            arg=[prompt, place, count],
        )

    def save(self) -> None:
        """Save it with the state of its widgets."""
        self.page.evaluate(f"{PANEL}.context.save()")

    def restart(self) -> None:
        """Restart its kernel."""
        self.page.evaluate(f"{PANEL}.sessionContext.restartKernel()")
        self.connect()

    def close(self) -> None:
        """End its kernel and leave the page."""
        self.page.evaluate(f"{PANEL}.sessionContext.shutdown()")
        self.page.close()


def rows(monitor: Locator) -> list[list[str]]:
    """The rows of a Monitor's table, which is opened if need be."""
    button = monitor.get_by_role("button", name="Table")
    if button.get_attribute("aria-expanded") == "false":
        button.click()
    table = monitor.get_by_role("group", name="all values")
    table.locator("tbody tr").first.wait_for()
    cells: Any = table.locator("tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    return list(cells)
