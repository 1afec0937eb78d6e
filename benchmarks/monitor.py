"""How long an event of a job takes from the service's store to the screen, and how many bytes an update has.

    python benchmarks/monitor.py --behind 10000 --updates 300

The whole chain is real: a service in a process of its own, its stream, the SDK in a JupyterLab's kernel that shows
`ft.Monitor`, the kernel's websocket, and Chromium. The steps are not: no model is trained. The service's own Narrator
writes ten synthetic steps a second with invented numbers, to measure their transport alone.

An event begins at its exact `time`, which the service notes before it is written to the disk, and ends when the frame
that shows its step has been painted: at the first animation frame after the one that changed the page. The floor,
taken in turn in the same notebook, is the same for a plain ipywidgets Label that a thread of the kernel sets ten times
a second: what every live widget takes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import uvicorn
from machine import describe
from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from ftwidgets.bases.fetch import fetch
from ftwidgets.cli import jupyter
from ftwidgets.connection import find
from ftwidgets.run.extension import ask
from ftwidgets.service.app import create_app
from ftwidgets.service.keys import kept_key, write_private
from ftwidgets.service.narration import Narrator
from ftwidgets.service.wire import now

JOB = "ftjob-synthetic"
EVERY = 0.1
UNEVEN = 0.2
"""Ten a second are six frames of a screen apart: steps at even times would all meet the same part of a frame."""
TOKEN = "benchmark"
TOTAL = 1_000_000

CELLS = (
    f"""import math, os, threading, time
import ftwidgets as ft
updates = int(os.environ["UPDATES"])
monitor = ft.Monitor(ft.attach(ft.connect(), "{JOB}"))
monitor""",
    "import ipywidgets\nlabel = ipywidgets.Label('none')\nlabel",
    f"""def beat(updates):
    for number in range(updates):
        label.value = f"{{time.time():.4f}}"
        time.sleep({EVERY} * (1 + {UNEVEN} * math.sin(number)))
