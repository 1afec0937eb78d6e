"""JupyterLab as a process in the foreground: with this environment's Python, and with defaults that suit widgets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from jupyter_core.paths import jupyter_config_dir

SETTINGS = Path(__file__).parent / "settings"
"""What differs from JupyterLab's own defaults: the state of widgets is saved with a notebook, nobody is asked about
news, and an exported page shows an output's static twin rather than a widget, whose scripts it would have to load.
"""

GRACE = 20.0
"""Seconds that JupyterLab has to end itself and its kernels."""


def run(folder: Path, notebook: str, arguments: list[str], home: Path) -> int:
    """Run JupyterLab in `folder`, opened on `notebook`, until it ends; return its exit status.

    `arguments` are Jupyter's own. What its kernels run finds the service of `home`.
    """
    return _waited_for(command(folder, notebook, arguments), cwd=folder, env=environment(home))


def _waited_for(command: list[str], **options: Any) -> int:
    """Run a command until it ends; return its exit status, which is 0 where it was told to end and had to be killed."""
    children: list[subprocess.Popen[bytes]] = []
    with _signals_of(children) as killing:
        child = subprocess.Popen(command, **options)
        children.append(child)
        status = child.wait()
        if killing and -status == getattr(signal, "SIGKILL", None):  # which Windows has not
            return 0
    return 128 - status if status < 0 else status


def command(folder: Path, notebook: str, arguments: list[str]) -> list[str]:
    """JupyterLab's command line: opened on `notebook`, also where the learner opens the address by hand."""
    given = " ".join(arguments)
    ours = {"default_url": f"--LabApp.default_url=/lab/tree/{notebook}"}
    if "notebook-dir" not in given:
        ours["root_dir"] = f"--ServerApp.root_dir={folder.resolve()}"  # also where the learner's settings name another
    chosen = [option for name, option in ours.items() if name not in given]  # an option may be given only once
    # -P: a learner's random.py must not shadow Python's
    return [sys.executable, "-P", "-m", "jupyterlab", notebook, *chosen, *arguments]


def environment(home: Path) -> dict[str, str]:
    """The variables of JupyterLab, and of the kernels that it starts."""
    return os.environ | {
        "FTWIDGETS_HOME": str(home),
        # The first kernel named python3 is taken: of this environment, whatever else was installed for the user.
        "JUPYTER_PATH": _path("JUPYTER_PATH", before=[str(Path(sys.prefix, "share", "jupyter"))]),
        # The first setting is taken: the user's own before ours.
        "JUPYTER_CONFIG_PATH": _path("JUPYTER_CONFIG_PATH", after=[jupyter_config_dir(), str(SETTINGS)]),
    }


def _path(name: str, *, before: list[str] | None = None, after: list[str] | None = None) -> str:
    own = [folder for folder in os.environ.get(name, "").split(os.pathsep) if folder]
    return os.pathsep.join([*(before or []), *own, *(after or [])])


@contextmanager
def _signals_of(children: list[subprocess.Popen[bytes]]) -> Iterator[list[threading.Timer]]:
    """Leave it to the child to end on a signal, so that one can say what goes on when it has.

    A terminal sends Ctrl-C to both processes, and Jupyter asks what is meant; a second Ctrl-C ends it. Without a
    terminal the signal reaches this process alone, and Jupyter is told to end, with its kernels. Where that takes it
    longer than `GRACE` it is killed: once in a while it waits for a thread of its own that does not end.
    """
    killing: list[threading.Timer] = []

    def heard(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and sys.stdin and sys.stdin.isatty():
            return
        for child in children:
            child.terminate()
            killing.append(timer := threading.Timer(GRACE, child.kill))
            timer.start()

    before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {
        number: signal.signal(number, heard)
        for name in ("SIGINT", "SIGTERM", "SIGHUP")
        if (number := getattr(signal, name, None)) is not None
    }
    try:
        yield killing
    finally:
        for timer in killing:
            timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
