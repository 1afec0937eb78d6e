"""From `git clone` to a chart that moves: the README's first command, a browser, Run All Cells.

    python benchmarks/clone_to_chart.py

Clones this checkout (what is committed) into a temporary folder, installs it with pip into a new environment, starts
`ftwidgets lab` on an empty home, so that the model is fetched too, and opens the first notebook in headless Chromium.
The network's speed and pip's cache are part of what is measured.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from machine import describe
from playwright.sync_api import BrowserType, Page, sync_playwright

ROOT = Path(__file__).parent.parent
INSTALL = "python3 -m venv .venv && .venv/bin/pip install --quiet '.[local]'"
BUSY = ".jp-Notebook-ExecutionIndicator[data-status=busy]"
PROGRESS = "document.querySelector('[aria-label=\"Training monitor\"] header .ftw-right')?.textContent"
PILL = "document.querySelector('[aria-label=\"Training monitor\"] .ftw-pill')?.textContent"


def main() -> None:
    """Print when each stage was reached, in seconds from the beginning."""
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        place, began = Path(folder), time.monotonic()

        def say(what: str) -> None:
            print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(place / "clone")], check=True)
        subprocess.run(INSTALL, shell=True, cwd=place / "clone", check=True)
        say("installed")
        with sync_playwright() as playwright:
            _open(playwright.chromium, place, say)


def _open(chromium: BrowserType, place: Path, say: Callable[[str], None]) -> None:
    port = _free_port()
    options = ["--allow-root", "--no-browser", "--ServerApp.token=t", f"--port={port}"]
    environment = os.environ | {"FTWIDGETS_HOME": str(place / "home"), "HOME": str(place)}
    environment.pop("PYTHONPATH", None)
    command = [".venv/bin/ftwidgets", "lab", "--", *options]
    lab = subprocess.Popen(
        command, cwd=place / "clone", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _until(lambda: _answers(port))
        say("JupyterLab answers")
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.goto(f"http://127.0.0.1:{port}/lab/tree/00-start.ipynb?token=t")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        say("the notebook is open")
        _run_all(page)
        page.wait_for_function(f"/step ([2-9]|\\d\\d)/.test({PROGRESS})")
        say("the chart moves (second step)")
        page.wait_for_function(f"{PILL} === 'succeeded'")
        say("the model has been trained")
        page.wait_for_function("document.querySelector('[aria-label=\"New fine-tuning job\"]')")
        say("all cells have run: both models have answered 200 words")
        browser.close()
    finally:
        lab.send_signal(signal.SIGINT)
        lab.wait()
        subprocess.run([".venv/bin/ftwidgets", "stop"], cwd=place / "clone", env=environment, check=True)


def _run_all(page: Page) -> None:
    """JupyterLab drops the command while the kernel is not connected yet: then it is given again."""
    while not page.locator(BUSY).count():
        page.click("#jp-MainMenu >> text=Run")
        page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
        page.wait_for_timeout(3000)


def _answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token=t", timeout=5).status == 200
    except OSError:
        return False


def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