threading.Thread(target=beat, args=(updates,)).start()""",
    """while not os.path.exists("enough"):
    sum(range(1000))""",
)

WATCH = """() => {
  window.painted = { monitor: [], label: [] };
  const watch = (name, selector, value) => {
    let last = null;
    new MutationObserver(() => {
      const seen = value(document.querySelector(selector)?.textContent);
      if (!seen || seen === last) return;
      last = seen;
      requestAnimationFrame(() => painted[name].push([seen, (performance.timeOrigin + performance.now()) / 1000]));
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  };
  watch("monitor", ".ftw header .ftw-right", (text) => Number(text?.match(/step (\\d+)/)?.[1]));
  watch("label", ".jp-OutputArea .widget-label", (text) => Number(text));
}"""

RUN_CELL = """(jupyterapp.shell.currentWidget.content.activeCellIndex = place,
  jupyterapp.commands.execute("notebook:run-cell"))"""

FRAMES = """() => new Promise((done) => {
  const times = [];
  const next = (time) => (times.push(time) < 120 ? requestAnimationFrame(next) : done(times));
  requestAnimationFrame(next);
})"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--behind", type=int, default=10_000, help="steps that the job has taken already")
    parser.add_argument("--updates", type=int, default=300, help="steps that are measured, and updates of the label")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        _serve(args.serve, args.behind)
        return
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        fetch("random-tiny", Path(folder) / "bases")
        with (
            _service(folder, args.behind) as steps,
            _lab(Path(folder), args.updates // 2) as address,
            _browser() as browser,
        ):
            print(f"Chromium {browser.version}, jupyterlab {version('jupyterlab')}, ipykernel {version('ipykernel')}")
            page = browser.new_page(viewport={"width": 1300, "height": 1000})
            received = _received(page)
            _opened(page, address)
            times = page.evaluate(FRAMES)
            _measure(page, steps, received, Path(folder), args)
            print(_line("between two frames, nothing to draw", [after - before for before, after in pairwise(times)]))
            _report(page, Path(folder), received, args)


def _measure(
    page: Page, steps: subprocess.Popen[str], received: list[bytes], folder: Path, args: argparse.Namespace
) -> None:
    """The label and the monitor in turn, twice each, and then the monitor beside a cell that runs."""
    page.wait_for_function(f"/step {args.behind} /.test(document.querySelector('.ftw')?.textContent)")
    page.evaluate(WATCH)
    received.clear()
    half, last = args.updates // 2, args.behind
    for turn in (1, 2, 3):
        if turn < 3:
            _run_cell(page, 2)
            page.wait_for_function(f"painted.label.length >= {turn * half - 3}")
        else:
            _start_cell(page, 3)
        assert steps.stdin
        steps.stdin.write(f"{half}\n")
        steps.stdin.flush()
        last += half
        page.wait_for_function(f"painted.monitor.at(-1)?.[0] === {last}")
    assert page.locator(".jp-CodeCell .jp-InputPrompt").last.inner_text() == "[*]:"
    (folder / "notebooks" / "enough").touch()


def _report(page: Page, folder: Path, received: list[bytes], args: argparse.Namespace) -> None:
    painted = page.evaluate("painted")
    floor = [1000 * (seen - sent) for sent, seen in painted["label"]]
    address = find(folder)
    assert address
    with address.client() as client:
        events = (ask(client, f"jobs/{JOB}/events?after={args.behind}&limit=10000") or {})["data"]
    stored = {event["data"]["step"]: event["time"] for event in events if event["type"] == "metrics"}
    shown, taken = iter(painted["monitor"]), []
    step, seen = next(shown)
    for number in sorted(number for number in stored if number > args.behind):
        while step < number:  # steps that came at once are painted at once
            step, seen = next(shown)
        taken.append(1000 * (seen - stored[number]))
    quiet = taken[: args.updates // 2 * 2]
    story = [len(frame) for frame in received if b"comm_msg" in frame and b'"story"' in frame]
    print(_line("a Label set in the kernel → painted", floor))
    print(_line(f"Monitor, {args.behind:,} steps behind: event stored → painted", quiet))
    print(_line("the same while a cell computes", taken[len(quiet) :]))
    print(f"the idle Monitor's p95 against the Label's: {_at(quiet, 0.95) / _at(floor, 0.95):.1f} times")
    print(f"an update on the websocket: mean {sum(story) / len(story):,.0f} bytes, max {max(story):,}, n {len(story)}")
    print(f"load: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


def _line(name: str, values: list[float]) -> str:
    tail = f"p50 {_at(values, 0.5):.0f} ms, p95 {_at(values, 0.95):.0f} ms, max {max(values):.0f} ms, n {len(values)}"
    return f"{name}: {tail}"


def _at(values: list[float], part: float) -> float:
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


# The notebook


@contextlib.contextmanager
def _lab(folder: Path, updates: int) -> Iterator[str]:
    """JupyterLab as `ftwidgets lab` runs it, on a notebook with the cells."""
    work = folder / "notebooks"
    (work / "config").mkdir(parents=True)
    (work / "config" / "jupyter_lab_config.json").write_text('{"LabApp": {"expose_app_in_browser": true}}')
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": spec})
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(notebook, work / "monitor.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    environment = jupyter.environment(folder)
    environment |= {"UPDATES": str(updates)}
    environment |= {f"JUPYTER_{kind}_DIR": str(work / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    command = jupyter.command(work, "monitor.ipynb", options)
    with open(folder / "lab.log", "wb") as log:
        process = subprocess.Popen(command, cwd=work, env=environment, stdout=log, stderr=log)
    try:
        while not _answers(f"http://127.0.0.1:{port}/api/status?token={TOKEN}"):
            assert process.poll() is None, (folder / "lab.log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _received(page: Page) -> list[bytes]:
    """What the page's websockets bring from now on."""
    frames: list[bytes] = []

    def keep(frame: str | bytes) -> None:
        frames.append(frame.encode() if isinstance(frame, str) else frame)

    def listen(opened: WebSocket) -> None:
        opened.on("framereceived", keep)

    page.on("websocket", listen)
    return frames


def _opened(page: Page, address: str) -> None:
    page.set_default_timeout(120_000)
    page.goto(f"{address}/lab/tree/monitor.ipynb?token={TOKEN}&reset")
    kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
    page.wait_for_function(f"{kernel}?.connectionStatus === 'connected'")
    for place in (0, 1):
        _run_cell(page, place)


def _run_cell(page: Page, place: int) -> None:
    """Run a cell to its end."""
    page.evaluate(f"(place) => {RUN_CELL}", place)


def _start_cell(page: Page, place: int) -> None:
    """Begin to run a cell."""
    page.evaluate(f"(place) => {{ {RUN_CELL}; }}", place)
    page.wait_for_function("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'busy'")


# The service


@contextlib.contextmanager
def _service(folder: str, behind: int) -> Iterator[subprocess.Popen[str]]:
    """A service of its own process, that takes as many steps as it is told on its standard input."""
    command = [sys.executable, __file__, "--serve", folder, "--behind", str(behind)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        yield process
        process.stdin.close()


def _serve(home: Path, behind: int) -> None:
    folder = home / "service"
    folder.mkdir(parents=True)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    app = create_app(home, kept_key(folder), ending=lambda: server.should_exit)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1))
    threading.Thread(target=_narrate, args=(app, server, home, bound.getsockname()[1], behind), daemon=True).start()
    server.run(sockets=[bound])


def _narrate(app: Any, server: uvicorn.Server, home: Path, port: int, behind: int) -> None:
    """Write the steps behind it at once, then those that are asked for, one every tenth of a second."""
    while not server.started:
        time.sleep(0.01)
    store = app.state.store
    store.add("jobs", _job(), status="running", plan={})
    narrator = Narrator(store, JOB)
    with store.transaction():
        for step in range(1, behind + 1):
            narrator.step(_numbers(step))
    about = {"base_url": f"http://127.0.0.1:{port}/v1", "api_key": app.state.key}
    about |= {"pid": os.getpid(), "version": version("ftwidgets")}
    write_private(home / "service" / "address.json", json.dumps(about))
    print("ready", flush=True)
    step = behind
    for line in sys.stdin:
        begin = time.monotonic()
        for number in range(int(line)):
            step += 1
            narrator.step(_numbers(step))
            beats = number + 1 + UNEVEN * math.sin(number)
            time.sleep(max(0.0, begin + beats * EVERY - time.monotonic()))
    server.should_exit = True


def _job() -> dict[str, Any]:
    chosen = {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.0}
    none = dict.fromkeys(("finished_at", "fine_tuned_model", "trained_tokens", "error", "validation_file"))
    return none | {
        "object": "fine_tuning.job",
        "id": JOB,
        "model": "random-tiny",
        "created_at": now(),
        "organization_id": "org-ftwidgets",
        "result_files": [],
        "status": "running",
        "training_file": "file-none",
        "hyperparameters": chosen,
        "method": {"type": "supervised", "supervised": {"hyperparameters": chosen}},
        "user_provided_suffix": "synthetic steps",
        "seed": 1,
    }


def _numbers(step: int) -> dict[str, Any]:
    """Invented values of the usual shape; validation every tenth step."""
    wave = math.sin(step) / 10
    numbers = {"step": step, "total_steps": TOTAL, "train_loss": 3 / step**0.2 + wave}
    numbers |= {"train_mean_token_accuracy": 0.5 + wave}
    if step % 10 == 0:
        numbers |= {"valid_loss": 3.1 / step**0.2, "valid_mean_token_accuracy": 0.5}
    return numbers


if __name__ == "__main__":
    os.environ.pop("OPENAI_API_KEY", None)
    main()
