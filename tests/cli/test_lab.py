"""`lab`: the notebooks in a folder of the learner's, JupyterLab on them, and the service beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ftwidgets import connection
from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.cli import activity, jupyter, lab, notebooks
from ftwidgets.errors import FtwidgetsError
from ftwidgets.service import fetching
from tests.cli.conftest import ROWS, Call, environment, program

ROOT = Path(__file__).parent.parent.parent
SHIPPED = (ROOT / "notebooks" / notebooks.FIRST).read_bytes()
TOKEN = "a-token"


# The notebooks


def test_the_notebooks_of_the_checkout_are_put_into_a_new_folder(tmp_path: Path) -> None:
    assert notebooks.put_into(tmp_path / "new" / "folder") == []
    names = {path.name for path in (tmp_path / "new" / "folder").iterdir() if path.is_file()}
    assert names == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert (tmp_path / "new" / "folder" / notebooks.FIRST).read_bytes() == SHIPPED


def test_what_a_learner_has_written_is_kept_and_named(tmp_path: Path) -> None:
    notebooks.put_into(tmp_path)
    (tmp_path / notebooks.FIRST).write_text("mine")
    (tmp_path / "my-own.ipynb").write_text("mine too")
    assert notebooks.put_into(tmp_path) == [notebooks.FIRST]
    assert (tmp_path / notebooks.FIRST).read_text() == "mine"
    assert (tmp_path / "my-own.ipynb").read_text() == "mine too"


def test_what_is_the_same_is_not_named_and_what_was_removed_comes_back(tmp_path: Path) -> None:
    notebooks.put_into(tmp_path)
    assert notebooks.put_into(tmp_path) == []
    (tmp_path / notebooks.FIRST).unlink()
    assert notebooks.put_into(tmp_path) == []
    assert (tmp_path / notebooks.FIRST).read_bytes() == SHIPPED


def test_only_notebooks_and_their_data_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "shipped"
    (source / "data" / "deep").mkdir(parents=True)
    for name in (notebooks.FIRST, "01-more.ipynb", "conftest.py", "sanitize.cfg", "data/a.csv", "data/deep/b.jsonl"):
        (source / name).write_text(name)
    monkeypatch.setattr(notebooks, "shipped", lambda: source)
    notebooks.put_into(tmp_path / "mine")
    copied = {str(path.relative_to(tmp_path / "mine")) for path in (tmp_path / "mine").rglob("*") if path.is_file()}
    assert copied == {notebooks.FIRST, "01-more.ipynb", "data/a.csv", "data/deep/b.jsonl"}
    (tmp_path / "mine" / "data" / "a.csv").write_text("mine")
    assert notebooks.put_into(tmp_path / "mine") == ["data/a.csv"]


def test_a_folder_in_the_place_of_a_notebook_and_a_link_that_leads_nowhere_are_kept(tmp_path: Path) -> None:
    (tmp_path / notebooks.FIRST).mkdir()
    assert notebooks.put_into(tmp_path) == [notebooks.FIRST]
    (tmp_path / notebooks.FIRST).rmdir()
    (tmp_path / notebooks.FIRST).symlink_to("nowhere")
    assert notebooks.put_into(tmp_path) == [notebooks.FIRST]
    assert (tmp_path / notebooks.FIRST).is_symlink()


def test_a_folder_that_is_a_file_is_one_sentence(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for name in ("file", "file/below"):
        sentence = call("lab", tmp_path / name).sentence
        assert f"cannot be put into {tmp_path / name}" in sentence
        assert "ftwidgets lab FOLDER" in sentence
    assert (tmp_path / "file").read_text() == "mine"
    assert connection.find(tmp_path / "home") is None  # nothing was started


@pytest.mark.skipif(sys.platform != "linux", reason="a folder where not even root can write")
def test_a_folder_that_cannot_be_written_is_one_sentence(call: Call) -> None:
    assert "cannot be put into /proc" in call("lab", "/proc").sentence


@pytest.mark.slow
def test_a_wheel_that_was_really_built_brings_the_notebooks_and_finds_them(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="the wheel is built without the network, by the hatchling that is here")
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "ftwidgets", tree / "ftwidgets", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "notebooks", tree / "notebooks")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    (tree / "notebooks" / "conftest.py").write_text("")
    (tree / "notebooks" / "data").mkdir(exist_ok=True)
    (tree / "notebooks" / "data" / "small.csv").write_text("")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q", "-w"]
    subprocess.run([*build, str(tmp_path / "wheels"), str(tree)], check=True, capture_output=True)
    wheel = next((tmp_path / "wheels").glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    inside = {name.removeprefix("ftwidgets/notebooks/") for name in names if name.startswith("ftwidgets/notebooks/")}
    assert inside == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} | {
        str(path.relative_to(tree / "notebooks")) for path in (tree / "notebooks" / "data").rglob("*.*")
    }
    assert any(name.endswith("default_setting_overrides.json") for name in names)
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    found = (
        "import sys; sys.path.insert(0, sys.argv[1]); from ftwidgets.cli import notebooks; print(notebooks.shipped())"
    )
    said = subprocess.run(
        [sys.executable, "-P", "-c", found, str(tmp_path / "installed")], check=True, capture_output=True, text=True
    ).stdout
    assert said.strip() == str(tmp_path / "installed" / "ftwidgets" / "notebooks")


# JupyterLab's command line


@pytest.mark.parametrize(
    ("given", "folder", "passed_on"),
    [
        ([], "ftwidgets-notebooks", []),
        (["mine"], "mine", []),
        (["--", "--no-browser", "--port=1"], "ftwidgets-notebooks", ["--no-browser", "--port=1"]),
        (["--no-browser", "--port", "1"], "ftwidgets-notebooks", ["--no-browser", "--port", "1"]),
        (["mine", "--home", "h", "--", "--allow-root", "--home", "x"], "mine", ["--allow-root", "--home", "x"]),
    ],
)
def test_the_folder_comes_first_and_what_follows_is_jupyters(
    call: Call, monkeypatch: pytest.MonkeyPatch, given: list[str], folder: str, passed_on: list[str]
) -> None:
    ran = without_service(monkeypatch)
    done = call("lab", *given)
    assert done.status == 7  # JupyterLab's own
    ((where, notebook, arguments, _home),) = ran
    assert (str(where), notebook, arguments) == (folder, notebooks.FIRST, passed_on)


def test_jupyterlab_opens_also_where_the_service_cannot_be_started(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = without_service(monkeypatch)
    said = call("lab").out
    assert "JupyterLab opens without the service. There is no engine." in said
    assert len(ran) == 1
    assert "JupyterLab has ended. No service runs." in said


@pytest.mark.parametrize(
    ("root", "given", "told"), [(True, [], True), (True, ["--allow-root"], False), (False, [], False)]
)
def test_root_is_told_what_jupyter_wants(
    call: Call, monkeypatch: pytest.MonkeyPatch, root: bool, given: list[str], told: bool
) -> None:
    without_service(monkeypatch)
    monkeypatch.setattr(lab, "_is_root", lambda: root)
    assert ("ftwidgets lab -- --allow-root" in call("lab", *given).out) == told


def without_service(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No service can be started, and JupyterLab ends at once with status 7; with what it was run."""
    ran: list[Any] = []

    def start(home: Path) -> None:
        raise FtwidgetsError("There is no engine.")

    monkeypatch.setattr(connection, "start", start)
    monkeypatch.setattr(jupyter, "run", lambda *arguments: ran.append(arguments) or 7)
    return ran


