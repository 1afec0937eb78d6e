"""The Monitor in a real JupyterLab, on a real service that really trains a tiny base."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openai
import pytest
from playwright.sync_api import Browser, expect

import ftwidgets as ft
from ftwidgets import connection
from tests.browser.notebook import Notebook, rows, write_notebook
from tests.browser.test_monitor_script import LOST
from tests.cli.test_lab import TOKEN, opened_lab

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="ftwidgets lab was not tried on Windows")]

LAUNCH = """import ftwidgets as ft
client = ft.connect()
rows = [{"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]}
        for n in range(200)]
run = ft.launch(client, ft.load(rows), VALIDATION, model="random-tiny", n_epochs=EPOCHS, batch_size=SIZE,
                learning_rate_multiplier=1, seed=7)
monitor = ft.Monitor(run, probes=["3?"])
monitor"""
BUSY = """from pathlib import Path
while not Path("enough").exists():
    sum(range(1000))
"""
ATTACH = """import ftwidgets as ft
client = ft.connect()
ft.Monitor(ft.attach(client))"""


def launch(*, epochs: int = 50, size: int = 1, validation: bool = True) -> str:
    """A cell that launches a job and shows it; where not told otherwise, one that surely outlasts its test."""
    chosen = {"EPOCHS": str(epochs), "SIZE": str(size), "VALIDATION": "ft.load(rows[:20])" if validation else "None"}
    cell = LAUNCH
    for name, value in chosen.items():
        cell = cell.replace(name, value)
    return cell


@dataclass
class Place:
    """A folder that JupyterLab shows, and the home of its service."""

    folder: Path
    home: Path
    address: str

    @property
    def client(self) -> openai.OpenAI:
        return ft.connect(home=self.home)


@pytest.fixture(scope="module")
def place(
    browser: Browser,
    new_home: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    wait_until: Callable[[Callable[[], object]], None],
) -> Iterator[Place]:
    """`ftwidgets lab`, where the default base is not and cannot be had."""
    home, folder = new_home(), tmp_path_factory.mktemp("lab")
    (folder / "config").mkdir()
    exposed = {"LabApp": {"expose_app_in_browser": True}}  # the test runs cells by JupyterLab's own commands
    (folder / "config" / "jupyter_lab_config.json").write_text(json.dumps(exposed))
    with opened_lab(home, folder, wait_until) as lab:
        yield Place(folder / "mine", home, f"http://127.0.0.1:{lab.port}")


@pytest.fixture
def opened(place: Place, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Notebook]]:
    """A function that opens a new notebook with these cells. At the end its kernel is ended, and jobs are cancelled."""
    notebooks: list[Notebook] = []
    name = f"{request.node.originalname}.ipynb"

    def open_notebook(*cells: str, scheme: str = "light") -> Notebook:
        if cells:
            write_notebook(place.folder / name, *cells)
        notebooks.append(Notebook(browser, place.address, TOKEN, name, scheme=scheme))
        return notebooks[-1]

    yield open_notebook
    for notebook in notebooks:
        if not notebook.page.is_closed():
            notebook.close()
    with place.client as client:
        for job in client.fine_tuning.jobs.list():
            if job.status not in ("succeeded", "failed", "cancelled"):
                client.fine_tuning.jobs.cancel(job.id)
    assert [fault for notebook in notebooks for fault in notebook.faults] == []


def test_the_chart_moves_while_a_cell_runs_and_while_the_kernel_is_idle(
    opened: Callable[..., Notebook], place: Place, tmp_path: Path
) -> None:
    notebook = opened(launch(), BUSY)
    notebook.run(0)
    notebook.step(0)
    notebook.watch()
    notebook.start(1)
    notebook.watched("[*]:", 1, count=20)
    notebook.page.screenshot(path=tmp_path / "running-light.png")
    (place.folder / "enough").touch()
    notebook.ended(1)
    (place.folder / "enough").unlink()
    notebook.watched("[2]:", 1, count=20)
    shown = [one["step"] for one in notebook.page.evaluate("steps")]
    assert shown == sorted(shown)


def test_a_page_that_is_loaded_again_is_live_again(opened: Callable[..., Notebook]) -> None:
    notebook = opened(launch())
    notebook.run(0)
    seen = notebook.step(10)
    notebook.save()
    notebook.page.reload()
    notebook.connect()
    assert notebook.step(seen) > seen
    assert notebook.monitor().locator(".ftw-note").is_hidden()


def test_after_a_restart_of_the_kernel_it_says_so_and_an_attached_one_has_the_whole_curve(
    opened: Callable[..., Notebook], place: Place, tmp_path: Path
) -> None:
    notebook = opened(launch(), ATTACH)
    notebook.run(0)
    seen = notebook.step(10)
    notebook.restart()
    notebook.monitor().get_by_text(LOST).wait_for()
    assert notebook.monitor().get_by_role("button", name="Cancel").count() == 0
    notebook.page.screenshot(path=tmp_path / "restarted.png")
    notebook.run(1)
    notebook.step(notebook.step(seen, 1), 1)  # all that was, and it goes on
    monitor = notebook.monitor(1)
    monitor.get_by_role("button", name="Cancel the job").click()
    monitor.get_by_role("button", name="Cancel it for good").click()
    monitor.locator(".ftw-pill", has_text="cancelled").wait_for()
    with place.client as client:
        run = ft.attach(client)
        assert run.status == "cancelled"
        steps = run.curves.rows()
    rows(monitor)
    expect(monitor.get_by_role("row").last.get_by_role("cell").first).to_have_text(str(steps[-1]["step"]))
    shown = rows(monitor)
    told = f"the last {len(shown)} of {len(steps)} steps" if len(steps) > len(shown) else ""
    assert told in monitor.inner_text()
    assert [int(row[0]) for row in shown] == [row["step"] for row in steps[-len(shown) :]]
    assert [int(row[0]) for row in shown if row[2]] == [
        row["step"] for row in steps[-len(shown) :] if row["valid_loss"] is not None
    ]


def test_a_service_that_was_killed_is_looked_for_and_the_run_goes_on_when_it_is_back(
    opened: Callable[..., Notebook], place: Place, tmp_path: Path
) -> None:
    notebook = opened(launch(epochs=50, size=4), "client = ft.connect()")
    notebook.run(0)
    seen = notebook.step(60)  # past the first checkpoint, from which it will go on
    address = connection.find(place.home)
    assert address is not None
    os.kill(address.pid, signal.SIGKILL)
    monitor = notebook.monitor()
    monitor.locator(".ftw-pill", has_text="not reached").wait_for()
    assert "The service does not answer; it is looked for since" in monitor.inner_text()
    assert "ft.connect() starts it again" in monitor.inner_text()
    assert "left" not in monitor.locator("header").inner_text()  # nobody knows
    notebook.page.screenshot(path=tmp_path / "away.png")
    notebook.run(1)
    monitor.locator(".ftw-pill", has_text="running").wait_for()
    assert notebook.step(seen) > seen
    assert monitor.locator(".ftw-note").is_hidden()


def test_two_monitors_of_one_run_show_the_same_also_when_events_come_doubled(opened: Callable[..., Notebook]) -> None:
    again = "run.take(events=run.events)\nrun.take(events=run.events[::-1])\nmonitor._changed()"
    notebook = opened(launch(epochs=2, size=10), "ft.Monitor(run, probes=['3?'])", again)
    notebook.run(0)
    notebook.run(1)
    for place in (0, 1):
        notebook.monitor(place).locator(".ftw-pill", has_text="succeeded").wait_for()
    first, second = (rows(notebook.monitor(place)) for place in (0, 1))
    assert [int(row[0]) for row in first] == list(range(1, 41))
    assert first == second
    lines = notebook.monitor().locator("svg[height] path").evaluate_all("(all) => all.map((one) => one.outerHTML)")
    notebook.run(2)
    assert rows(notebook.monitor()) == first
    now = notebook.monitor().locator("svg[height] path").evaluate_all("(all) => all.map((one) => one.outerHTML)")
    assert now == lines
    notebook.run(0)  # the same cell again: another job, its own monitor in the place of the first
    notebook.monitor().locator(".ftw-pill", has_text="succeeded").wait_for()
    assert len(rows(notebook.monitor())) == 40


def test_a_run_without_validation_rows_is_shown_without_them(opened: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = opened(launch(epochs=2, size=10, validation=False), scheme="dark")
    notebook.run(0)
    monitor = notebook.monitor()
    monitor.locator(".ftw-pill", has_text="succeeded").wait_for()
    assert "validation" not in monitor.inner_text()
    assert [len(row) for row in rows(monitor)] == [3] * 40
    notebook.page.screenshot(path=tmp_path / "without-validation-dark.png")


def test_a_saved_notebook_shows_the_last_snapshot_where_its_kernel_is_gone(
    opened: Callable[..., Notebook], tmp_path: Path
) -> None:
    notebook = opened(launch(epochs=2, size=10))
    notebook.run(0)
    notebook.monitor().locator(".ftw-pill", has_text="succeeded").wait_for()
    answers = notebook.monitor().locator(".ftw-probes td")
    answers.filter(has_text=re.compile("..")).nth(2).wait_for()  # one sign alone is that of one yet to come
    shown, told = rows(notebook.monitor()), answers.all_inner_texts()
    notebook.save()
    notebook.close()
    later = opened()
    monitor = later.monitor()
    monitor.get_by_text(LOST).wait_for()
    assert rows(monitor) == shown
    assert monitor.locator(".ftw-probes td").all_inner_texts() == told
    assert monitor.locator(".ftw-pill").inner_text() == "not connected"
    later.page.screenshot(path=tmp_path / "saved.png")
