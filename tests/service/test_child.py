"""The processes of the engine: they end with the service, and not by what is meant for it alone."""

import os
import sys

import pytest

from ftwidgets.service.child import Child


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_ctrl_c_in_the_services_terminal_does_not_reach_its_processes(tmp_path):
    """A terminal sends it to the group of the program that it started."""
    child = Child("ftwidgets.engine.worker", log=tmp_path / "log")
    assert os.getpgid(child._process.pid) == child._process.pid != os.getpgid(0)
    child.end()
    assert list(child.lines()) == []
    assert child.exit_status == 0