def test_an_option_of_the_learners_takes_the_place_of_ours(tmp_path: Path) -> None:
    ours = jupyter.command(tmp_path, "n.ipynb", ["--no-browser"])
    assert ours[-2:] == [f"--ServerApp.root_dir={tmp_path}", "--no-browser"]
    assert "--LabApp.default_url=/lab/tree/n.ipynb" in ours
    for own in ("--notebook-dir=/x", "--ServerApp.root_dir=/x", "--LabApp.default_url=/x"):
        command = jupyter.command(tmp_path, "n.ipynb", [own])
        assert len(command) == len(ours) - 1
        assert command[-1] == own


def test_the_kernel_of_this_environment_comes_first_and_the_learners_settings_before_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", "/theirs")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/their-config")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/user")
    variables = jupyter.environment(tmp_path)
    assert variables["FTWIDGETS_HOME"] == str(tmp_path)
    assert variables["JUPYTER_PATH"].split(os.pathsep) == [str(Path(sys.prefix, "share", "jupyter")), "/theirs"]
    assert variables["JUPYTER_CONFIG_PATH"].split(os.pathsep) == ["/their-config", "/user", str(jupyter.SETTINGS)]


# The model, on its way


def test_a_fetch_is_told_by_tenths_and_at_its_end(
    new_home: Callable[[], Path],
    open_service: Callable[[Path], Any],
    wait_until: Callable[[Callable[[], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, said = new_home(), []
    (home / "bases").unlink()

    def slow(base: str, folder: Path, *, progress: Callable[[int, int], None]) -> Path:
        for percent in range(0, 101, 5):
            progress(percent * 930_000, 93_000_000)
            wait_until(lambda tenth=percent // 10: len(said) == tenth + 1)
        (folder / base).mkdir(parents=True)
        (folder / base / "config.json").write_text("{}")
        return folder / base

    monkeypatch.setattr(fetching, "fetch", slow)
    monkeypatch.setattr(activity, "SECONDS", 0.01)
    with open_service(home) as service:
        activity.watch_fetch(_At(service.client), home, DEFAULT, said.append, threading.Event())
    assert said[0] == f"Fetching the model {DEFAULT}: 0 of 93 MB"
    assert said[5] == f"Fetching the model {DEFAULT}: 46 of 93 MB"
    assert (len(said), said[-1]) == (12, "The model is here.")


@dataclass
class _At:
    """The address of a service in this process; its client stays open."""

    opened: Any

    @contextmanager
    def client(self) -> Iterator[Any]:
        yield self.opened


# The whole

IN_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


@dataclass
class Lab:
    """A JupyterLab that runs, and everything it has said."""

    process: subprocess.Popen[str]
    port: int
    letters: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        return "".join(self.letters)

    def get(self, path: str) -> Any:
        address = f"http://127.0.0.1:{self.port}/{path}"
        request = urllib.request.Request(address, headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(request) as reply:
            text = reply.read().decode()
            return json.loads(text) if "json" in reply.headers["content-type"] else text

    def answers(self) -> bool:
        assert self.process.poll() is None, self.said
        try:
            return "started" in self.get("api/status")
        except OSError:
            return False

    def hear(self) -> None:
        assert self.process.stdout is not None
        while letter := self.process.stdout.read(1):  # a question has no end of line
            self.letters.append(letter)

    def end(self) -> int:
        """Ctrl-C, as it comes where there is no terminal; the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def press_ctrl_c(self) -> None:
        """Ctrl-C in the terminal, which sends it to both processes."""
        assert self.process.stdin is not None
        self.process.stdin.write("\x03")
        self.process.stdin.flush()


@contextmanager
def opened_lab(
    home: Path, folder: Path, wait_until: Callable[[Callable[[], object]], None], *, terminal: bool = False
) -> Iterator[Lab]:
    """`ftwidgets lab` with pip and Jupyter kept from what is this machine's own, as soon as it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in environment(home).items() if not name.startswith(("PIP_", "JUPYTER"))}
    kept |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PYTHONUNBUFFERED": "1"}
    kept |= {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    options = ["--no-browser", "--allow-root", f"--IdentityProvider.token={TOKEN}", "--port", str(port)]
    command = [sys.executable, "-m", "ftwidgets", "lab", "mine", "--", *options, "--ServerApp.port_retries=0"]
    if terminal:
        command = [sys.executable, "-c", IN_A_TERMINAL, *command]
    first = subprocess.PIPE if terminal else subprocess.DEVNULL
    pipes: dict[str, Any] = {"stdin": first, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=folder, env=kept, text=True, **pipes) as process:
        seen = Lab(process, port)
        hearing = threading.Thread(target=seen.hear)
        hearing.start()
        try:
            wait_until(seen.answers)
            yield seen
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()
            hearing.join()
            connection.stop(home)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_jupyterlab_opens_without_the_model_and_says_what_goes_on_when_it_ends(
    new_home: Callable[[], Path], tmp_path: Path, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    home = new_home()
    overrides = tmp_path / "config" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text('{"@jupyterlab/apputils-extension:notification": {"fetchNews": "true"}}')
    with opened_lab(home, tmp_path, wait_until) as seen:
        wait_until(lambda: "is not on this machine" in seen.said)
        assert f"ftwidgets fetch {DEFAULT} --from FILE" in seen.said
        assert f"The notebooks are in {tmp_path / 'mine'}\n" in seen.said
        assert f"/lab/tree/{notebooks.FIRST}" in seen.said
        assert [file["name"] for file in seen.get("api/contents")["content"] if file["name"] == notebooks.FIRST]

        kernel = seen.get("api/kernelspecs")["kernelspecs"]["python3"]["spec"]["argv"][0]
        assert kernel in ("python", sys.executable)  # the former is taken for that of the server
        saved = _setting(seen, "@jupyter-widgets/jupyterlab-manager:plugin", "saveState")
        news = _setting(seen, "@jupyterlab/apputils-extension:notification", "fetchNews")
        assert (saved, news) == (True, "true")  # the learner's own stays

        nbformat.write(_with_a_widget(), tmp_path / "mine" / "widget.ipynb")
        page = seen.get("nbconvert/html/widget.ipynb")
        assert "the static twin" in page
        assert '"model_id": "with-twin"' not in page
        assert '"model_id": "alone"' in page

        address = connection.find(home)
        assert address is not None
        assert seen.end() == 0
    assert f"The service still answers at {address.base_url}\n" in seen.said
    assert "Nothing is being trained." in seen.said


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_second_ctrl_c_ends_jupyterlab_and_a_job_goes_on_whose_step_is_told(
    new_home: Callable[[], Path], tmp_path: Path, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    home = new_home()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / notebooks.FIRST).write_bytes(SHIPPED + b"\n")
    with opened_lab(home, tmp_path, wait_until, terminal=True) as seen:
        client = connection.connect(home=home)
        content = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS * 20)
        file = client.files.create(file=("rows.jsonl", content), purpose="fine-tune")
        chosen = {"n_epochs": 50, "batch_size": 1, "learning_rate_multiplier": 1}
        job = client.fine_tuning.jobs.create(
            training_file=file.id,
            model="random-tiny",
            method={"type": "supervised", "supervised": {"hyperparameters": chosen}},  # type: ignore[typeddict-item]
        ).id
        wait_until(lambda: client.fine_tuning.jobs.list_events(job, limit=1).data[0].type == "metrics")
        assert re.search(rf"{job}  step \d+ of 15000  random-tiny", program("status", home=home).out)
        seen.press_ctrl_c()
        wait_until(lambda: "Shut down this Jupyter server" in seen.said)
        assert seen.process.poll() is None
        seen.press_ctrl_c()
        assert seen.process.wait(timeout=60) == 0
        assert client.fine_tuning.jobs.cancel(job).status == "cancelled"  # it had gone on
        client.close()
    assert f"kept yours: {notebooks.FIRST}\n" in seen.said
    assert re.search(rf"Job {job} goes on in the service: step \d+ of 15000\.", seen.said)
    assert "`ftwidgets status` tells how far it is" in seen.said


def _setting(seen: Lab, plugin: str, name: str) -> Any:
    return seen.get(f"lab/api/settings/{plugin}")["schema"]["properties"][name]["default"]


def _with_a_widget() -> nbformat.NotebookNode:
    """A notebook with two widgets and their state; one of them has a static twin."""
    new, view = nbformat.v4, "application/vnd.jupyter.widget-view+json"
    model = {"model_name": "IntSliderModel", "model_module": "@jupyter-widgets/controls", "state": {}}
    outputs = [
        new.new_output("display_data", data={"text/plain": "slider", view: {"model_id": name}} | twin)
        for name, twin in (("with-twin", {"text/html": "<p>the static twin</p>"}), ("alone", {}))
    ]
    notebook = new.new_notebook(cells=[new.new_code_cell("slider", outputs=outputs)])
    state = {"state": {name: model | {"model_module_version": "2.0.0"} for name in ("with-twin", "alone")}}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    return notebook
