"""JupyterLab as a child: ended when this process is told to end, also where it does not listen."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ftwidgets.cli import jupyter

CHILD = """
import signal, sys, time
from pathlib import Path
if sys.argv[2] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path(sys.argv[1]).touch()
time.sleep(600)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@pytest.mark.parametrize(("hearing", "grace", "status"), [("deaf", 0.1, 0), ("hears", 600, 128 + signal.SIGTERM)])
def test_a_child_ends_when_its_parent_is_told_to(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: Callable[[Callable[[], object]], None],
    hearing: str,
    grace: float,
    status: int,
) -> None:
    monkeypatch.setattr(jupyter, "GRACE", grace)
    begun = tmp_path / "begun"

    def tell() -> None:
        wait_until(begun.exists)
        os.kill(os.getpid(), signal.SIGTERM)

    teller = threading.Thread(target=tell)
    teller.start()
    assert jupyter._waited_for([sys.executable, "-c", CHILD, str(begun), hearing]) == status
    teller.join()
